"""Makes a checkpoint with random weights in demucs' own format, to prove the road that real ones take.

    python -m inference.importing.make_random_htdemucs FILE [--stems vocals,drums,bass,other] [--small] [--seed 1]

Fresh networks scale their residual branches by a thousandth or less, so that an error in them would not be heard: here
those scales are drawn anew, as large as training makes them.
"""

from __future__ import annotations

import argparse
import sys
from fractions import Fraction
from pathlib import Path

import torch
from demucs.htdemucs import HTDemucs

SCALE_MIN, SCALE_MAX = 0.075, 0.30
# The arguments of the published four-stem network, by demucs' own grid of experiments.
FULL: dict[str, object] = {
    "channels": 48,
    "depth": 4,
    "dconv_mode": 3,
    "dconv_comp": 8,
    "bottom_channels": 512,
    "t_layers": 5,
    "t_heads": 8,
    "segment": Fraction(39, 5),
}
SMALL: dict[str, object] = {**FULL, "channels": 8, "bottom_channels": 32, "t_layers": 3, "t_heads": 4, "segment": 2}


def main() -> int:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--stems", default="drums,bass,other,vocals")
    parser.add_argument(
        "--small", action="store_true", help="a network of some hundred thousand weights, for quick trials"
    )
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    network = random_network(arguments.stems.split(","), SMALL if arguments.small else FULL, arguments.seed)
    torch.save(package_of(network), arguments.file)
    print(f"{arguments.file}: {sum(value.numel() for value in network.parameters()):,} random weights")
    return 0


def random_network(stems: list[str], shape: dict[str, object], seed: int) -> HTDemucs:
    """A network whose every part is heard in what it says."""
    torch.manual_seed(seed)
    network = HTDemucs(stems, **shape)
    with torch.no_grad():
        for name, value in network.named_parameters():
            if name.rpartition(".")[2] == "scale":
                value.uniform_(SCALE_MIN, SCALE_MAX)
    return network.eval()


def package_of(network: HTDemucs) -> dict[str, object]:
    """What demucs writes of a network: its class, its arguments, and its weights in half precision."""
    positional, named = network._init_args_kwargs  # where demucs keeps them
    return {
        "klass": type(network),
        "args": positional,
        "kwargs": named,
        "state": {name: value.half() for name, value in network.state_dict().items()},
        "training_args": {},
    }


if __name__ == "__main__":
    sys.exit(main())
