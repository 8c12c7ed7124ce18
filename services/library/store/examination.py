"""What the library counts of its own tables and of object storage, for those who prove promises."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Mapping

from chassis import training
from chassis.clock import Clock
from chassis.datamap.reading import read_map
from chassis.db.examining import (
    ROOT,
    Figures,
    Look,
    count_up_to,
    examine_columns,
    examine_erased,
    examine_leavings,
    examine_usage,
)
from chassis.db.pool import Database
from chassis.objects import StoredObjects
from services.library.domain.file_tags import cover_prefix
from services.library.domain.made_request import REQUEST_LIFE
from services.library.domain.rooms import STEMS
from services.library.domain.segment import object_prefix as stems_prefix
from services.library.domain.upload import object_prefix as upload_prefix
from services.library.domain.webhook import LOG_LIFE

PLACE = "services/library/store"
UPLOAD_DEADLINE = datetime.timedelta(hours=24, minutes=1)
"""What is promised, and the time that an erasure at the deadline itself takes."""
DELETION_DEADLINE = datetime.timedelta(minutes=1)
_EXAMINED = 50
"""Of the last erased, whose objects are looked for in storage: listings cost."""
_AT_ONCE = datetime.timedelta()
_LEAVINGS = (
    (
        "SELECT 1 FROM uploads LEFT JOIN tracks USING (upload_id) WHERE erased_at < $1 AND track_id IS NULL",
        datetime.timedelta(days=30),
    ),
    ("SELECT 1 FROM tracks WHERE deleting_at < $1 AND deleted_at IS NOT NULL", datetime.timedelta(days=1)),
    ("SELECT 1 FROM shares WHERE LEAST(expires_at, revoked_at) < $1", datetime.timedelta(days=1)),
    ("SELECT 1 FROM webhook_deliveries WHERE created_at < $1 AND status <> 'waiting'", LOG_LIFE),
    ("SELECT 1 FROM made_requests WHERE made_at < $1", REQUEST_LIFE),
    ("SELECT 1 FROM needless_objects WHERE due_at < $1", _AT_ONCE),
)
_OF_ERASED = "EXISTS (SELECT 1 FROM erased_people WHERE user_id = owner_id AND finished_at IS NOT NULL)"
_LEFT = (
    f"SELECT 1 FROM user_keys WHERE {_OF_ERASED}",  # noqa: S608 - the condition is the constant above
    f"SELECT 1 FROM uploads WHERE {_OF_ERASED} AND erased_at IS NULL",  # noqa: S608 - the same
    f"SELECT 1 FROM tracks WHERE {_OF_ERASED} AND deleted_at IS NULL",  # noqa: S608 - the same
    f"SELECT 1 FROM webhook_endpoints WHERE {_OF_ERASED}",  # noqa: S608 - the same
    f"SELECT 1 FROM made_requests WHERE {_OF_ERASED}",  # noqa: S608 - the same
)


class Examination:
    """The library's part of each check."""

    def __init__(self, database: Database, objects: StoredObjects, clock: Clock, *, uses_storage_party: bool) -> None:
        """`uses_storage_party` is whether objects lie anywhere but in a folder of this machine."""
        self._database = database
        self._objects = objects
        self._clock = clock
        self._storage_parties = int(uses_storage_party)

    def looks(self) -> Mapping[str, Look]:
        """By the name of the check."""
        return {
            "uploads_erased_in_time": self._uploads,
            "deleted_tracks_gone": self._deleted_tracks,
            "audio_data_is_mapped": self._mapped,
            "expired_things_purged": lambda: examine_leavings(self._database, self._clock.now(), _LEAVINGS),
            "accounts_erased_in_time": lambda: examine_erased(self._database, _LEFT),
            "usage_only_with_consent": lambda: examine_usage(self._database, PLACE),
            "usage_purged_in_time": lambda: examine_usage(self._database, PLACE),
            "no_path_to_training": training.examine_imports,
            "third_parties_are_named": self._parties,
        }

    async def _uploads(self) -> Figures:
        late = await count_up_to(
            self._database,
            "SELECT 1 FROM uploads WHERE erased_at IS NULL AND created_at < $1",
            self._clock.now() - UPLOAD_DEADLINE,
        )
        rows = await self._database.pool.fetch(
            "SELECT upload_id FROM uploads WHERE erased_at IS NOT NULL ORDER BY erased_at DESC LIMIT $1", _EXAMINED
        )
        left = await self._holding(*([upload_prefix(row["upload_id"])] for row in rows))
        return {"uploads_past_deadline": late, "erased_uploads_examined": len(rows), "upload_objects_left": left}

    async def _deleted_tracks(self) -> Figures:
        before = self._clock.now() - DELETION_DEADLINE
        late = await count_up_to(
            self._database, "SELECT 1 FROM tracks WHERE deleting_at < $1 AND deleted_at IS NULL", before
        )
        rows = await self._database.pool.fetch(
            "SELECT track_id FROM tracks WHERE deleted_at IS NOT NULL AND deleting_at < $1"
            " ORDER BY deleting_at DESC LIMIT $2",
            before,
            _EXAMINED,
        )
        left = await self._holding(*([stems_prefix(row["track_id"]), cover_prefix(row["track_id"])] for row in rows))
        return {
            "tracks_being_deleted_too_long": late,
            "deleted_tracks_examined": len(rows),
            "track_objects_left": left,
        }

    async def _mapped(self) -> Figures:
        named = await asyncio.to_thread(read_map, ROOT, PLACE)
        # Stems are separation's, whose own map has them.
        rooms = {name.rstrip("/") for name in named.of("objects")} | {STEMS}
        living = await self._objects.rooms()
        mapped, unmapped = len(living & rooms), len(living - rooms)
        return {**await examine_columns(self._database, PLACE), "rooms_mapped": mapped, "rooms_not_mapped": unmapped}

    async def _parties(self) -> Figures:
        return {"storage_parties": self._storage_parties}

    async def _holding(self, *things: list[str]) -> int:
        """How many of the things have an object below any of their prefixes."""
        found = await asyncio.gather(*(self._holds_any(prefixes) for prefixes in things))
        return sum(found)

    async def _holds_any(self, prefixes: list[str]) -> bool:
        return any([await self._objects.holds(prefix) for prefix in prefixes])
