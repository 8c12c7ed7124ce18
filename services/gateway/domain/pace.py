"""How many requests a key may make: token buckets, bounded in number."""

from __future__ import annotations

import collections
import dataclasses

_KEYS_MAX = 20_000


@dataclasses.dataclass(frozen=True)
class Pace:
    """A steady rate, and how many may come at once."""

    per_s: float
    burst: int


class Buckets:
    """A token bucket for each key. The least recently used are forgotten, which only ever lets more through."""

    def __init__(self, pace: Pace, *, keys_max: int = _KEYS_MAX) -> None:
        """Every bucket begins full."""
        self._pace = pace
        self._keys_max = keys_max
        self._levels: collections.OrderedDict[str, tuple[float, float]] = collections.OrderedDict()

    def take(self, key: str, now_s: float) -> float:
        """Take one token; 0 when there was one, else the seconds until there is. `now_s` never goes back."""
        level, at_s = self._levels.pop(key, (float(self._pace.burst), now_s))
        level = min(float(self._pace.burst), level + (now_s - at_s) * self._pace.per_s)
        # A refill in many small steps must not be worth less than one large step.
        wait_s = 0.0 if level >= 1 - 1e-9 else (1 - level) / self._pace.per_s
        self._levels[key] = (level if wait_s else max(0.0, level - 1), now_s)
        while len(self._levels) > self._keys_max:
            self._levels.popitem(last=False)
        return wait_s
