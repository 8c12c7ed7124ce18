"""How far a track is, told honestly: from what is committed, never from time passed."""

from __future__ import annotations

import dataclasses

from services.gateway.domain.remark import Remark

TERMINAL_STATES = frozenset({"ready", "failed", "cancelled"})
_ALMOST_PERCENT = 99.9


@dataclasses.dataclass(frozen=True)
class Failure:
    """Why a track failed."""

    reason: str
    message: str
    retryable: bool


@dataclasses.dataclass(frozen=True)
class Progress:
    """One reading of a track and its job."""

    state: str
    committed_samples: int
    total_samples: int
    """0 while unknown; an estimate until the track is ready."""
    sample_rate_hz: int
    """0 while unknown."""
    segments: int
    jobs_ahead: int = 0
    eta_s: float | None = None
    remarks: tuple[Remark, ...] = ()
    failure: Failure | None = None

    @property
    def is_terminal(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self.state in TERMINAL_STATES

    @property
    def percent(self) -> float:
        """Committed samples of all, 0 to 100; 100 is said only when every stem is complete."""
        if self.state == "ready":
            return 100.0
        if self.total_samples <= 0:
            return 0.0
        return min(_ALMOST_PERCENT, round(100 * self.committed_samples / self.total_samples, 2))

    @property
    def playable_s(self) -> float:
        """Seconds playable from the start."""
        return self._seconds(self.committed_samples)

    @property
    def duration_s(self) -> float | None:
        """Length of the song in seconds; None while unknown."""
        return self._seconds(self.total_samples) if self.total_samples > 0 and self.sample_rate_hz > 0 else None

    def _seconds(self, samples: int) -> float:
        return round(samples / self.sample_rate_hz, 3) if self.sample_rate_hz > 0 else 0.0
