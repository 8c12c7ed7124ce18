"""The engine port on a real Triton: both roads, and a server that dies in mid-song."""

from __future__ import annotations

import asyncio
import errno
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
from tritonclient.grpc.aio import InferenceServerClient

from services.separation.app.patience import patiently
from services.separation.clients.engine_replicas import EngineReplicas
from services.separation.clients.in_process_engine import InProcessEngine
from services.separation.clients.shared_regions import FOLDER, PREFIX, SharedRegion, clear_stale_regions
from services.separation.clients.triton_engine import TritonEngine
from services.separation.domain.errors import DependencyAway, EngineFailed
from stack.registry import models_in
from stack.triton_runtime import TritonRuntime
from tests.integration.inference.triton_server import MODELS, repository_of, serving
from tests.paths import REPOSITORY

HOLDER = (
    "from services.separation.clients.shared_regions import SharedRegion\n"
    "region = SharedRegion(4096)\nprint(region.name, flush=True)\ninput()\n"
)
SEGMENT = np.random.default_rng(5).standard_normal((2, 344064)).astype(np.float32) * np.float32(0.1)


def our_regions() -> list[Path]:
    return list(FOLDER.glob(f"{PREFIX}{os.getpid()}-*"))


@pytest.fixture
async def expected(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[tuple[InProcessEngine, np.ndarray[tuple[int, ...], np.dtype[np.float32]]]]:
    models = models_in(MODELS, is_bundled=True)
    engine = InProcessEngine(repository_of(models, tmp_path_factory.mktemp("in-process")), 1)
    yield engine, await engine.separate("baseline", SEGMENT)
    await engine.stop()


async def test_both_roads_give_what_the_model_gives(
    runtime: TritonRuntime,
    tmp_path: Path,
    expected: tuple[InProcessEngine, np.ndarray[tuple[int, ...], np.dtype[np.float32]]],
) -> None:
    """By message and by shared memory, several at once, come the stems that the same model gives in this process."""
    local, stems = expected
    with serving(runtime, tmp_path) as (_, ports):
        for shared_memory in (False, True):
            engine = TritonEngine(f"127.0.0.1:{ports.grpc}", shared_memory=shared_memory, infer_s=30.0)
            await engine.start()
            assert await engine.describe("baseline") == await local.describe("baseline")
            told: list[float] = []
            for found in await asyncio.gather(*(engine.separate("baseline", SEGMENT, told.append) for _ in range(3))):
                np.testing.assert_allclose(found, stems, atol=1e-6)
            # What each took of the server's processors.
            assert [seconds > 0 for seconds in told] == [True] * 3
            assert bool(our_regions()) == shared_memory
            # What waits for the next chunk holds nothing of the last one.
            assert not any(np.fromfile(region, np.uint8).any() for region in our_regions())
            await engine.stop()
            assert not our_regions()


async def test_without_room_in_shared_memory_chunks_go_by_message(
    runtime: TritonRuntime,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    expected: tuple[InProcessEngine, np.ndarray[tuple[int, ...], np.dtype[np.float32]]],
) -> None:
    """Where shared memory has no room, as in a container's small one, the stems come all the same."""
    _, stems = expected

    def no_room(descriptor: int, offset: int, length: int) -> None:
        raise OSError(errno.ENOSPC, "no room")

    monkeypatch.setattr(os, "posix_fallocate", no_room)
    with serving(runtime, tmp_path) as (_, ports):
        engine = TritonEngine(f"127.0.0.1:{ports.grpc}", shared_memory=True, infer_s=30.0)
        await engine.start()
        np.testing.assert_allclose(await engine.separate("baseline", SEGMENT), stems, atol=1e-6)
        assert not our_regions()
        await engine.stop()


async def test_half_precision_on_the_way(
    runtime: TritonRuntime,
    tmp_path: Path,
    expected: tuple[InProcessEngine, np.ndarray[tuple[int, ...], np.dtype[np.float32]]],
) -> None:
    """A server that takes and gives half precision costs less than 60 dB below the stems, and shares no memory."""
    _, stems = expected
    with serving(runtime, tmp_path, wire="fp16") as (_, ports):
        engine = TritonEngine(f"127.0.0.1:{ports.grpc}", shared_memory=True, infer_s=30.0)
        await engine.start()
        found = await engine.separate("baseline", SEGMENT)
        assert found.dtype == np.float32
        assert not our_regions()
        assert np.sum(np.square(found - stems)) < 1e-6 * np.sum(np.square(stems))
        await engine.stop()


async def test_one_of_two_servers_dies(
    runtime: TritonRuntime,
    tmp_path: Path,
    expected: tuple[InProcessEngine, np.ndarray[tuple[int, ...], np.dtype[np.float32]]],
) -> None:
    """With two servers, the death of one is not noticed by who asks."""
    _, stems = expected
    with serving(runtime, tmp_path / "one") as (first, one), serving(runtime, tmp_path / "two") as (_, two):
        addresses = [f"127.0.0.1:{ports.grpc}" for ports in (one, two)]
        engine = EngineReplicas([TritonEngine(address, shared_memory=True, infer_s=30.0) for address in addresses])
        await engine.start()
        await asyncio.gather(*(engine.separate("baseline", SEGMENT) for _ in range(4)))
        first.kill()
        first.wait()
        for found in await asyncio.gather(*(engine.separate("baseline", SEGMENT) for _ in range(4))):
            np.testing.assert_allclose(found, stems, atol=1e-6)
        await engine.stop()
        assert not our_regions()


async def test_a_server_that_died_is_gone_on_with(
    runtime: TritonRuntime,
    tmp_path: Path,
    expected: tuple[InProcessEngine, np.ndarray[tuple[int, ...], np.dtype[np.float32]]],
) -> None:
    """While Triton is down the engine says that it is away; with a new server on the port it works again."""
    _, stems = expected
    with serving(runtime, tmp_path) as (server, ports):
        engine = TritonEngine(f"127.0.0.1:{ports.grpc}", shared_memory=True, infer_s=30.0)
        await engine.start()
        await engine.separate("baseline", SEGMENT)
        server.kill()
        server.wait()
        with pytest.raises(DependencyAway):
            await engine.separate("baseline", SEGMENT)
    with serving(runtime, tmp_path, ports=ports):
        await patiently(lambda: engine.describe("baseline"), 10.0)
        np.testing.assert_allclose(await engine.separate("baseline", SEGMENT), stems, atol=1e-6)
        with pytest.raises(EngineFailed):
            await engine.separate("baseline", SEGMENT[:1])
        await engine.stop()
        assert not our_regions()


def test_regions_of_the_dead_are_cleared_and_of_the_living_kept(tmp_path: Path) -> None:
    """A region whose owner is gone is emptied and removed, its name told; one that is held stays."""
    living = SharedRegion(4096, tmp_path)
    dead = tmp_path / f"{PREFIX}1-1-dead"
    dead.write_bytes(b"song" * 1024)
    with dead.open("rb") as still_mapped:
        assert clear_stale_regions(tmp_path) == [dead.name]
        assert not any(still_mapped.read())
    assert not dead.exists()
    assert (tmp_path / living.name).exists()
    living.close()
    assert not list(tmp_path.iterdir())


async def test_a_killed_workers_regions_leave_the_server(runtime: TritonRuntime, tmp_path: Path) -> None:
    """What a killed worker had registered with a living server is unmapped when the next worker starts."""
    with serving(runtime, tmp_path) as (_, ports):
        worker = await asyncio.create_subprocess_exec(
            sys.executable, "-c", HOLDER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=REPOSITORY
        )
        assert worker.stdout is not None
        name = (await worker.stdout.readline()).decode().strip()
        async with InferenceServerClient(f"127.0.0.1:{ports.grpc}") as client:
            await client.register_system_shared_memory(name, f"/{name}", 4096)
            worker.kill()
            await worker.communicate()
            engine = TritonEngine(f"127.0.0.1:{ports.grpc}", shared_memory=True, infer_s=30.0)
            await engine.start()
            assert name not in (await client.get_system_shared_memory_status()).regions
            assert not (FOLDER / name).exists()
            await engine.stop()


async def test_an_answer_is_fetched_in_its_turn_whatever_became_of_the_server(
    runtime: TritonRuntime,
    tmp_path: Path,
    expected: tuple[InProcessEngine, np.ndarray[tuple[int, ...], np.dtype[np.float32]]],
) -> None:
    """It waits in shared memory, is whole when its server has died meanwhile, and its regions are not used again."""
    _, stems = expected
    with serving(runtime, tmp_path) as (server, ports):
        engine = TritonEngine(f"127.0.0.1:{ports.grpc}", shared_memory=True, infer_s=30.0)
        await engine.start()
        there, turn = asyncio.Event(), asyncio.Event()

        async def its_turn() -> None:
            there.set()
            await turn.wait()

        waiting = asyncio.create_task(engine.separate("baseline", SEGMENT, its_turn=its_turn))
        await asyncio.wait_for(there.wait(), 30)
        before = set(our_regions())
        server.kill()
        server.wait()
        with pytest.raises(DependencyAway):
            await engine.separate("baseline", SEGMENT)
        turn.set()
        np.testing.assert_allclose(await waiting, stems, atol=1e-6)
        assert before
        assert not before & set(our_regions())
        await engine.stop()
    assert not our_regions()


async def test_a_server_restarted_unseen_is_gone_on_with(
    runtime: TritonRuntime,
    tmp_path: Path,
    expected: tuple[InProcessEngine, np.ndarray[tuple[int, ...], np.dtype[np.float32]]],
) -> None:
    """A server restarted between two chunks knows no region of ours, and the next chunk is answered all the same."""
    _, stems = expected
    with serving(runtime, tmp_path) as (server, ports):
        engine = TritonEngine(f"127.0.0.1:{ports.grpc}", shared_memory=True, infer_s=30.0)
        await engine.start()
        await asyncio.gather(*(engine.separate("baseline", SEGMENT) for _ in range(2)))
        server.kill()
        server.wait()
    with serving(runtime, tmp_path, ports=ports):
        await patiently(lambda: engine.describe("baseline"), 10.0)
        np.testing.assert_allclose(await engine.separate("baseline", SEGMENT), stems, atol=1e-6)
        await engine.stop()
    assert not our_regions()
