"""How long a worker and the engine were at work on a song since they were last asked."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator


class Stopwatch:
    """Seconds that pass, and seconds of work.

    Of work are those that were told; as long as none are, those in which at least one of several overlapping things was
    going on, which includes any queue that they stand in.
    """

    def __init__(self, now_s: Callable[[], float] = time.perf_counter) -> None:
        """It runs from here on."""
        self._now_s = now_s
        self._began = now_s()
        self._going = 0
        self._since = 0.0
        self._busy_s = 0.0
        self._told_s: float | None = None

    @contextlib.contextmanager
    def busy(self) -> Iterator[None]:
        """One of the things goes on."""
        if not self._going:
            self._since = self._now_s()
        self._going += 1
        try:
            yield
        finally:
            self._going -= 1
            if not self._going:
                self._busy_s += self._now_s() - self._since

    def spent(self, seconds: float) -> None:
        """So much work is told of."""
        self._told_s = (self._told_s or 0.0) + seconds

    def lap(self) -> tuple[float, float]:
        """Seconds of work and all seconds since the last lap, which adds up over laps."""
        now = self._now_s()
        busy_s, all_s = self._busy_s, now - self._began
        if self._going:
            busy_s += now - self._since
            self._since = now
        self._busy_s, self._began = 0.0, now
        if self._told_s is not None:
            busy_s, self._told_s = self._told_s, 0.0
        return busy_s, all_s
