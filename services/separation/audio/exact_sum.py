"""Integer stems that sum to the mix exactly: the model's residual is spread by a stated rule, never dropped.

The rule, for each sample and channel:

1. The residual, mix minus the sum of the model's stems, goes to the stems in proportion to their energy around the
   sample: summed over blocks of 4096 samples (both channels together) and interpolated between the blocks' centres.
   A silent stem stays silent, a louder song changes nothing, and no step is heard. Where all are silent: equally.
2. The stems' running sums are rounded and differenced, the last running sum being the mix itself: each stem is
   within one unit of its real value, and the sum is exact.
3. A stem beyond its range is clipped, and the rest is passed to the others in proportion to the room they have.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.separation.audio.properties import AudioProperties

ENERGY_BLOCK_SAMPLES = 4096
# A model's output beyond this many times full scale is a fault; bounding it keeps the arithmetic exact.
STEM_PEAK_MAX = 64.0

Energies = NDArray[np.float64]

# How much a block's energy, and its neighbours', count at each of its samples: straight lines between the centres.
_PLACE = (np.arange(ENERGY_BLOCK_SAMPLES) + 0.5) / ENERGY_BLOCK_SAMPLES - 0.5
_FROM_BEFORE, _FROM_HERE, _FROM_AFTER = np.maximum(-_PLACE, 0), 1 - np.abs(_PLACE), np.maximum(_PLACE, 0)


def sound_stems(stems: NDArray[np.float32]) -> tuple[NDArray[np.float32], int]:
    """The stems with NaN and infinity made 0 and peaks bounded, and how many values were changed."""
    # Two quick passes and no copy of good data: a NaN is handed on by both, and fails the comparison.
    if not stems.size or (stems.max() <= STEM_PEAK_MAX and stems.min() >= -STEM_PEAK_MAX):
        return stems, 0
    changed = stems.size - int(np.count_nonzero(np.abs(stems) <= STEM_PEAK_MAX))
    finite = np.nan_to_num(stems, nan=0.0, posinf=0.0, neginf=0.0)
    return np.clip(finite, -STEM_PEAK_MAX, STEM_PEAK_MAX), changed


def block_energy(stems: NDArray[np.float32]) -> Energies:
    """Energy of each stem, float64 `[stems]`, over one block `[stems, channels, n]`."""
    # A contiguous copy first: the order of summation, and so the bits, must not depend on the caller's strides.
    flat = np.array(stems, dtype=np.float64, order="C").reshape(stems.shape[0], -1)
    energies: Energies = np.square(flat).sum(axis=1)
    return energies


@dataclass(frozen=True, slots=True)
class ExactStems:
    """int32 `[stems, n, channels]`, and the energy of what the model's own stems lacked, full scale 1.0."""

    stems: NDArray[np.int32]
    residual_energy: float


def exact_stems(
    mix: NDArray[np.int32],
    stems: NDArray[np.float32],
    properties: AudioProperties,
    before: Energies | None = None,
    after: Energies | None = None,
) -> NDArray[np.int32]:
    """The stems alone of `spread_residual`."""
    return spread_residual(mix, stems, properties, before, after).stems


def spread_residual(
    mix: NDArray[np.int32],
    stems: NDArray[np.float32],
    properties: AudioProperties,
    before: Energies | None = None,
    after: Energies | None = None,
) -> ExactStems:
    """int32 `[stems, n, channels]` whose sum over stems is `mix`, each within the depth's range.

    `mix` is int32 `[channels, n]` within the depth's range, `stems` float32 `[stems, channels, n]` from `sound_stems`,
    full scale 1.0, both beginning at a multiple of ENERGY_BLOCK_SAMPLES. `before` and `after` are the energies of the
    neighbouring blocks, None at the song's ends.
    """
    count, channels, length = stems.shape
    result = np.empty((count, length, channels), np.int32)
    starts = range(0, length, ENERGY_BLOCK_SAMPLES)
    inner = [block_energy(stems[:, :, at : at + ENERGY_BLOCK_SAMPLES]) for at in starts]
    energies = [inner[0] if before is None else before, *inner, inner[-1] if after is None else after] if inner else []
    residual_energy = 0.0
    for number, at in enumerate(starts):
        stop = min(at + ENERGY_BLOCK_SAMPLES, length)
        shares = _running_shares(*energies[number : number + 3])[:, None, : stop - at]
        block, lacking = _exact_block(mix[:, at:stop], stems[:, :, at:stop], shares, properties)
        # Channel by channel: NumPy's transposing copy goes sample by sample, which takes five times as long.
        for channel in range(channels):
            result[:, at:stop, channel] = block[:, channel]
        residual_energy += lacking
    return ExactStems(result, residual_energy / properties.full_scale**2)


def _exact_block(
    mix: NDArray[np.int32], stems: NDArray[np.float32], running_shares: NDArray[np.float64], properties: AudioProperties
) -> tuple[NDArray[np.int32], float]:
    # Every sample of every stem passes here, so passes are few, and what is made on the way stays in place.
    running = stems * np.float64(properties.full_scale)
    _run(running)
    residual = mix - running[-1]
    given = np.square(residual)
    lacking = float(given.sum())
    for stem, share in enumerate(running_shares[:-1]):
        running[stem] += np.multiply(share, residual, out=given)
    np.rint(running[:-1], out=running[:-1])
    running[-1] = mix
    for stem in range(len(running) - 1, 0, -1):
        running[stem] -= running[stem - 1]
    if running.min() >= properties.sample_min and running.max() <= properties.sample_max:
        return running.astype(np.int32), lacking
    values = running.astype(np.int64)
    outside = ((values < properties.sample_min) | (values > properties.sample_max)).any(axis=0)
    values[:, outside] = _within_range(mix[outside], values[:, outside], properties)
    return values.astype(np.int32), lacking


def _within_range(mix: NDArray[np.int32], values: NDArray[np.int64], properties: AudioProperties) -> NDArray[np.int64]:
    """Clip int64 `[stems, m]` and hand the rest to the others by the room they have; the sum stays `mix` `[m]`."""
    clipped = np.clip(values, properties.sample_min, properties.sample_max)
    rest = mix - clipped.sum(axis=0)
    room = np.where(rest > 0, properties.sample_max - clipped, clipped - properties.sample_min)
    running_room = np.cumsum(room, axis=0)
    # Whole room is never 0 where there is a rest, since the mix itself is in range; the maximum only avoids 0/0.
    given = np.abs(rest) * running_room // np.maximum(running_room[-1], 1)
    given[1:] -= given[:-1].copy()
    result: NDArray[np.int64] = clipped + np.sign(rest) * given
    return result


def _running_shares(before: Energies, here: Energies, after: Energies) -> NDArray[np.float64]:
    """The part of the residual of each stem and all before it, over one block: float64 `[stems, block]`, to 1."""
    energies: NDArray[np.float64] = (
        np.outer(before, _FROM_BEFORE) + np.outer(here, _FROM_HERE) + np.outer(after, _FROM_AFTER)
    )
    _run(energies)
    silent = energies[-1] == 0
    if silent.any():
        energies[:, silent] = 1.0 + np.arange(len(energies))[:, None]
    energies /= energies[-1].copy()
    return energies


def _run(values: NDArray[np.float64]) -> None:
    """Add to each row those before it, in place: quicker than NumPy's own, which goes down the columns."""
    for row in range(1, len(values)):
        values[row] += values[row - 1]
