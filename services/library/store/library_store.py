"""The library's units of work on PostgreSQL."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from google.protobuf.message import Message

from chassis.db.pool import Database
from chassis.db.transaction import Transaction, transaction
from services.library.domain.facts import Fact
from services.library.store.file_tags import FileTagRows
from services.library.store.keys import KeyRing
from services.library.store.made_requests import MadeRequestRows
from services.library.store.needless_objects import NeedlessObjectRows
from services.library.store.people import PersonRows
from services.library.store.reports import ReportRows
from services.library.store.segments import SegmentRows
from services.library.store.shares import ShareRows
from services.library.store.tracks import TrackRows
from services.library.store.tracks_to_give import TracksToGiveRows
from services.library.store.uploads import UploadRows
from services.library.store.webhook_deliveries import WebhookDeliveryRows
from services.library.store.webhook_endpoints import WebhookEndpointRows

MIGRATIONS = Path(__file__).parent / "migrations"
SCHEMA = "library"


class LibraryWork:
    """One transaction, as the app sees it."""

    def __init__(self, inner: Transaction, keys: KeyRing, encode: Callable[[Fact], Message]) -> None:
        """Made by LibraryStore."""
        self.uploads = UploadRows(inner.connection, keys)
        self.tracks = TrackRows(inner.connection)
        self.segments = SegmentRows(inner.connection, keys)
        self.reports = ReportRows(inner.connection)
        self.file_tags = FileTagRows(inner.connection, keys)
        self.shares = ShareRows(inner.connection)
        self.webhook_endpoints = WebhookEndpointRows(inner.connection, keys)
        self.webhook_deliveries = WebhookDeliveryRows(inner.connection)
        self.made_requests = MadeRequestRows(inner.connection)
        self.needless_objects = NeedlessObjectRows(inner.connection)
        self.tracks_to_give = TracksToGiveRows(inner.connection)
        self.people = PersonRows(inner.connection)
        self._inner = inner
        self._encode = encode

    async def publish(self, fact: Fact) -> None:
        """Publish once the transaction has committed."""
        await self._inner.publish(self._encode(fact))


class LibraryStore:
    """Gives units of work."""

    def __init__(self, database: Database, keys: KeyRing, encode: Callable[[Fact], Message]) -> None:
        """`encode` turns a fact into the message that is published."""
        self._database = database
        self._keys = keys
        self._encode = encode

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[LibraryWork]:
        """Commit when the block ends, roll back when it raises."""
        async with transaction(self._database) as inner:
            yield LibraryWork(inner, self._keys, self._encode)
