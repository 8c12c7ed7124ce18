"""Score a checkpoint while it is being trained, on the development songs and on synthesised songs kept for validation.

    python -m inference.training.score --run RUN --recordings ../shared/data/audio [--data DATA]

It goes through PyTorch, with the chunks and the crossfade of serving; `make eval` scores what is served. The figures
are added to the run's log, from which the curves are drawn.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from inference.evaluation.scores import usdr_db
from inference.evaluation.songs import RATE_HZ, STEMS, Song, development_songs
from inference.training.mixtures import is_validation
from inference.training.network import Network, Shape, masked
from inference.training.spectra import samples_of, spectrum

SEGMENT_SAMPLES = 335 * 1024
"""7.8 s, 336 frames: a multiple of the network's 8."""
HOP_SAMPLES = 280 * 1024
VALIDATION_SONGS = 6
_VALIDATION_S = 30


def load_network(path: Path, own: float | None = None) -> Network:
    """The averaged network of a checkpoint, ready to be used; `own` replaces its shape's."""
    found = torch.load(path, weights_only=True)
    shape = Shape.from_json(found["shape"])
    network = Network(shape if own is None else replace(shape, own=own))
    network.load_state_dict(found["network"])
    return network.eval()


@torch.inference_mode()
def separate_chunk(network: Network, mix: torch.Tensor) -> torch.Tensor:
    """Stems [S, 2, n] of a chunk [2, n]; the last stem gets what lies above the network's bins."""
    shape = network.shape
    found = spectrum(mix[None], shape)
    estimates = torch.zeros(1, len(shape.stems), *found.shape[1:])
    estimates[:, :, :, : shape.bins] = masked(network(found[:, :, : shape.bins]), found[:, :, : shape.bins])
    estimates[:, -1, :, shape.bins :] = found[:, :, shape.bins :]
    return samples_of(estimates[0], shape, mix.shape[-1])


def separate(network: Network, mix: NDArray[np.float32]) -> NDArray[np.float32]:
    """A whole song [2, n] to stems [S, 2, n]: chunks with mirrored ends and linear crossfades."""
    overlap = SEGMENT_SAMPLES - HOP_SAMPLES
    length = mix.shape[1]
    count = -(-length // HOP_SAMPLES)
    ends = ((0, 0), (overlap, count * HOP_SAMPLES - length + overlap))
    padded = np.pad(mix, ends, mode="symmetric")
    out = np.zeros((len(STEMS), *padded.shape), np.float32)
    fade = np.linspace(0, 1, overlap + 2, dtype=np.float32)[1:-1]
    weight = np.concatenate((fade, np.ones(HOP_SAMPLES - overlap, np.float32), fade[::-1]))
    for at in range(count):
        start = at * HOP_SAMPLES
        chunk = torch.from_numpy(padded[:, start : start + SEGMENT_SAMPLES])
        out[:, :, start : start + SEGMENT_SAMPLES] += separate_chunk(network, chunk).numpy() * weight
    return out[:, :, overlap : overlap + length]


def scores_of(network: Network, song: Song) -> dict[str, float]:
    """The uSDR of each stem that is not silent, and their mean."""
    estimates = separate(network, song.mix)
    heard = [at for at in range(len(STEMS)) if np.mean(np.square(song.stems[at])) > 1e-9]
    found = {STEMS[at]: round(usdr_db(song.stems[at], estimates[at]), 2) for at in heard}
    return {**found, "mean": round(float(np.mean(list(found.values()))), 2)}


def validation_songs(data: Path) -> Iterator[Song]:
    """Synthesised songs that training leaves out: a stretch of the middle of each."""
    kept = [item for item in sorted((data / "songs").glob("*")) if is_validation(item)]
    whole = [item for item in kept if all((item / f"{stem}.npy").exists() for stem in STEMS)]
    for item in whole[:VALIDATION_SONGS]:
        stems = [np.load(item / f"{stem}.npy", mmap_mode="r") for stem in STEMS]
        start = len(stems[0]) // 4
        parts = [np.asarray(stem[start : start + _VALIDATION_S * RATE_HZ], np.float32).T / 32768 for stem in stems]
        yield Song(f"made {item.name}", np.stack(parts))


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--recordings", type=Path, required=True, help="folder that holds everything-is-free/")
    parser.add_argument("--stempeg", type=Path, help="the excerpt's file, where the package is not installed")
    parser.add_argument("--data", type=Path, help="score the synthesised songs kept for validation, too")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--own", type=float, help="how much a chunk's own statistics count, 0 to 1 (see network.Norm)")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    network = load_network(given.run / "ema.pt", given.own)
    facts = torch.load(given.run / "ema.pt", weights_only=True)
    songs = list(development_songs(given.recordings, given.stempeg))
    songs += list(validation_songs(given.data)) if given.data else []
    found = {}
    for song in songs:
        found[song.name] = scores_of(network, song)
        print(f"{song.name:14}", *(f"{stem} {value:6.2f}" for stem, value in found[song.name].items()), flush=True)
    line = {
        "step": facts["step"],
        "audio_h": round(facts["audio_s"] / 3600, 2),
        "own": network.shape.own,
        "scores": found,
    }
    with (given.run / "log.jsonl").open("a") as log:
        log.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
