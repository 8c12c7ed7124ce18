"""A run becomes a bundled model: `network.onnx` and `model.json` in a folder of the registry.

    python -m inference.training.release --run RUN --folder inference/models/quartet --version 1

The card for people, `card.md`, is written by hand: it says what was tried and how well it does (`make eval`).
Afterwards `python -m inference.cards inference/models/quartet` notes its digest in `model.json`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from inference.cards import write_card
from inference.training.export import checked_export
from inference.training.network import SAMPLE_RATE_HZ, Shape
from inference.training.rights import rights
from inference.training.score import HOP_SAMPLES, SEGMENT_SAMPLES, load_network

TITLE = "Quartet: vocals, drums, bass and other"
SUMMARY = "A small network trained by this project on material of clear rights alone."


def card(name: str, version: str, shape: Shape, network: Path, *, elsewhere: bool) -> dict[str, object]:
    """`model.json`, schema 2, but for its files; the last stem is what the others leave."""
    return {
        "schema": 2,
        "name": name,
        "version": version,
        "title": TITLE,
        "summary": SUMMARY,
        "stems": list(shape.stems),
        "sample_rate": SAMPLE_RATE_HZ,
        "segment_samples": SEGMENT_SAMPLES,
        "hop_samples": HOP_SAMPLES,
        "placement": "mirrored",
        "licence": "Apache-2.0",
        "rights": rights(elsewhere=elsewhere),
        "transform": {
            "kind": "spectrogram",
            "file": network.name,
            "n_fft": shape.n_fft,
            "hop": shape.hop,
            "bins": shape.bins,
            "normalise": "rms",
            "rest": len(shape.stems) - 1,
        },
    }


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--version", required=True)
    parser.add_argument("--own", type=float, help="how much a chunk's own statistics count, 0 to 1 (see network.Norm)")
    parser.add_argument(
        "--elsewhere", action="store_true", help="the run heard recordings that are had elsewhere, or their singers"
    )
    given = parser.parse_args()
    network = load_network(given.run / "ema.pt", given.own)
    given.folder.mkdir(parents=True, exist_ok=True)
    path = given.folder / "network.onnx"
    agreement = checked_export(network, path)
    write_card(given.folder, card(given.folder.name, given.version, network.shape, path, elsewhere=given.elsewhere))
    print(f"{path}: {path.stat().st_size / 1e6:.1f} MB, OpenVINO follows PyTorch to {agreement:.1f} dB")


if __name__ == "__main__":
    main()
