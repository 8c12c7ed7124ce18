"""Turns a checkpoint of demucs into a folder of the model registry, and keeps it only if it says the same.

    python -m inference.importing.import_htdemucs CHECKPOINT FOLDER --licence TEXT [--overlap 0.25] [--title TEXT]

FOLDER's last part is the model's name. Run in an environment made from inference/requirements/importing.txt.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import sys
from fractions import Fraction
from pathlib import Path

import torch

from inference.door.separator import open_separator
from inference.importing.agreement import Disagreement
from inference.importing.checkpoint import Checkpoint, CheckpointRefused, network_of, read_checkpoint
from inference.importing.htdemucs_core import core_as_onnx
from inference.importing.registry_folder import Imported, kept_if_finished, note_check, write_folder
from inference.importing.torch_original import AGAINST, separating
from inference.importing.trials import checked, least_agreement, print_agreement


def main() -> int:
    """0 when the model agrees with its original and stands in FOLDER; 1, and no folder, otherwise."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path, help="a file that demucs itself could load (.th)")
    parser.add_argument("folder", type=Path, help="where the model goes; must not exist")
    parser.add_argument(
        "--licence", default="", help="SPDX identifier or text; without one it cannot become the default"
    )
    parser.add_argument("--title", default="Imported HTDemucs")
    parser.add_argument(
        "--overlap", type=Fraction, default=Fraction(1, 4), help="of neighbouring segments (default: 1/4)"
    )
    arguments = parser.parse_args()
    if not 0 <= arguments.overlap < 1:
        parser.error("the overlap must be at least 0 and less than 1")
    if arguments.folder.exists():
        parser.error(f"{arguments.folder} exists")
    try:
        checkpoint = read_checkpoint(arguments.checkpoint)
        for name in checkpoint.ignored:
            print(f"ignored: the argument {name}, which this demucs does not know")
        with kept_if_finished(arguments.folder) as place:
            figures = imported(checkpoint, arguments, place)
            print_agreement(figures)
    except (CheckpointRefused, Disagreement, OSError) as reason:
        print(f"refused: {reason}", file=sys.stderr)
        return 1
    print(f"imported into {arguments.folder}")
    return 0


def imported(checkpoint: Checkpoint, arguments: argparse.Namespace, folder: Path) -> dict[str, float]:
    """Write the folder; how well the model in it agrees with its original, by stem, in decibels.

    Raises CheckpointRefused.
    """
    network = network_of(checkpoint)
    weights = sum(value.numel() for value in network.parameters())
    segment = checkpoint.segment_samples
    model = Imported(
        name=arguments.folder.name,
        version=checkpoint.sha256[:12],
        title=arguments.title,
        summary=f"Hybrid Transformer Demucs, {weights / 1e6:.1f} million weights, imported by the operator.",
        stems=checkpoint.sources,
        sample_rate_hz=checkpoint.sample_rate_hz,
        segment_samples=segment,
        # As demucs counts: the overlap is a decimal fraction there, and the product is cut, not rounded.
        hop_samples=int((1 - float(arguments.overlap)) * segment),
        placement="centred",
        licence=arguments.licence,
        rights=("The rights in the weights are those that the operator accepted; nothing here judges them.",),
        transform={"kind": "htdemucs", "n_fft": network.nfft, "file": "network.onnx"},
        source={
            "checkpoint_sha256": checkpoint.sha256,
            "architecture": f"demucs {importlib.metadata.version('demucs')}",
        },
    )
    write_folder(folder, model, core_as_onnx(network, segment))
    separator = open_separator(folder, torch.get_num_threads())
    figures = least_agreement(separator.card, separating(network, separator.card), separator.separate, "the original")
    note_check(folder, checked(figures, AGAINST))
    return figures


if __name__ == "__main__":
    sys.exit(main())
