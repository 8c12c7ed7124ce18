"""What may go wrong on an event's way, drawn from a seed: the same seed and events, the same misfortune."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass
class Adversity:
    """Shares are between 0 (never) and 1 (always). All zero is a fair deliverer."""

    seed: str = "0"
    drop: float = 0.0
    duplicate: float = 0.0
    reorder: float = 0.0
    delay: float = 0.0
    stale: float = 0.0
    delay_s_max: int = 3600

    def loses(self, event: str, endpoint: str) -> bool:
        """Whether the event never arrives."""
        return self._draw("drop", event, endpoint) < self.drop

    def copies(self, event: str, endpoint: str) -> int:
        """How often it arrives."""
        return 2 if self._draw("duplicate", event, endpoint) < self.duplicate else 1

    def delay_s(self, event: str, endpoint: str, copy: int) -> int:
        """How much later it arrives."""
        if self._draw("delay", event, endpoint, str(copy)) >= self.delay:
            return 0
        return 1 + int(self._draw("how late", event, endpoint, str(copy)) * max(0, self.delay_s_max - 1))

    def is_stale(self, event: str, endpoint: str, copy: int) -> bool:
        """Whether it carries its object as an earlier event told it."""
        return self._draw("stale", event, endpoint, str(copy)) < self.stale

    def place(self, event: str, endpoint: str, copy: int, fair: float) -> float:
        """Where in a batch it comes: its fair place between 0 and 1, or any."""
        if self._draw("reorder", event, endpoint, str(copy)) >= self.reorder:
            return fair
        return self._draw("place", event, endpoint, str(copy))

    def _draw(self, *what: str) -> float:
        # Not one generator for all: what befalls an event must not depend on what was asked before.
        return random.Random(":".join([self.seed, *what])).random()  # noqa: S311  # misfortune needs no secrecy
