"""What retention itself holds of a person, as another holder would say it."""

from __future__ import annotations

from collections.abc import Sequence

from chassis.db.census import Holdings
from chassis.db.faults import is_outage
from chassis.db.pool import Database
from services.retention.domain.census import Holding
from services.retention.domain.errors import HolderFailed
from services.retention.store.holdings import KINDS


class OwnCensus:
    """Counts rows of its own schema."""

    def __init__(self, database: Database) -> None:
        """In retention's schema."""
        self._holdings = Holdings(database, KINDS)

    async def census(self, user_id: str) -> Sequence[Holding]:
        """By kind. Raises HolderFailed."""
        try:
            counted = await self._holdings.of(user_id)
        except Exception as error:
            if not is_outage(error):
                raise
            raise HolderFailed("DEPENDENCY_AWAY") from error
        return [
            Holding(
                each.kind.name,
                each.kind.data_class,
                each.count,
                each.kind.kept,
                each.kind.basis,
                each.is_at_least,
                each.oldest,
                each.newest,
                each.size_bytes,
            )
            for each in counted
        ]
