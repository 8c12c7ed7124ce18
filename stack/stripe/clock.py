"""The stand-in's own time: whole seconds that go with the machine's clock, or stand still until told."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

DAY_S = 86_400
HOUR_S = 3600


class Clock:
    """Seconds since 1970. It never goes back."""

    def __init__(self, machine: Callable[[], float], *, frozen_at: int | None = None) -> None:
        """`machine` tells the machine's time; with `frozen_at` the clock stands there and moves only when advanced."""
        self._machine = machine
        self._frozen: int | None = frozen_at
        self._ahead = 0
        self._held: int | None = None

    @property
    def is_frozen(self) -> bool:
        """Whether it moves only when told."""
        return self._frozen is not None

    @property
    def ahead_s(self) -> int:
        """How far a running clock is ahead of the machine's."""
        return self._ahead

    def now(self) -> int:
        """The present second."""
        if self._held is not None:
            return self._held
        return self._frozen if self._frozen is not None else int(self._machine()) + self._ahead

    def machine_now(self) -> int:
        """The machine's second, which a receiver of signatures compares with; a frozen clock knows only its own."""
        return self.now() if self._frozen is not None else int(self._machine())

    def move_to(self, moment: int) -> None:
        """Go on to a later moment; an earlier one changes nothing."""
        by = max(0, moment - self.now())
        if self._frozen is not None:
            self._frozen += by
        else:
            self._ahead += by

    @contextlib.contextmanager
    def held_at(self, moment: int) -> Iterator[None]:
        """Tell this moment while something that was due then is done."""
        before, self._held = self._held, moment
        try:
            yield
        finally:
            self._held = before

    def restore(self, frozen: int | None, ahead_s: int) -> None:
        """Go on where a snapshot left off: a frozen clock at its moment, a running one as far ahead as it was."""
        if self._frozen is not None and frozen is not None:
            self._frozen = max(self._frozen, frozen)
        if self._frozen is None:
            self._ahead = max(self._ahead, ahead_s)
