"""Decoded frames to canonical samples: integers of 16 or 24 bits, one or two channels. Pure functions on arrays."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

DEPTH_OF_FORMAT: Final = {"u8": 16, "s16": 16, "s32": 24, "s64": 24, "flt": 24, "dbl": 24}
HALF_POWER: Final = 0.5**0.5
# FFmpeg's default matrix to stereo (libswresample/rematrix.c): centre and surrounds at -3 dB, no low-frequency channel.
LEFT_RIGHT: Final[dict[str, tuple[float, float]]] = {
    "FL": (1, 0),
    "FR": (0, 1),
    "FC": (HALF_POWER, HALF_POWER),
    "LFE": (0, 0),
    "BL": (HALF_POWER, 0),
    "BR": (0, HALF_POWER),
    "SL": (HALF_POWER, 0),
    "SR": (0, HALF_POWER),
    "BC": (0.5, 0.5),
    "FLC": (1, 0),
    "FRC": (0, 1),
    "DL": (1, 0),
    "DR": (0, 1),
}
# FFmpeg's default layout for a count of channels whose places the file does not tell.
DEFAULT_PLACES: Final = {
    3: ("FL", "FR", "LFE"),
    4: ("FL", "FR", "FC", "BC"),
    5: ("FL", "FR", "FC", "BL", "BR"),
    6: ("FL", "FR", "FC", "LFE", "BL", "BR"),
    7: ("FL", "FR", "FC", "LFE", "BC", "SL", "SR"),
    8: ("FL", "FR", "FC", "LFE", "BL", "BR", "SL", "SR"),
}


class Canonical(NamedTuple):
    """int32 [frames, channels] in the range of the depth, with how many samples were clipped or not finite."""

    samples: NDArray[np.int32]
    clipped: int
    nonfinite: int


def downmix_matrix(places: tuple[str, ...]) -> NDArray[np.float64] | None:
    """float64 [channels, 2], normalised so that nothing can exceed full scale; None when a place is unknown."""
    if any(place == "NONE" for place in places):
        places = DEFAULT_PLACES.get(len(places), places)
    if any(place not in LEFT_RIGHT for place in places):
        return None
    matrix = np.array([LEFT_RIGHT[place] for place in places], dtype=np.float64)
    loudest = float(matrix.sum(axis=0).max())
    return matrix / max(loudest, 1.0)


def quantise(full_scale_one: NDArray[np.floating], depth: int) -> Canonical:
    """Round floats [frames, channels], full scale 1.0, to the depth; NaN becomes 0, infinities full scale."""
    limit = 1 << (depth - 1)
    finite = np.isfinite(full_scale_one)
    nonfinite = full_scale_one.size - int(np.count_nonzero(finite))
    with np.errstate(
        over="ignore"
    ):  # a float near its own limit becomes infinite here, and is then clipped as it should
        scaled = full_scale_one * full_scale_one.dtype.type(limit)
    np.rint(scaled, out=scaled)
    clipped = (scaled > limit - 1) | (scaled < -limit)
    if nonfinite:
        clipped &= finite
        scaled[np.isnan(scaled)] = 0
    over = int(np.count_nonzero(clipped))
    # float32 cannot hold 2**23 - 1 plus a fraction but holds every integer up to 2**24, so the clip is exact.
    return Canonical(np.clip(scaled, -limit, limit - 1).astype(np.int32), over, nonfinite)


def to_canonical(raw: NDArray[np.generic], depth: int, matrix: NDArray[np.float64] | None) -> Canonical:
    """Samples as FFmpeg gives them, [frames, channels] of any of its types, to the depth; through `matrix` if given."""
    if matrix is not None:
        return quantise(_as_float(raw) @ matrix, depth)
    if raw.dtype.kind == "f":
        return quantise(raw.astype(np.float32 if raw.dtype.itemsize == 4 else np.float64, copy=False), depth)
    if raw.dtype == np.uint8:
        wide, bits = (raw.astype(np.int32) - 128) << 8, 16
    elif raw.dtype == np.int64:
        wide, bits = (raw.astype(np.int64) >> 32).astype(np.int32), 32
    else:
        wide, bits = raw.astype(np.int32), raw.dtype.itemsize * 8
    shift = depth - bits
    return Canonical(wide << shift if shift >= 0 else wide >> -shift, 0, 0)


def _as_float(raw: NDArray[np.generic]) -> NDArray[np.float64]:
    if raw.dtype.kind == "f":
        return raw.astype(np.float64)
    if raw.dtype == np.uint8:
        return (raw.astype(np.float64) - 128) / 128
    return raw.astype(np.float64) / float(1 << (raw.dtype.itemsize * 8 - 1))
