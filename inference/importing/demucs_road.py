"""Separates songs as demucs itself does, and says how long each took; for comparison (`tests/bench/against_demucs.py`).

    python -m inference.importing.demucs_road CHECKPOINT [--overlap 0.25]

The network is loaded once. Then it reads requests from its standard input, a line of JSON each: `song` (a file at the
network's own rate), `folder` for the stems, and `raw` to have demucs' own samples kept there as `raw.npy` (float32
[S, 2, N], in the order of `stems`) for comparison. Timed are decoding, `apply_model`, and writing each stem as 16-bit
WAV, demucs' default. It answers each with a line of JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np
import torch
from demucs.api import save_audio
from demucs.apply import apply_model
from demucs.htdemucs import HTDemucs

from inference.importing.checkpoint import network_of, read_checkpoint


def main() -> int:
    """Answer until the input ends."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--overlap", type=float, default=0.25)
    arguments = parser.parse_args()
    network, names, rate_hz = loaded(arguments.checkpoint)
    print(json.dumps({"stems": names, "threads": torch.get_num_threads()}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        folder = Path(request["folder"])
        folder.mkdir(parents=True, exist_ok=True)
        began = time.perf_counter()
        mix = decoded(Path(request["song"]))
        decoded_at = time.perf_counter()
        with torch.no_grad():
            stems = apply_model(network, mix[None], shifts=0, split=True, overlap=arguments.overlap)[0]
        separated_at = time.perf_counter()
        for name, stem in zip(names, stems, strict=True):
            save_audio(stem, folder / f"{name}.wav", rate_hz)
        ended = time.perf_counter()
        if request.get("raw"):
            np.save(folder / "raw.npy", stems.numpy())
        # Before the next song comes: two songs at once would count as one's memory.
        del mix, stems, stem
        figures = {
            "wall_s": ended - began,
            "decode_s": decoded_at - began,
            "apply_model_s": separated_at - decoded_at,
            "encode_s": ended - separated_at,
        }
        print(json.dumps(figures), flush=True)
    return 0


def loaded(path: Path) -> tuple[HTDemucs, tuple[str, ...], int]:
    """The network, its stems and its rate; the checkpoint's own copy of the weights is let go, as demucs does."""
    checkpoint = read_checkpoint(path)
    return network_of(checkpoint), checkpoint.sources, checkpoint.sample_rate_hz


def decoded(song: Path) -> torch.Tensor:
    """float32 [2, N], by the library that demucs itself falls back to where ffmpeg is not installed."""
    import sphn

    samples, _ = sphn.read(str(song))
    mix = torch.from_numpy(samples)
    return mix if mix.shape[0] == 2 else mix[:1].expand(2, -1)


if __name__ == "__main__":
    sys.exit(main())
