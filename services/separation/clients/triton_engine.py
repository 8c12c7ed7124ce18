"""Models in Triton, over its gRPC; tensors through shared memory where it runs on the same host."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import logging
import math
from collections.abc import AsyncIterator, Iterator

import grpc
import numpy as np
from numpy.typing import NDArray
from tritonclient.grpc import InferInput, InferRequestedOutput, InferResult
from tritonclient.grpc.aio import InferenceServerClient
from tritonclient.grpc.model_config_pb2 import DataType, ModelConfig, ModelInstanceGroup
from tritonclient.utils import InferenceServerException

from chassis import logs
from services.separation.app.chunk_calls import Spent, Turn, at_once, untold
from services.separation.clients.shared_regions import SharedRegion, clear_stale_regions
from services.separation.domain.errors import DependencyAway, EngineFailed, ModelUnknown
from services.separation.domain.models import ModelShape

_log = logging.getLogger(__name__)
_CALL_S = 5.0
_LOAD_S = 120.0
_RETIRE_S = 1.0
_PAUSES_S = (0.1, 1.0)
_IN_USE_PAUSES_S = (0.05, 0.2, 0.5, 0.0)
_FLOAT_BYTES = 4
# What the door adds to the stems: seconds of its processor. An engine without the door, as on a GPU, does not tell.
_SECONDS = "PROCESSOR_S"
# What a server that is stopping, starting or loading says.
_AWAY = frozenset(
    f"StatusCode.{code}"
    for code in ("UNAVAILABLE", "DEADLINE_EXCEEDED", "CANCELLED", "NOT_FOUND", "RESOURCE_EXHAUSTED")
)
_CHANNEL = (
    ("grpc.max_send_message_length", -1),
    ("grpc.max_receive_message_length", -1),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1_000),
)

_Answer = tuple[NDArray[np.float32], float | None]
"""Stems, and the seconds of a processor that they took where the server tells."""


class TritonEngine:
    """A Triton server. A lifecycle part."""

    name = "inference"

    def __init__(self, address: str, *, shared_memory: bool, infer_s: float) -> None:
        """`infer_s` bounds one chunk, waiting for a free instance included."""
        self._address = address
        self._shared_memory = shared_memory
        self._infer_s = infer_s
        self._client: InferenceServerClient | None = None
        self._shapes: dict[str, ModelShape] = {}
        self._batched: dict[str, bool] = {}
        self._halved: dict[str, bool] = {}
        self._tells: dict[str, bool] = {}
        self._free: list[tuple[SharedRegion, SharedRegion]] = []
        self._regions: set[SharedRegion] = set()
        self._generation = 0
        """Of registrations: a failure ends one."""

    async def start(self) -> None:
        """Connect, and clear what killed workers left in shared memory, here and in the server's view of it."""
        self._client = InferenceServerClient(self._address, channel_args=list(_CHANNEL))
        if self._shared_memory and (cleared := await asyncio.to_thread(clear_stale_regions)):
            await asyncio.gather(*(self._unregister(name) for name in cleared))
            logs.event(_log, logging.INFO, "stale shared memory cleared", regions=len(cleared))

    async def stop(self) -> None:
        """Unregister and unlink every region, and hang up."""
        for region in list(self._regions):
            await self._retire(region)
        if self._client is not None:
            await self._client.close()

    @property
    def _server(self) -> InferenceServerClient:
        if self._client is None:
            raise RuntimeError("the engine is not started")
        return self._client

    async def describe(self, model: str) -> ModelShape:
        """How a model takes audio; the server loads it first where it has not yet.

        Raises ModelUnknown, DependencyAway, and EngineFailed when the server cannot load it.
        """
        try:
            answer = await self._server.get_model_config(model, client_timeout=_CALL_S)
        except InferenceServerException as error:
            with _failures():
                if not _is_absent(error):
                    raise
                logs.event(_log, logging.INFO, "loading a model", model=model)
                await self._server.load_model(model, client_timeout=_LOAD_S)
                answer = await self._server.get_model_config(model, client_timeout=_CALL_S)
        except (grpc.RpcError, OSError) as error:
            raise DependencyAway("inference", repr(error)) from error
        parameters = {name: value.string_value for name, value in answer.config.parameters.items()}
        try:
            shape = dataclasses.replace(ModelShape.of(parameters), device=_device(answer.config))
        except (KeyError, ValueError) as error:
            raise ModelUnknown from error
        # Where requests may be batched, a chunk is a batch of one.
        self._batched[model] = answer.config.max_batch_size > 0
        # Half precision halves what travels between hosts; its error, 66 dB down, ends in the residual that is spread.
        self._halved[model] = any(given.data_type == DataType.TYPE_FP16 for given in answer.config.input)
        self._tells[model] = any(made.name == _SECONDS for made in answer.config.output)
        self._shapes[model] = shape
        return shape

    async def separate(
        self,
        model: str,
        chunk: NDArray[np.float32],
        spent: Spent = untold,
        its_turn: Turn = at_once,
    ) -> NDArray[np.float32]:
        """The stems of one chunk, left in shared memory until it is their turn.

        Raises DependencyAway, and EngineFailed when the model refuses it again and again.
        """
        shape = self._shapes.get(model) or await self.describe(model)
        shape_out: tuple[int, ...] = (len(shape.stems), *chunk.shape)
        if self._batched.get(model):
            found, processor_s = await self._repeated(model, chunk[None], (1, *shape_out), its_turn)
            stems = np.asarray(found[0], np.float32)
        else:
            stems, processor_s = await self._repeated(model, chunk, shape_out, its_turn)
        if processor_s is not None:
            spent(processor_s)
        return stems

    async def _repeated(
        self, model: str, chunk: NDArray[np.float32], shape_out: tuple[int, ...], its_turn: Turn
    ) -> _Answer:
        for pause_s in _PAUSES_S:
            # A server started anew knows no regions, and a crashed instance needs a moment: both mend by asking again.
            try:
                return await self._separated(model, chunk, shape_out, its_turn)
            except DependencyAway:
                # A server started anew has loaded only its first model: asking for the shape loads this one.
                self._shapes.pop(model, None)
                raise
            except EngineFailed as failed:
                logs.event(_log, logging.WARNING, "inference failed; asking again", reason=str(failed))
                await asyncio.sleep(pause_s)
        return await self._separated(model, chunk, shape_out, its_turn)

    async def _separated(
        self, model: str, chunk: NDArray[np.float32], shape_out: tuple[int, ...], its_turn: Turn
    ) -> _Answer:
        halved = self._halved.get(model, False)
        shares = self._shared_memory and not halved
        pair = self._taken(chunk.nbytes, int(np.prod(shape_out)) * _FLOAT_BYTES) if shares else None
        if pair is not None:
            generation = self._generation
            async with self._registered(pair):
                processor_s = await self._infer_shared(model, chunk, *pair, shape_out)
            try:
                await its_turn()
                return pair[1].read(shape_out), processor_s
            finally:
                await self._give_back(pair, generation)
        asked = InferInput("MIX", list(chunk.shape), "FP16" if halved else "FP32")
        asked.set_data_from_numpy(chunk.astype(np.float16) if halved else chunk)
        with _failures():
            answer = await self._server.infer(
                model, [asked], outputs=self._outputs(model), client_timeout=self._infer_s
            )
        found = answer.as_numpy("STEMS")
        if found is None or found.shape != shape_out:
            raise EngineFailed("an answer of another shape")
        return np.asarray(found, np.float32), _processor_s(answer)

    def _outputs(self, model: str) -> list[InferRequestedOutput]:
        names = ("STEMS", _SECONDS) if self._tells.get(model) else ("STEMS",)
        return [InferRequestedOutput(name) for name in names]

    async def _infer_shared(
        self,
        model: str,
        chunk: NDArray[np.float32],
        mix: SharedRegion,
        stems: SharedRegion,
        shape_out: tuple[int, ...],
    ) -> float | None:
        mix.write(chunk)
        asked = InferInput("MIX", list(chunk.shape), "FP32")
        asked.set_shared_memory(mix.name, chunk.nbytes)
        wanted = self._outputs(model)
        wanted[0].set_shared_memory(stems.name, stems.size_bytes)
        with _failures():
            answer = await self._server.infer(model, [asked], outputs=wanted, client_timeout=self._infer_s)
        output = answer.get_output("STEMS")
        if output is None or tuple(output.shape) != shape_out:
            raise EngineFailed("an answer of another shape")
        return _processor_s(answer)

    @contextlib.asynccontextmanager
    async def _registered(self, pair: tuple[SharedRegion, SharedRegion]) -> AsyncIterator[None]:
        """While the server works in them. After a failure both are retired: it may still write into them."""
        try:
            for region in pair:
                await self._register(region)
            yield
        except BaseException:
            # The others were registered with the same server: if it is a new one, it knows none of them.
            self._generation += 1
            idle, self._free = self._free, []
            for region in (*pair, *(region for spare in idle for region in spare)):
                await self._retire(region)
            raise

    async def _give_back(self, pair: tuple[SharedRegion, SharedRegion], generation: int) -> None:
        # What was registered before a failure may be unknown to the server by now, as what lay idle then.
        if generation != self._generation:
            for region in pair:
                await self._retire(region)
            return
        for region in pair:
            region.wipe()
        self._free.append(pair)

    def _taken(self, mix_bytes: int, stems_bytes: int) -> tuple[SharedRegion, SharedRegion] | None:
        """A free or a new pair of these sizes; None where there is no room, as in a container's small /dev/shm."""
        for number, (mix, stems) in enumerate(self._free):
            if mix.size_bytes == mix_bytes and stems.size_bytes == stems_bytes:
                return self._free.pop(number)
        made: list[SharedRegion] = []
        try:
            for size_bytes in (mix_bytes, stems_bytes):
                made.append(SharedRegion(size_bytes))
                self._regions.add(made[-1])
        except OSError as error:
            for region in made:
                self._regions.discard(region)
                region.close()
            logs.event(_log, logging.WARNING, "no shared memory; the chunk goes by message", reason=repr(error))
            return None
        return made[0], made[1]

    async def _register(self, region: SharedRegion) -> None:
        if region.registered:
            return
        with _failures():
            await self._server.register_system_shared_memory(
                region.name, region.key, region.size_bytes, client_timeout=_CALL_S
            )
        region.registered = True

    async def _retire(self, region: SharedRegion) -> None:
        self._regions.discard(region)
        region.close()
        await self._unregister(region.name)

    async def _unregister(self, name: str) -> None:
        """Have the server unmap a region; one that is away or new has nothing to unmap."""
        for pause_s in _IN_USE_PAUSES_S:
            try:
                await self._server.unregister_system_shared_memory(name, client_timeout=_RETIRE_S)
            except InferenceServerException as error:
                # A server may answer a moment before it lets go of what the request was in.
                if "in use" in error.message():
                    await asyncio.sleep(pause_s)
                    continue
            except grpc.RpcError:
                pass
            return


def _is_absent(error: InferenceServerException) -> bool:
    """Whether the server answers, and has not loaded the model."""
    return error.status() in ("StatusCode.NOT_FOUND", "StatusCode.UNAVAILABLE") and "unknown model" in error.message()


def _processor_s(answer: InferResult) -> float | None:
    found = answer.as_numpy(_SECONDS)
    seconds = math.nan if found is None else float(found.sum())
    # What is no duration is not told on: a figure for the report must not cost the segment that it came with.
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def _device(configuration: ModelConfig) -> str:
    kinds = {group.kind for group in configuration.instance_group}
    return "gpu" if ModelInstanceGroup.KIND_GPU in kinds else "cpu"


@contextlib.contextmanager
def _failures() -> Iterator[None]:
    try:
        yield
    except InferenceServerException as error:
        text = f"{error.status()} {error.message()}"
        if error.status() in _AWAY and "shared memory" not in text:
            raise DependencyAway("inference", text) from error
        raise EngineFailed(text) from error
    except (grpc.RpcError, OSError) as error:
        raise DependencyAway("inference", repr(error)) from error
