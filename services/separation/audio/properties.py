"""What is known of the audio and of the model before the first sample: rate, channels, depth, chunk sizes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AudioProperties:
    """A decoded upload: integers of `depth_bits` (16 or 24), 1 or 2 channels.

    Raises ValueError for anything else.
    """

    rate_hz: int
    channels: int
    depth_bits: int

    def __post_init__(self) -> None:
        if self.rate_hz <= 0:
            raise ValueError(f"rate_hz must be positive, not {self.rate_hz}")
        if self.channels not in (1, 2):
            raise ValueError(f"channels must be 1 or 2, not {self.channels}")
        if self.depth_bits not in (16, 24):
            raise ValueError(f"depth_bits must be 16 or 24, not {self.depth_bits}")

    @property
    def sample_min(self) -> int:
        """The lowest integer of the depth."""
        return -(1 << (self.depth_bits - 1))

    @property
    def sample_max(self) -> int:
        """The highest integer of the depth."""
        return (1 << (self.depth_bits - 1)) - 1

    @property
    def full_scale(self) -> int:
        """The integer that float 1.0 stands for, 2**(depth_bits - 1)."""
        return 1 << (self.depth_bits - 1)


@dataclass(frozen=True, slots=True)
class ModelProperties:
    """How a model takes audio: stereo chunks of `segment_samples` every `hop_samples`, at `sample_rate_hz`.

    Raises ValueError where the numbers cannot tile a song.
    """

    sample_rate_hz: int
    segment_samples: int
    hop_samples: int
    stems: tuple[str, ...]
    placement: str = "mirrored"
    """`mirrored`: the first chunk begins one overlap before the song, whose ends are mirrored. `centred`: chunk k
    begins at k * hop, silence lies beyond the ends, and the last chunk is centred on what is left."""

    def __post_init__(self) -> None:
        if self.sample_rate_hz <= 0:
            raise ValueError(f"sample_rate_hz must be positive, not {self.sample_rate_hz}")
        if not 0 < self.hop_samples <= self.segment_samples:
            raise ValueError(f"hop_samples must be in 1..{self.segment_samples}, not {self.hop_samples}")
        if not self.stems or len(set(self.stems)) != len(self.stems):
            raise ValueError(f"stems must be named and distinct, not {self.stems}")
        if self.placement not in ("mirrored", "centred"):
            raise ValueError(f"placement must be mirrored or centred, not {self.placement!r}")
