"""Models in this process, for machines without Triton: the same files behind the same port."""

from __future__ import annotations

import asyncio
import importlib.util
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray

from services.separation.domain.errors import ModelUnknown
from services.separation.domain.models import ModelShape

_PARAMETER = re.compile(r'key:\s*"(\w+)"\s*value:?\s*\{\s*string_value:\s*"([^"]*)"')


class Separator(Protocol):
    """What `<model>/1/separator.py` offers."""

    def separate(self, mix: NDArray[np.float32], sample_rate: int) -> NDArray[np.float32]:
        """Stems `[S, 2, N]` of a mix `[2, N]`."""
        ...


class InProcessEngine:
    """Runs separators of a Triton model repository in threads of its own. A lifecycle part."""

    name = "in-process engine"

    def __init__(self, repository: Path, parallel: int) -> None:
        self._repository = repository
        self._threads = ThreadPoolExecutor(parallel, thread_name_prefix="engine")
        self._models: dict[str, tuple[ModelShape, Separator]] = {}

    async def start(self) -> None:
        """Models are loaded when they are first asked for."""

    async def stop(self) -> None:
        """Let chunks under way end."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def describe(self, model: str) -> ModelShape:
        """How a model takes audio. Raises ModelUnknown."""
        return self._loaded(model)[0]

    async def separate(self, model: str, chunk: NDArray[np.float32]) -> NDArray[np.float32]:
        """The stems of one chunk."""
        shape, separator = self._loaded(model)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, separator.separate, chunk, shape.sample_rate_hz)

    def _loaded(self, model: str) -> tuple[ModelShape, Separator]:
        if model not in self._models:
            folder = self._repository / model
            if not (folder / "config.pbtxt").is_file():
                raise ModelUnknown
            parameters = dict(_PARAMETER.findall((folder / "config.pbtxt").read_text()))
            self._models[model] = (ModelShape.of(parameters), _load(model, folder / "1" / "separator.py"))
        return self._models[model]


def _load(model: str, path: Path) -> Separator:
    spec = importlib.util.spec_from_file_location(f"stripsession_separator_{model}", path)
    if spec is None or spec.loader is None:
        raise ModelUnknown
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up while it is still being executed.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return cast("Separator", module)
