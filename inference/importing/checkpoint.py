"""Reads a checkpoint in demucs' own format without running anything that it brings.

Such a file is a pickle, which may name any function and have it called. PyTorch's restricted unpickler
(`weights_only`) refuses every name that is not on its list of tensors and plain values. Two names beyond that list
occur in honest checkpoints, and stand here for inert marks: the network's class, and the fraction that gives a
segment's length. Nothing of demucs is reached from the pickle, and what the file says of the network is checked before
one is built.
"""

from __future__ import annotations

import hashlib
import inspect
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import torch
from demucs.htdemucs import HTDemucs
from torch import Tensor

# Far above any network of this kind; it keeps a hostile file from asking for all memory.
_WHOLE_NUMBER_MAX = 65_536
_PARAMETERS_MAX = 1_000_000_000
_LIST_MAX = 64
_STEM = re.compile(r"[a-z][a-z0-9_-]{0,31}")


class CheckpointRefused(Exception):
    """The file is no checkpoint of a network that can be imported; the text says why."""


class HybridTransformer:
    """Stands for the class `demucs.htdemucs.HTDemucs` in a pickle."""


class Ratio:
    """Stands for a `fractions.Fraction` in a pickle, whose own constructor would take a numeral of any size."""

    def __init__(self, *parts: object) -> None:
        self.parts = parts

    def fraction(self) -> Fraction:
        """The value. Raises CheckpointRefused."""
        match = re.fullmatch(r"(\d{1,9})(?:/(\d{1,9}))?", "/".join(map(str, self.parts)))
        if match is None or match[2] == "0":
            raise CheckpointRefused(f"a fraction of {self.parts!r}")
        return Fraction(int(match[1]), int(match[2] or 1))


@dataclass(frozen=True)
class Checkpoint:
    """A network's arguments and weights, as found."""

    sources: tuple[str, ...]
    arguments: Mapping[str, object]
    state: Mapping[str, Tensor]
    sha256: str
    ignored: tuple[str, ...]
    """Arguments that this demucs does not know; demucs itself passes them over too."""

    @property
    def sample_rate_hz(self) -> int:
        """Samples per second that the network takes."""
        return int(self.arguments.get("samplerate", 44_100))

    @property
    def segment_samples(self) -> int:
        """Samples of one segment, as demucs counts them."""
        return int(self.arguments.get("segment", 10) * self.sample_rate_hz)


def read_checkpoint(path: Path) -> Checkpoint:
    """The checkpoint in `path`. Raises CheckpointRefused, OSError."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    names = [(HybridTransformer, "demucs.htdemucs.HTDemucs"), (Ratio, "fractions.Fraction")]
    try:
        with torch.serialization.safe_globals(names):
            package = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        # A hostile file may fail anywhere in the reader.
        # PyTorch's own words are not passed on: they tell how to load the file without protection.
        asked = re.search(r"GLOBAL ([\w.]+)", str(error))
        reason = f"it asks for {asked[1]}, which no checkpoint needs" if asked else "it is broken, or no checkpoint"
        raise CheckpointRefused(f"the file cannot be read safely: {reason}") from error
    if not isinstance(package, dict) or not {"klass", "args", "kwargs", "state"} <= set(package):
        raise CheckpointRefused("no package of demucs: klass, args, kwargs and state are expected")
    if package["klass"] is not HybridTransformer:
        raise CheckpointRefused("the network is not HTDemucs")
    arguments, ignored = _arguments(package["args"], package["kwargs"])
    sources = arguments["sources"]
    assert isinstance(sources, list)
    return Checkpoint(tuple(sources), arguments, _state(package["state"]), sha256, ignored)


def network_of(checkpoint: Checkpoint) -> HTDemucs:
    """The network with its weights, in float32, ready to be asked. Raises CheckpointRefused."""
    try:
        # Shapes first, without memory: what the weights do not fill is not built.
        with torch.device("meta"):
            shapes = {name: value.shape for name, value in HTDemucs(**checkpoint.arguments).state_dict().items()}
        if shapes != {name: value.shape for name, value in checkpoint.state.items()}:
            raise CheckpointRefused("the weights are not those of the network that the arguments describe")
        network = HTDemucs(**checkpoint.arguments)
        network.load_state_dict({name: value.float() for name, value in checkpoint.state.items()})
    except (AssertionError, ImportError, RuntimeError, TypeError, ValueError) as error:
        raise CheckpointRefused(f"demucs does not take these arguments: {error}") from error
    return network.eval()


def _arguments(positional: object, named: object) -> tuple[dict[str, object], tuple[str, ...]]:
    known = [name for name in inspect.signature(HTDemucs).parameters if name != "self"]
    if not isinstance(positional, tuple | list) or not isinstance(named, dict) or len(positional) > len(known):
        raise CheckpointRefused("the network's arguments are no arguments")
    found = {**dict(zip(known, positional, strict=False)), **named}
    ignored = tuple(str(name)[:80] for name in found if name not in known)
    arguments = {name: _plain(name, found[name]) for name in known if name in found}
    stems = arguments.get("sources")
    if not isinstance(stems, list) or not all(isinstance(stem, str) and _STEM.fullmatch(stem) for stem in stems):
        raise CheckpointRefused(f"the network's sources are {stems!r}")
    if not stems or len(set(stems)) != len(stems):
        raise CheckpointRefused(f"the sources must be distinct: {stems}")
    if arguments.get("audio_channels", 2) != 2 or not arguments.get("cac", True):
        raise CheckpointRefused("only networks for stereo, with complex spectra as channels, can be imported")
    rate_hz, segment_s = arguments.get("samplerate", 44_100), arguments.get("segment", 10)
    if not isinstance(rate_hz, int) or not 8000 <= rate_hz <= 192_000:
        raise CheckpointRefused(f"a sample rate of {rate_hz!r}")
    if not isinstance(segment_s, int | float | Fraction) or not 1 <= segment_s <= 60:
        raise CheckpointRefused(f"a segment of {segment_s!r} seconds")
    return arguments, ignored


def _plain(name: str, value: object) -> object:
    """An argument of a plain kind and a sane size."""
    if isinstance(value, Ratio):
        return value.fraction()
    if isinstance(value, bool | None):
        return value
    if isinstance(value, int) and abs(value) <= _WHOLE_NUMBER_MAX:
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, str) and len(value) <= _LIST_MAX:
        return value
    if isinstance(value, tuple | list) and len(value) <= _LIST_MAX:
        return [_plain(name, one) for one in value]
    if name == "samplerate" and isinstance(value, int):
        return value
    raise CheckpointRefused(f"the argument {name} is {str(value)[:80]!r}")


def _state(found: object) -> dict[str, Tensor]:
    if not isinstance(found, dict) or "__quantized" in found:
        raise CheckpointRefused("the weights are quantised, or none: export the checkpoint in half or full precision")
    if not all(isinstance(name, str) and isinstance(value, Tensor) for name, value in found.items()):
        raise CheckpointRefused("the weights are not tensors by name")
    if sum(value.numel() for value in found.values()) > _PARAMETERS_MAX:
        raise CheckpointRefused("too many weights")
    if not all(torch.isfinite(value).all() for value in found.values() if value.is_floating_point()):
        raise CheckpointRefused("a weight is not a finite number")
    return found
