"""What separation counts of its own tables, for those who prove promises."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from chassis import training
from chassis.clock import Clock
from chassis.datamap.reading import read_map
from chassis.db.examining import (
    ROOT,
    Figures,
    Look,
    examine_columns,
    examine_erased,
    examine_leavings,
    examine_usage,
)
from chassis.db.pool import Database
from services.separation.domain.rooms import STORED

PLACE = "services/separation/store"
_LEFT = ("SELECT 1 FROM jobs JOIN erased_people ON user_id = owner_id WHERE erased_people.finished_at IS NOT NULL",)


class Examination:
    """Separation's part of each check."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """In its own schema."""
        self._database = database
        self._clock = clock

    def looks(self) -> Mapping[str, Look]:
        """By the name of the check."""
        return {
            "audio_data_is_mapped": self._mapped,
            "expired_things_purged": lambda: examine_leavings(self._database, self._clock.now(), ()),
            "accounts_erased_in_time": lambda: examine_erased(self._database, _LEFT),
            "usage_only_with_consent": lambda: examine_usage(self._database, PLACE),
            "usage_purged_in_time": lambda: examine_usage(self._database, PLACE),
            "no_path_to_training": training.examine_imports,
        }

    async def _mapped(self) -> Figures:
        named = await asyncio.to_thread(read_map, ROOT, PLACE)
        rooms = {name.rstrip("/") for name in named.of("objects")}
        # What lies in storage the library looks at; here it is whether what this service may store is mapped.
        unmapped = len(STORED - rooms)
        return {**await examine_columns(self._database, PLACE), "rooms_not_mapped": unmapped}
