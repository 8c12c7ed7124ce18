"""How many requests a key may make: token buckets, bounded in number."""

from __future__ import annotations

import collections
import dataclasses
import math

_KEYS_MAX = 20_000


@dataclasses.dataclass(frozen=True)
class Pace:
    """A steady rate, and how many may come at once."""

    per_s: float
    burst: int

    @property
    def window_s(self) -> int:
        """Whole seconds in which an empty bucket fills, at least one."""
        return max(1, math.ceil(self.burst / self.per_s))


@dataclasses.dataclass(frozen=True)
class Standing:
    """Where a key stands after it asked for a token."""

    wait_s: float
    """Seconds until it is given one; 0 when it was."""
    left: int
    """Whole tokens that are left."""
    next_s: float
    """Seconds until there is one more than that."""


class Buckets:
    """A token bucket for each key. The least recently used are forgotten, which only ever lets more through."""

    def __init__(self, pace: Pace, *, keys_max: int = _KEYS_MAX) -> None:
        """Every bucket begins full."""
        self.pace = pace
        self._keys_max = keys_max
        self._levels: collections.OrderedDict[str, tuple[float, float]] = collections.OrderedDict()

    def __len__(self) -> int:
        """Buckets that are remembered."""
        return len(self._levels)

    def take(self, key: str, now_s: float) -> Standing:
        """Take one token, where there is one. `now_s` never goes back."""
        level, at_s = self._levels.pop(key, (float(self.pace.burst), now_s))
        level = min(float(self.pace.burst), level + (now_s - at_s) * self.pace.per_s)
        # A refill in many small steps must not be worth less than one large step.
        wait_s = 0.0 if level >= 1 - 1e-9 else (1 - level) / self.pace.per_s
        level = level if wait_s else max(0.0, level - 1)
        self._levels[key] = (level, now_s)
        while len(self._levels) > self._keys_max:
            self._levels.popitem(last=False)
        left = math.floor(level + 1e-9)
        return Standing(wait_s, left, max(0.0, (left + 1 - level) / self.pace.per_s))
