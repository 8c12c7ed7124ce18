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

# What is made on the way of so many samples stays in the processor's cache, and is no new memory for each segment.
_STRETCH_SAMPLES = 16 * 1024
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
    keyless = None
    if _KEYLESS_STEM in stem_names and len(stem_names) > 1:
        keyless = segment.stems[list(stem_names).index(_KEYLESS_STEM)]
    group = thinning(properties.rate_hz)
    step = group * (_STRETCH_SAMPLES // group)
    thin = []
    for at in range(0, segment.length_samples, step):
        pitched = segment.mix[at : at + step]
        thin.append(thinned(pitched if keyless is None else pitched - keyless[at : at + step], properties))
    heard = pitch_classes(np.concatenate(thin), properties.rate_hz / group)
    classes = tuple(float(value) for value in heard)
    require_numbers(*classes)
    return classes


def measured(segment: Segment, properties: AudioProperties, pitches: tuple[float, ...]) -> SegmentFigures:
    """The figures of `segment`, in which `pitches` were heard.

    These are no convenience: a segment that cannot be compared with the mix is not known to be right.
    """
    differing_samples = difference_max = 0
    mix_energy = 0.0
    for at in range(0, segment.length_samples, _STRETCH_SAMPLES):
        mix, stems = segment.mix[at : at + _STRETCH_SAMPLES], segment.stems[:, at : at + _STRETCH_SAMPLES]
        # 24 bits and a handful of stems: the sum fits 32.
        differences = np.abs(stems.sum(axis=0, dtype=np.int32) - mix)
        differing_samples += int(np.count_nonzero(differences))
        difference_max = max(difference_max, int(differences.max(initial=0)))
        level = mix.astype(np.float32) * np.float32(1 / properties.full_scale)
        mix_energy += float(np.square(level).sum(dtype=np.float64))
    return SegmentFigures(
        differing_samples=differing_samples,
        difference_max=difference_max,
        mix_clipped_samples=_clipped(segment.mix, properties),
        stems_clipped_samples=tuple(_clipped(stem, properties) for stem in segment.stems),
        mix_energy=mix_energy,
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
