"""Look at published labels before trusting them: where each stem's energy lies, and how much of the time it sounds.

    python -m inference.training.audit --recordings ../shared/data/audio/everything-is-free

A "bass" without anything below 250 Hz, or an "other" that is half sub-bass, teaches a network nonsense; `recordings.py`
holds what was concluded.
"""

from __future__ import annotations

import argparse
from itertools import pairwise
from pathlib import Path

import numpy as np

from inference.evaluation.songs import RATE_HZ, read_stereo

EDGES_HZ = (0, 60, 120, 250, 500, 2000, 5000, 24_000)
_BLOCK_SAMPLES = 8192
# A block counts as sounding above this share of the loudest block's energy (-40 dB).
_SOUNDING = 1e-4


def shares(path: Path) -> tuple[list[float], float]:
    """Percent of the energy in each band of EDGES_HZ, and the part of the time that it sounds."""
    samples = read_stereo(path).mean(axis=1)
    blocks = samples[: len(samples) // _BLOCK_SAMPLES * _BLOCK_SAMPLES].reshape(-1, _BLOCK_SAMPLES)
    power = np.square(np.abs(np.fft.rfft(blocks * np.hanning(_BLOCK_SAMPLES), axis=1)))
    places = np.fft.rfftfreq(_BLOCK_SAMPLES, 1 / RATE_HZ)
    whole = power.sum() or 1.0
    bands = [100 * float(power[:, (places >= low) & (places < high)].sum() / whole) for low, high in pairwise(EDGES_HZ)]
    energies = power.sum(axis=1)
    return bands, float(np.mean(energies > _SOUNDING * energies.max()))


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recordings", type=Path, required=True, help="folder of songs, each a folder of stems")
    given = parser.parse_args()
    heads = [f"{low}-{high}" for low, high in pairwise(EDGES_HZ)]
    print(f"{'% of energy by Hz':24}", *(f"{head:>10}" for head in heads), "  sounding")
    for path in sorted(given.recordings.glob("*/*.opus")):
        bands, sounding = shares(path)
        print(f"{path.parent.name + '/' + path.stem:24}", *(f"{band:10.1f}" for band in bands), f"  {sounding:.2f}")


if __name__ == "__main__":
    main()
