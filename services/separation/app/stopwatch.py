"""How long a worker was busy with a song since it was last asked."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator


class Stopwatch:
    """Seconds that pass, and seconds in which at least one of several overlapping things was going on."""

    def __init__(self, now_s: Callable[[], float] = time.perf_counter) -> None:
        """It runs from here on."""
        self._now_s = now_s
        self._began = now_s()
        self._going = 0
        self._since = 0.0
        self._busy_s = 0.0

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

    def lap(self) -> tuple[float, float]:
        """Busy seconds and all seconds since the last lap, which adds up over laps."""
        now = self._now_s()
        busy_s, all_s = self._busy_s, now - self._began
        if self._going:
            busy_s += now - self._since
            self._since = now
        self._busy_s, self._began = 0.0, now
        return busy_s, all_s
