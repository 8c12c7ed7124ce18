"""Makes a small BS-RoFormer with random weights, and its configuration, to prove the road that real ones take.

python -m inference.importing.make_random_bs_roformer CHECKPOINT CONFIGURATION [--target vocals]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import torch
import yaml
from bs_roformer import BSRoformer

SEED = 1
STEMS = ["vocals", "drums", "bass", "other"]
# As published checkpoints have them: a hop that does not divide the window, and one residual stream, since with more
# the network does not survive its conversion.
SMALL = {
    "dim": 32,
    "depth": 2,
    "stereo": True,
    "heads": 2,
    "dim_head": 16,
    "num_residual_streams": 1,
    "stft_n_fft": 2048,
    "stft_hop_length": 441,
}


def main() -> int:
    """Write both files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("configuration", type=Path)
    parser.add_argument("--target", help="one stem against the rest, rather than four")
    arguments = parser.parse_args()
    torch.manual_seed(SEED)
    shape = {**SMALL, "num_stems": 1 if arguments.target else len(STEMS)}
    network = BSRoformer(**shape)
    torch.save(network.state_dict(), arguments.checkpoint)
    configuration = {
        "model": shape,
        "audio": {"sample_rate": 44_100, "chunk_size": 132_300},
        "training": {"instruments": STEMS, "target_instrument": arguments.target},
    }
    arguments.configuration.write_text(yaml.safe_dump(configuration), encoding="utf-8")
    print(f"{arguments.checkpoint}: {sum(value.numel() for value in network.parameters()):,} random weights")
    return 0


if __name__ == "__main__":
    sys.exit(main())
