"""Models in this process, for machines without Triton: the same files behind the same port."""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import re
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray

from services.separation.app.chunk_calls import Spent, Turn, at_once, untold
from services.separation.domain.errors import EngineFailed, ModelUnknown
from services.separation.domain.models import ModelShape

_PARAMETER = re.compile(r'key:\s*"(\w+)"\s*value:?\s*\{\s*string_value:\s*"([^"]*)"')
_DOOR = "stripsession_door"


class Separator(Protocol):
    """What the door's `open_separator` gives."""

    def separate(self, mix: NDArray[np.float32]) -> NDArray[np.float32]:
        """Stems `[S, 2, N]` of a mix `[2, N]`."""
        ...


class InProcessEngine:
    """Runs the models of a generated repository in threads of its own. A lifecycle part."""

    name = "in-process engine"

    def __init__(self, repository: Path, parallel: int) -> None:
        self._repository = repository
        self._threads = ThreadPoolExecutor(parallel, thread_name_prefix="engine")
        self._shapes: dict[str, ModelShape] = {}
        self._separators: dict[str, Separator] = {}
        self._loading = threading.Lock()

    async def start(self) -> None:
        """Models are loaded when they are first asked for."""

    async def stop(self) -> None:
        """Let chunks under way end."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def describe(self, model: str) -> ModelShape:
        """How a model takes audio. Raises ModelUnknown."""
        if model not in self._shapes:
            configuration = self._repository / model / "config.pbtxt"
            if not configuration.is_file():
                raise ModelUnknown
            self._shapes[model] = ModelShape.of(dict(_PARAMETER.findall(configuration.read_text())))
        return self._shapes[model]

    async def separate(
        self,
        model: str,
        chunk: NDArray[np.float32],
        spent: Spent = untold,
        its_turn: Turn = at_once,
    ) -> NDArray[np.float32]:
        """The stems of one chunk, whose turn does not matter: they are made here. Raises ModelUnknown, EngineFailed."""
        del its_turn
        await self.describe(model)
        loop = asyncio.get_running_loop()
        stems, processor_s = await loop.run_in_executor(self._threads, self._separated, model, chunk)
        spent(processor_s)
        return stems

    def _separated(self, model: str, chunk: NDArray[np.float32]) -> tuple[NDArray[np.float32], float]:
        with self._loading:
            if model not in self._separators:
                self._separators[model] = _opened(self._repository / model / "1")
        # Each network has one thread, which is this one.
        began_s = time.thread_time()
        try:
            stems = self._separators[model].separate(chunk)
        except (ValueError, MemoryError, RuntimeError) as error:
            raise EngineFailed(str(error)) from error
        return stems, time.thread_time() - began_s


def _opened(version: Path) -> Separator:
    """The model in a version's folder. The threads of the engine share the cores, so each network has one."""
    opening = _door(version / "door")
    try:
        return opening.open_separator(version / "files", 1)
    except opening.ModelRefused as refused:
        raise EngineFailed(str(refused)) from refused


def _door(folder: Path) -> Opening:
    """The door's code, by path: no service imports the models' code. Every model's is the same."""
    if _DOOR not in sys.modules:
        spec = importlib.util.spec_from_file_location(
            _DOOR, folder / "__init__.py", submodule_search_locations=[str(folder)]
        )
        if spec is None or spec.loader is None:
            raise ModelUnknown
        package = importlib.util.module_from_spec(spec)
        sys.modules[_DOOR] = package
        spec.loader.exec_module(package)
    return cast("Opening", importlib.import_module(f"{_DOOR}.separator"))


class Opening(Protocol):
    """The door's module `separator`."""

    ModelRefused: type[Exception]

    def open_separator(self, folder: Path, threads: int) -> Separator:
        """The model in `folder`."""
        ...
