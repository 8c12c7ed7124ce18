"""Turns a checkpoint of Band-Split RoFormer into a folder of the model registry, and keeps it only if it says the same.

    python -m inference.importing.import_bs_roformer CHECKPOINT FOLDER --card FILE --licence TEXT [--overlap 0.25]

CHECKPOINT holds weights by name; FILE is the configuration that such checkpoints come with, in YAML or JSON: `model`
(arguments of the network), `audio` (sample_rate, chunk_size) and `training` (instruments, target_instrument). A network
of one target gives two stems: the target, and what is left of the mix.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.metadata
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import torch
import yaml
from bs_roformer import BSRoformer
from torch import Tensor

from inference.door.separator import open_separator
from inference.importing.agreement import Disagreement
from inference.importing.checkpoint import CheckpointRefused
from inference.importing.registry_folder import Imported, kept_if_finished, note_check, write_folder
from inference.importing.roformer_core import core_as_onnx
from inference.importing.torch_original import AGAINST, separating
from inference.importing.trials import checked, least_agreement, print_agreement

_REST = "instrumental"


@dataclass(frozen=True)
class Recipe:
    """What the configuration says."""

    network: Mapping[str, object]
    stems: tuple[str, ...]
    rest: int
    """The stem that is what the others leave of the mix; -1 for none."""
    sample_rate_hz: int
    chunk_samples: int


class _PlainLoader(yaml.SafeLoader):
    """Plain values, and the tuples that these files write by Python's name."""


_PlainLoader.add_constructor(
    "tag:yaml.org,2002:python/tuple", lambda loader, node: tuple(loader.construct_sequence(node))
)


def main() -> int:
    """0 when the model agrees with its original and stands in FOLDER; 1, and no folder, otherwise."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("folder", type=Path, help="where the model goes; must not exist")
    parser.add_argument("--card", type=Path, required=True, help="the configuration that the checkpoint comes with")
    parser.add_argument(
        "--licence", default="", help="SPDX identifier or text; without one it cannot become the default"
    )
    parser.add_argument("--title", default="Imported BS-RoFormer")
    parser.add_argument(
        "--overlap", type=Fraction, default=Fraction(1, 4), help="of neighbouring segments (default: 1/4)"
    )
    arguments = parser.parse_args()
    if arguments.folder.exists() or not 0 <= arguments.overlap < 1:
        parser.error("the folder must not exist, and the overlap must be at least 0 and less than 1")
    try:
        with kept_if_finished(arguments.folder) as place:
            print_agreement(imported(arguments, place))
    except (CheckpointRefused, Disagreement, OSError) as reason:
        print(f"refused: {reason}", file=sys.stderr)
        return 1
    print(f"imported into {arguments.folder}")
    return 0


def imported(arguments: argparse.Namespace, folder: Path) -> dict[str, float]:
    """Write the folder; the agreement by stem, in decibels. Raises CheckpointRefused."""
    recipe = read_recipe(arguments.card)
    network = network_of(recipe, read_weights(arguments.checkpoint))
    n_fft, hop = network.stft_kwargs["n_fft"], network.stft_kwargs["hop_length"]
    segment = recipe.chunk_samples // hop * hop
    weights = sum(value.numel() for value in network.parameters())
    model = Imported(
        name=arguments.folder.name,
        version=digest(arguments.checkpoint)[:12],
        title=arguments.title,
        summary=f"Band-Split RoFormer, {weights / 1e6:.1f} million weights, imported by the operator.",
        stems=recipe.stems,
        sample_rate_hz=recipe.sample_rate_hz,
        segment_samples=segment,
        hop_samples=int((1 - float(arguments.overlap)) * segment),
        placement="mirrored",
        licence=arguments.licence,
        rights=("The rights in the weights are those that the operator accepted; nothing here judges them.",),
        transform={
            "kind": "spectrogram",
            "n_fft": n_fft,
            "hop": hop,
            "bins": n_fft // 2 + 1,
            "normalise": "none",
            "file": "network.onnx",
            **({"rest": recipe.rest} if recipe.rest >= 0 else {}),
        },
        source={
            "checkpoint_sha256": digest(arguments.checkpoint),
            "architecture": f"bs-roformer {importlib.metadata.version('bs-roformer')}",
        },
    )
    write_folder(folder, model, core_as_onnx(network, segment // hop + 1))

    def original(mix: Tensor) -> Tensor:
        stems: Tensor = network(mix)
        return stems if stems.ndim == 4 else stems[:, None]

    separator = open_separator(folder, torch.get_num_threads())
    figures = least_agreement(separator.card, separating(original, separator.card), separator.separate, "the original")
    note_check(folder, checked(figures, AGAINST))
    return figures


def read_recipe(path: Path) -> Recipe:
    """The configuration in `path`. Raises CheckpointRefused."""
    try:
        # A safe loader: see _PlainLoader.
        found = yaml.load(path.read_text(encoding="utf-8"), Loader=_PlainLoader)  # noqa: S506 - derived from SafeLoader
        audio, training = found["audio"], found["training"]
        # The network wants tuples, which JSON has not.
        arguments = {str(name): tuple(one) if isinstance(one, list) else one for name, one in found["model"].items()}
        target = training.get("target_instrument")
        stems = (str(target), _REST) if target else tuple(map(str, training["instruments"]))
        return Recipe(arguments, stems, 1 if target else -1, int(audio["sample_rate"]), int(audio["chunk_size"]))
    except (yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise CheckpointRefused(f"the configuration cannot be read: {error!r}") from error


def read_weights(path: Path) -> dict[str, Tensor]:
    """Tensors by name; nothing else that a pickle may hold is read. Raises CheckpointRefused."""
    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        raise CheckpointRefused("the file asks for more than tensors and plain values, or is broken") from error
    for name in ("state_dict", "state"):
        if isinstance(found, dict) and name in found:
            found = found[name]
    if not isinstance(found, dict) or not all(isinstance(value, Tensor) for value in found.values()):
        raise CheckpointRefused("the weights are not tensors by name")
    return {str(name): value.float() for name, value in found.items()}


def network_of(recipe: Recipe, weights: Mapping[str, Tensor]) -> BSRoformer:
    """The network with its weights, ready to be asked. Raises CheckpointRefused."""
    try:
        network = BSRoformer(**recipe.network)
        network.load_state_dict(weights)
    except Exception as error:
        # Its argument checks raise errors of their own kinds.
        raise CheckpointRefused(f"the network does not take this: {str(error).splitlines()[0]}") from error
    if not network.stereo or network.num_stems != len(recipe.stems) - (recipe.rest >= 0):
        raise CheckpointRefused(
            f"the network gives {network.num_stems} stem(s), the configuration names {recipe.stems}"
        )
    return network.eval()


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


if __name__ == "__main__":
    sys.exit(main())
