"""What is measured of one segment while it is at hand: whether its stems add up, clipping, pitch classes.

A song's figures are the sums of its segments', so that they are true of the whole song whichever attempt made which.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.separation.audio.mix_analysis import thinned, thinning
from services.separation.audio.properties import AudioProperties
from services.separation.audio.segments import Segment
from services.separation.audio.shelter import require_numbers
from services.separation.audio.tonality import pitch_classes

# Drums have no key; what is left without them shows it better than the mix does.
_KEYLESS_STEM = "drums"


@dataclass(frozen=True, slots=True)
class SegmentFigures:
    """Counts are of single samples of single channels. Energies have full scale 1.0."""

    differing_samples: int
    """Where the sum of the stems is not the mix; there are none unless something is broken."""
    difference_max: int
    mix_clipped_samples: int
    """At the depth's lowest or highest value."""
    stems_clipped_samples: tuple[int, ...]
    mix_energy: float
    residual_energy: float
    unsound_values: int
    pitch_classes: tuple[float, ...]
    """How loud each third of a semitone from C is: 36 numbers, or none when the key was given up."""


def heard_pitches(segment: Segment, stem_names: Sequence[str], properties: AudioProperties) -> tuple[float, ...]:
    """The pitch classes of `segment`, whose stems are named in order. Raises ValueError for what is no number."""
    pitched = segment.mix
    if _KEYLESS_STEM in stem_names and len(stem_names) > 1:
        pitched = segment.mix - segment.stems[list(stem_names).index(_KEYLESS_STEM)]
    heard = pitch_classes(thinned(pitched, properties), properties.rate_hz / thinning(properties.rate_hz))
    classes = tuple(float(value) for value in heard)
    require_numbers(*classes)
    return classes


def measured(segment: Segment, properties: AudioProperties, pitches: tuple[float, ...]) -> SegmentFigures:
    """The figures of `segment`, in which `pitches` were heard.

    These are no convenience: a segment that cannot be compared with the mix is not known to be right.
    """
    # 24 bits and a handful of stems: the sum fits 32.
    differences = np.abs(segment.stems.sum(axis=0, dtype=np.int32) - segment.mix)
    level = segment.mix.astype(np.float32) * np.float32(1 / properties.full_scale)
    return SegmentFigures(
        differing_samples=int(np.count_nonzero(differences)),
        difference_max=int(differences.max(initial=0)),
        mix_clipped_samples=_clipped(segment.mix, properties),
        stems_clipped_samples=tuple(_clipped(stem, properties) for stem in segment.stems),
        mix_energy=float(np.square(level).sum(dtype=np.float64)),
        residual_energy=segment.residual_energy,
        unsound_values=segment.unsound_values,
        pitch_classes=pitches,
    )


def _clipped(samples: NDArray[np.int32], properties: AudioProperties) -> int:
    low, high = properties.sample_min, properties.sample_max
    # Two quick passes spare the two slow ones wherever nothing is clipped.
    if samples.size and (samples.max() >= high or samples.min() <= low):
        return int(np.count_nonzero((samples >= high) | (samples <= low)))
    return 0
