"""Telling a person when an answer is overdue."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator


class Silence:
    """Counts the answers that are overdue; tells when the first is, and when none is any more."""

    def __init__(self) -> None:
        """Tells nobody yet."""
        self.tell: Callable[[bool], None] = lambda _: None
        self._overdue = 0

    @contextlib.contextmanager
    def watch(self, patience_s: float) -> Iterator[Watch]:
        """An answer is overdue after `patience_s`, until the block ends or the watch says otherwise."""
        watch = Watch(self)
        watch.expect(patience_s)
        try:
            yield watch
        finally:
            watch.end()

    def change(self, by: int) -> None:
        """One more answer is overdue, or one fewer."""
        before, self._overdue = self._overdue, self._overdue + by
        if bool(before) != bool(self._overdue):
            self.tell(bool(self._overdue))


class Watch:
    """Waits for one answer, or for one after another."""

    def __init__(self, silence: Silence) -> None:
        """Waits for none yet."""
        self._silence = silence
        self._timer: asyncio.TimerHandle | None = None
        self._is_overdue = False

    def expect(self, patience_s: float) -> None:
        """What was waited for has come; the next is overdue after `patience_s`."""
        self.end()
        self._timer = asyncio.get_running_loop().call_later(patience_s, self._late)

    def end(self) -> None:
        """Nothing is waited for."""
        if self._timer is not None:
            self._timer.cancel()
        if self._is_overdue:
            self._is_overdue = False
            self._silence.change(-1)

    def _late(self) -> None:
        self._is_overdue = True
        self._silence.change(1)
