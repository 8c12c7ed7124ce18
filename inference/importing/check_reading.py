"""Tries checkpoints that are hostile or broken; each must be refused, and none may run anything.

Run as `python -m inference.importing.check_reading`.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import torch
from demucs.htdemucs import HTDemucs

from inference.importing.checkpoint import CheckpointRefused, network_of, read_checkpoint
from inference.importing.make_random_htdemucs import SMALL, package_of, random_network

Package = dict[str, object]


class Calls:
    """Pickles as a call of any function."""

    def __init__(self, function: Callable[..., object], *arguments: object) -> None:
        self.function = function
        self.arguments = arguments

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return self.function, self.arguments


def main() -> int:
    """0 when all are refused and the honest one is read."""
    honest = package_of(random_network(["vocals", "rest"], {**SMALL, "segment": Fraction(5, 4)}, seed=1))
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        torch.save(honest, place / "honest.th")
        read = read_checkpoint(place / "honest.th")
        assert (read.sources, read.segment_samples) == (("vocals", "rest"), 55_125), read
        network_of(read)
        print("read: an honest checkpoint")
        failed = 0
        for name, package in hostile(honest, place / "ran").items():
            torch.save(package, place / "hostile.th")
            try:
                network_of(read_checkpoint(place / "hostile.th"))
            except CheckpointRefused as reason:
                print(f"refused: {name}: {str(reason)[:120]}")
            else:
                print(f"READ: {name}")
                failed += 1
        (place / "hostile.th").write_bytes((place / "honest.th").read_bytes()[:-4096])
        try:
            read_checkpoint(place / "hostile.th")
        except CheckpointRefused:
            print("refused: a file cut short")
        else:
            failed += 1
        if (place / "ran").exists():
            print("RAN: a checkpoint ran a command")
            failed += 1
    return 1 if failed else 0


def hostile(honest: Package, trace: Path) -> dict[str, object]:
    """Packages by what is wrong with them; `trace` appears if one gets a command run."""
    state = honest["state"]
    named = honest["kwargs"]
    assert isinstance(state, dict)
    assert isinstance(named, dict)
    command = f"touch {trace}"
    first = next(iter(state))
    return {
        "a call in the weights": {**honest, "state": {**state, first: Calls(os.system, command)}},
        "a call in the notes": {**honest, "training_args": Calls(os.system, command)},
        "an evaluation": {**honest, "training_args": Calls(eval, f"__import__('os').system({command!r})")},
        "a call of the network's class": {**honest, "training_args": Calls(HTDemucs, ["vocals"])},
        "a fraction too large": {**honest, "kwargs": {**named, "segment": Calls(Fraction, "1e1000000000")}},
        "a fraction without a denominator": {**honest, "kwargs": {**named, "segment": Calls(Fraction, "1/0")}},
        "another class": {**honest, "klass": torch.nn.Linear},
        "a network too large for its weights": {**honest, "kwargs": {**named, "channels": 4096}},
        "an argument out of range": {**honest, "kwargs": {**named, "depth": 10**9}},
        "other stems than its weights have": {**honest, "args": (["vocals", "drums", "bass"],)},
        "a stem that is a path": {**honest, "args": (["../../etc", "rest"],)},
        "a weight that is no number": {**honest, "state": {**state, first: state[first] * float("nan")}},
        "weights that are missing": {**honest, "state": {}},
        "quantised weights": {**honest, "state": {"__quantized": True}},
        "a list": [honest],
    }


if __name__ == "__main__":
    sys.exit(main())
