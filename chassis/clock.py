"""Time, behind a port so that tests can travel in it."""

from __future__ import annotations

import datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time in UTC."""

    def now(self) -> datetime.datetime:
        """The present moment, with UTC as its zone."""
        ...


class SystemClock:
    """The machine's clock."""

    def __init__(self, ahead_s: float = 0.0) -> None:
        """`ahead_s` is how far it goes ahead of the machine, for trying what time brings."""
        self._ahead = datetime.timedelta(seconds=ahead_s)

    def now(self) -> datetime.datetime:
        """The present moment, with UTC as its zone."""
        return datetime.datetime.now(datetime.UTC) + self._ahead
