"""Separates a song as demucs itself does, and says how long that took and how much memory; for comparison.

    python -m inference.importing.demucs_road CHECKPOINT SONG FOLDER [--overlap 0.25]

Timed, once the network is loaded: decoding, `apply_model`, and writing each stem as 16-bit WAV, demucs' default. Prints
one line of JSON. Afterwards `stems.npy` (float32 [S, 2, N], in the order of `stems`) is written for comparison.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from pathlib import Path

import numpy as np
import torch
from demucs.api import save_audio
from demucs.apply import apply_model

from inference.importing.checkpoint import network_of, read_checkpoint


def main() -> int:
    """Separate once."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("song", type=Path, help="at the network's own rate")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--overlap", type=float, default=0.25)
    arguments = parser.parse_args()
    checkpoint = read_checkpoint(arguments.checkpoint)
    network = network_of(checkpoint)
    arguments.folder.mkdir(parents=True, exist_ok=True)
    loaded_mib = peak_mib()
    began = time.perf_counter()
    mix = decoded(arguments.song)
    decoded_at = time.perf_counter()
    with torch.no_grad():
        stems = apply_model(network, mix[None], shifts=0, split=True, overlap=arguments.overlap)[0]
    separated_at = time.perf_counter()
    for name, stem in zip(checkpoint.sources, stems, strict=True):
        save_audio(stem, arguments.folder / f"{name}.wav", checkpoint.sample_rate_hz)
    ended = time.perf_counter()
    figures = {
        "wall_s": ended - began,
        "decode_s": decoded_at - began,
        "apply_model_s": separated_at - decoded_at,
        "encode_s": ended - separated_at,
        "peak_mib": peak_mib(),
        "loaded_mib": loaded_mib,
        "threads": torch.get_num_threads(),
        "stems": checkpoint.sources,
    }
    np.save(arguments.folder / "stems.npy", stems.numpy())
    print(json.dumps(figures))
    return 0


def decoded(song: Path) -> torch.Tensor:
    """float32 [2, N], by the library that demucs itself falls back to where ffmpeg is not installed."""
    import sphn

    samples, _ = sphn.read(str(song))
    mix = torch.from_numpy(samples)
    return mix if mix.shape[0] == 2 else mix[:1].expand(2, -1)


def peak_mib() -> float:
    """Peak resident memory of this process."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
