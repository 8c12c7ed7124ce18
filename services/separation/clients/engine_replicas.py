"""Several inference servers behind the one engine port: the least busy is asked, one that fails is passed over."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from services.separation.app.chunk_calls import Spent, Turn, at_once, untold
from services.separation.domain.errors import DependencyAway, EngineFailed, ModelChanged
from services.separation.domain.models import ModelShape

# How long a server that failed is asked last. Asking one in vain costs a moment, passing one over costs its work.
_PASSED_OVER_S = 2.0

Answer = TypeVar("Answer")


class EnginePart(Protocol):
    """One server: a lifecycle part that is an engine."""

    async def start(self) -> None:
        """Connect."""
        ...

    async def stop(self) -> None:
        """Hang up."""
        ...

    async def describe(self, model: str) -> ModelShape:
        """How a model takes audio. Raises ModelUnknown, DependencyAway, EngineFailed."""
        ...

    async def separate(
        self,
        model: str,
        chunk: NDArray[np.float32],
        spent: Spent,
        its_turn: Turn,
    ) -> NDArray[np.float32]:
        """The stems of one chunk, fetched in their turn. Raises DependencyAway, EngineFailed."""
        ...


@dataclass(eq=False)
class _Replica:
    engine: EnginePart
    chunks: int = 0
    away_until: float = 0.0


class EngineReplicas:
    """Engines that serve the same models. A lifecycle part."""

    name = "inference replicas"

    def __init__(self, engines: Sequence[EnginePart], now: Callable[[], float] = time.monotonic) -> None:
        """`now` is a steady clock in seconds. Raises ValueError without engines."""
        if not engines:
            raise ValueError("at least one inference server is needed")
        self._replicas = [_Replica(engine) for engine in engines]
        self._now = now

    async def start(self) -> None:
        """Connect to all."""
        await asyncio.gather(*(replica.engine.start() for replica in self._replicas))

    async def stop(self) -> None:
        """Hang up on all."""
        await asyncio.gather(*(replica.engine.stop() for replica in self._replicas))

    async def describe(self, model: str) -> ModelShape:
        """How a model takes audio; every server that answers says so alike.

        Raises ModelChanged where they do not, ModelUnknown, DependencyAway when none answers, and EngineFailed when all
        are there and cannot load it.
        """
        # One server vouches for itself alone: while they are replaced one after another, those with the new network and
        # those with the old answer chunks of the same song. This is asked before every segment is kept, so all are
        # asked at once; to each it is one small question.
        told = await asyncio.gather(*(self._told(replica, model) for replica in self._replicas))
        shapes = [one for one in told if isinstance(one, ModelShape)]
        if not shapes:
            # Whoever is away may come back and answer; who refuses will refuse again.
            faults = [one for one in told if not isinstance(one, ModelShape)]
            raise next((fault for fault in faults if isinstance(fault, DependencyAway)), faults[0])
        if any(_network(shape) != _network(shapes[0]) for shape in shapes):
            raise ModelChanged
        return shapes[0]

    async def _told(self, replica: _Replica, model: str) -> ModelShape | DependencyAway | EngineFailed:
        try:
            return await replica.engine.describe(model)
        except (DependencyAway, EngineFailed) as fault:
            self._pass_over(replica)
            return fault

    async def separate(
        self,
        model: str,
        chunk: NDArray[np.float32],
        spent: Spent = untold,
        its_turn: Turn = at_once,
    ) -> NDArray[np.float32]:
        """The stems of one chunk. Raises DependencyAway when every server is away, EngineFailed when two refuse it."""
        return await self._asked(lambda engine, turn: engine.separate(model, chunk, spent, turn), its_turn)

    async def _asked(self, ask: Callable[[EnginePart, Turn], Awaitable[Answer]], its_turn: Turn) -> Answer:
        untried = list(self._replicas)
        refused: _Replica | None = None
        while True:
            replica = min(untried, key=lambda one: (one.away_until > self._now(), one.chunks))
            untried.remove(replica)
            replica.chunks += 1
            try:
                answer = await ask(replica.engine, partial(_idle_until, replica, its_turn))
            except DependencyAway:
                self._pass_over(replica)
                if not untried:
                    raise
            except EngineFailed:
                if refused is not None or not untried:
                    raise
                # A second opinion: it may be the chunk, or a server whose device has failed. Such a one refuses at
                # once, so it is never busy, and would be asked for every chunk.
                refused = replica
            else:
                if refused is not None:
                    self._pass_over(refused)
                return answer
            finally:
                replica.chunks -= 1

    def _pass_over(self, replica: _Replica) -> None:
        replica.away_until = self._now() + _PASSED_OVER_S


async def _idle_until(replica: _Replica, its_turn: Turn) -> None:
    """A server that has answered is free for the next chunk, whenever the answer is fetched."""
    replica.chunks -= 1
    try:
        await its_turn()
    finally:
        replica.chunks += 1


def _network(shape: ModelShape) -> ModelShape:
    """What has to be alike wherever a song's chunks are made."""
    return replace(shape, version="", device="")
