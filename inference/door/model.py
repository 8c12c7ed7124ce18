"""Triton's door to every model: a mix [2, N] in, its stems [S, 2, N] out. Beside it lie `door/` and `files/`.

With the stems goes what they took, in seconds of a processor [1]. Where the configuration allows batches, all have one
more axis before these, and requests that came together are run together and share what it took.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import triton_python_backend_utils as pb_utils

if TYPE_CHECKING:
    from types import ModuleType

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

PACKAGE = "stripsession_door"


class TritonPythonModel:
    """One instance, in a process of its own; the name and the methods are Triton's."""

    def initialize(self, args: dict[str, str]) -> None:
        """Open the model and check it against the configuration."""
        if int(np.__version__.split(".", maxsplit=1)[0]) > 1:
            # This server hands back empty tensors with numpy 2, and says nothing: better not to start.
            raise pb_utils.TritonModelException(f"Triton's Python backend needs numpy 1, and found {np.__version__}")
        # The model repository is read, never written.
        sys.dont_write_bytecode = True
        configuration = json.loads(args["model_config"])
        parameters = {name: value["string_value"] for name, value in configuration["parameters"].items()}
        folder = Path(args["model_repository"]) / args["model_version"]
        opened = door_at(folder / "door")
        try:
            self.separator: Any = opened.open_separator(folder / "files", int(parameters["threads"]))
        except opened.ModelRefused as refused:
            raise pb_utils.TritonModelException(str(refused)) from refused
        # What travels may be of half precision; the network's own is not touched.
        self.precision = pb_utils.triton_string_to_numpy(configuration["output"][0]["data_type"])
        card = self.separator.card
        stems = ",".join(card.stems)
        if (card.name, stems) != (args["model_name"], parameters["stems"]):
            raise pb_utils.TritonModelException(
                f"config.pbtxt is of {args['model_name']} ({parameters['stems']}), the card of {card.name} ({stems})"
            )

    def execute(self, requests: list[pb_utils.InferenceRequest]) -> list[pb_utils.InferenceResponse]:
        """Answer each request; one that cannot be separated gets an error of its own."""
        inputs = [pb_utils.get_input_tensor_by_name(request, "MIX").as_numpy() for request in requests]
        # All threads of this process, which does nothing else meanwhile.
        began_s = time.process_time()
        try:
            found = self._stems(inputs)
            spent_s = time.process_time() - began_s
            mix_s = spent_s / sum(len(mix) if mix.ndim == 3 else 1 for mix in inputs)
            return [answer(stems.astype(self.precision, copy=False), mix_s) for stems in found]
        except (ValueError, MemoryError) as error:
            if len(inputs) == 1:
                return [pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error)))]
        return [self.execute([request])[0] for request in requests]

    def _stems(self, inputs: list[Floats]) -> list[Floats]:
        if all(mix.ndim == 2 for mix in inputs):
            return [self.separator.separate(mix) for mix in inputs]
        mixes = [mix for batch in inputs for mix in batch]
        found = iter(self.separator.separate_each(mixes))
        return [np.stack([next(found) for _ in batch]) for batch in inputs]


def answer(stems: Floats, mix_s: float) -> pb_utils.InferenceResponse:
    """The response that holds the stems, and what each mix took."""
    seconds = np.full((*stems.shape[:-3], 1), mix_s, np.float64)
    return pb_utils.InferenceResponse([pb_utils.Tensor("STEMS", stems), pb_utils.Tensor("PROCESSOR_S", seconds)])


def door_at(folder: Path) -> ModuleType:
    """The package's separator, by path: Triton's process has no package that holds it."""
    spec = importlib.util.spec_from_file_location(
        PACKAGE, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    if spec is None or spec.loader is None:
        raise pb_utils.TritonModelException(f"cannot load {folder}")
    package = importlib.util.module_from_spec(spec)
    sys.modules[PACKAGE] = package
    spec.loader.exec_module(package)
    return importlib.import_module(f"{PACKAGE}.separator")
