"""Triton's door to the baseline separator: one mix [2, N] in, its stems [4, 2, N] out."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

import numpy as np
import triton_python_backend_utils as pb_utils

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Separator(Protocol):
    """What this door needs of `separator.py`."""

    STEMS: tuple[str, ...]

    def separate(self, mix: NDArray[np.float32], sample_rate: int) -> NDArray[np.float32]:
        """Stems [S, 2, N] of a mix [2, N]."""


class TritonPythonModel:
    """One instance, in a process of its own; the name and the methods are Triton's."""

    def initialize(self, args: dict[str, str]) -> None:
        """Load the separator beside this file, check it against the configuration, and run it once."""
        if int(np.__version__.split(".", maxsplit=1)[0]) > 1:
            # This server hands back empty tensors with numpy 2, and says nothing: better not to start.
            raise pb_utils.TritonModelException(f"Triton's Python backend needs numpy 1, and found {np.__version__}")
        # The model repository is read, never written.
        sys.dont_write_bytecode = True
        parameters = json.loads(args["model_config"])["parameters"]
        self.sample_rate = int(parameters["sample_rate"]["string_value"])
        folder = Path(args["model_repository"]) / args["model_version"]
        self.separator = load_separator(folder / "separator.py")
        stems = tuple(parameters["stems"]["string_value"].split(","))
        if stems != self.separator.STEMS:
            raise pb_utils.TritonModelException(f"config.pbtxt names {stems}, the separator {self.separator.STEMS}")
        # Fills the caches and touches the memory, so that the first request costs what the others do.
        noise = np.random.default_rng(0).standard_normal((2, int(parameters["segment_samples"]["string_value"])))
        self.separator.separate(noise.astype(np.float32), self.sample_rate)

    def execute(self, requests: list[pb_utils.InferenceRequest]) -> list[pb_utils.InferenceResponse]:
        """Answer each request; one that cannot be separated gets an error of its own."""
        return [self._answer(request) for request in requests]

    def _answer(self, request: pb_utils.InferenceRequest) -> pb_utils.InferenceResponse:
        try:
            mix = pb_utils.get_input_tensor_by_name(request, "MIX").as_numpy()
            stems = self.separator.separate(mix, self.sample_rate)
        except (ValueError, MemoryError) as error:
            return pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error)))
        return pb_utils.InferenceResponse([pb_utils.Tensor("STEMS", stems)])


def load_separator(path: Path) -> Separator:
    """Import a file by its path: Triton's process has no package that holds it."""
    spec = importlib.util.spec_from_file_location("stripsession_separator", path)
    if spec is None or spec.loader is None:
        raise pb_utils.TritonModelException(f"cannot load {path}")
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up while it is still being executed.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return cast("Separator", module)
