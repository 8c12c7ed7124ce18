"""A network of an ONNX file, compiled by OpenVINO for this machine's processor."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import openvino

from .card import ModelRefused

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]


class Core:
    """A compiled network of fixed shapes. Each thread has buffers of its own."""

    def __init__(self, path: Path, shapes: Mapping[str, Sequence[int]], outputs: Sequence[str], threads: int) -> None:
        """`shapes` fixes every input by name. Raises ModelRefused when the file is no such network."""
        try:
            model = openvino.Core().read_model(path)
            model.reshape({name: list(shape) for name, shape in shapes.items()})
            compiled = openvino.Core().compile_model(
                model,
                "CPU",
                {
                    "INFERENCE_PRECISION_HINT": "f32",
                    "PERFORMANCE_HINT": "LATENCY",
                    "INFERENCE_NUM_THREADS": threads,
                    # The instances share the cores, and each would pin its threads to the same first ones.
                    "ENABLE_CPU_PINNING": False,
                },
            )
            self._outputs = [compiled.output(name) for name in outputs]
        except RuntimeError as error:
            reason = str(error).strip().splitlines()[-1]
            raise ModelRefused(f"{path.name}: OpenVINO does not take this network: {reason}") from error
        self._compiled = compiled
        self._own = threading.local()

    def __call__(self, inputs: Mapping[str, Floats]) -> list[Floats]:
        """The outputs, in the order asked for; they are this thread's buffers, overwritten by its next call."""
        if not hasattr(self._own, "request"):
            self._own.request = self._compiled.create_infer_request()
        found = self._own.request.infer(dict(inputs), share_inputs=True, share_outputs=True)
        return [found[output] for output in self._outputs]
