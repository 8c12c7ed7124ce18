"""Retention on a real PostgreSQL, beside a library served over mTLS, under a clock that stands still."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chassis.db.pool import Database
from chassis.identity import Certificates
from chassis.rpc.client import Channel
from chassis.testing.clock import ManualClock
from chassis.testing.postgres import PostgresServer
from services.retention.app.ports import Ports
from services.retention.clients.library import IDEMPOTENT
from services.retention.settings import UPLOAD_LIFE_S_MAX, RetentionSettings
from services.retention.wiring import MIGRATIONS, make_ports
from tests.integration.retention.served_library import ServedLibrary


@dataclasses.dataclass(frozen=True)
class Setting:
    """One retention and all it stands on."""

    settings: RetentionSettings
    database: Database
    library: ServedLibrary
    clock: ManualClock
    ports: Ports


@pytest.fixture
async def database(postgres: PostgresServer) -> AsyncIterator[Database]:
    async with postgres.database("retention", MIGRATIONS) as database:
        yield database


@pytest.fixture
async def setting(database: Database, certificates: Path) -> AsyncIterator[Setting]:
    library = ServedLibrary(certificates)
    clock = ManualClock()
    settings = RetentionSettings(
        certificates=certificates,
        nats_url="",
        library_address=library.address,
        upload_life_s=UPLOAD_LIFE_S_MAX,
        reconcile_every_s=3600,
        drain_s=1,
    )
    async with contextlib.AsyncExitStack() as stack:
        await library.start()
        stack.push_async_callback(library.stop)
        channel = Channel("library", library.address, Certificates(certificates, "retention"), idempotent=IDEMPOTENT)
        stack.push_async_callback(channel.stop)
        yield Setting(settings, database, library, clock, make_ports(settings, database, channel, clock))
