"""A clock that moves only when told."""

from __future__ import annotations

import datetime


class ManualClock:
    """Starts at a fixed moment and stands still."""

    def __init__(self, moment: datetime.datetime | None = None) -> None:
        """`moment` must carry UTC."""
        self._moment = moment or datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)

    def now(self) -> datetime.datetime:
        """The moment it was set to."""
        return self._moment

    def advance(self, **by: float) -> None:
        """Move on by a timedelta's arguments, e.g. hours=24."""
        self._moment += datetime.timedelta(**by)
