"""What is known of a model: its card for people, and the shape that the engine reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ModelCard:
    """A model that can be asked for."""

    name: str
    version: str
    stems: tuple[str, ...]
    summary: str
    licence: str
    is_default: bool = False
    title: str = ""


@dataclass(frozen=True, slots=True)
class ModelShape:
    """How an engine's model takes audio: stereo segments, each overlapping the one before by segment minus hop."""

    sample_rate_hz: int
    segment_samples: int
    hop_samples: int
    stems: tuple[str, ...]
    version: str
    placement: str = "mirrored"
    """Where chunks lie in the song: `mirrored` or `centred` (see `audio/chunking.py`)."""
    weights_sha256: str = ""
    """Digest of the model's files and of how its card says to use them; empty when the engine does not tell."""
    device: str = "cpu"
    """Where it runs: cpu or gpu."""

    @staticmethod
    def of(parameters: Mapping[str, str]) -> ModelShape:
        """The shape that the `parameters` of a model's configuration state. Raises KeyError, ValueError."""
        return ModelShape(
            int(parameters["sample_rate"]),
            int(parameters["segment_samples"]),
            int(parameters["hop_samples"]),
            tuple(parameters["stems"].split(",")),
            parameters["version"],
            parameters.get("placement", "mirrored"),
            parameters.get("weights", ""),
            parameters.get("device", "cpu"),
        )
