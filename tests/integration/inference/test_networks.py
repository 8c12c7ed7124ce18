"""Networks of two, four and six stems behind a real Triton, loaded when they are first asked for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import numpy as np
import pytest

from inference.door.separator import open_separator
from services.separation.clients.in_process_engine import InProcessEngine
from services.separation.clients.triton_engine import TritonEngine
from services.separation.domain.errors import DependencyAway, EngineFailed, ModelUnknown
from stack.registry import Model, models_in
from stack.triton_runtime import TritonPorts, TritonRuntime
from tests.integration.inference.triton_server import repository_of, serving
from tests.unit.inference.cores import SEGMENT, register, spectrogram, spectrogram_core, waveform_core
from tests.unit.inference.test_door import AGREEMENT_DB_MIN, a_mix, agreement_db, evaluated, plainly

DUO = ["vocals", "instrumental"]
SEXTET = ["vocals", "drums", "bass", "guitar", "piano", "other"]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> list[Model]:
    """A duo, a sextet that likes batches, and one that is spoiled after it was registered."""
    folder = tmp_path_factory.mktemp("registry")
    register(folder, spectrogram_core(2, seed=2), DUO, spectrogram(rest=1), name="duo")
    register(folder, waveform_core(6, seed=6), SEXTET, {"kind": "waveform", "batch": 2}, name="sextet")
    register(folder, waveform_core(2), DUO, {"kind": "waveform"}, name="spoiled")
    found = models_in(folder, is_bundled=False)
    network = folder / "spoiled" / "network.onnx"
    network.write_bytes(network.read_bytes()[:-1] + b"!")
    return found


@pytest.fixture(scope="module")
def ports(
    runtime: TritonRuntime, models: list[Model], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TritonPorts]:
    """A server that has loaded the baseline alone."""
    with serving(runtime, tmp_path_factory.mktemp("triton"), models) as (_, ports):
        yield ports


@pytest.fixture(params=[False, True], ids=["by message", "by shared memory"])
async def engine(request: pytest.FixtureRequest, ports: TritonPorts) -> AsyncIterator[TritonEngine]:
    """The worker's view of the server."""
    engine = TritonEngine(f"127.0.0.1:{ports.grpc}", shared_memory=request.param, infer_s=30.0)
    await engine.start()
    yield engine
    await engine.stop()


async def test_two_stems_are_what_plain_arithmetic_gives(engine: TritonEngine) -> None:
    """A vocals and instrumental model gives, through Triton, what its contract says to better than 60 dB."""
    shape = await engine.describe("duo")
    assert (shape.stems, shape.segment_samples, shape.placement) == (tuple(DUO), SEGMENT, "mirrored")
    mix = a_mix()
    expected = plainly(spectrogram_core(2, seed=2), mix, 2, rest=1)
    for truth, stem in zip(expected, await engine.separate("duo", mix), strict=True):
        assert agreement_db(truth, stem) > AGREEMENT_DB_MIN


async def test_six_stems_of_many_chunks_at_once_are_each_songs_own(engine: TritonEngine) -> None:
    """Chunks that a model takes together come back to whom they belong, six stems each, with what each took."""
    mixes = [a_mix(seed) for seed in range(5)]
    told: list[float] = []
    found = await asyncio.gather(*(engine.separate("sextet", mix, told.append) for mix in mixes))
    assert [seconds > 0 for seconds in told] == [True] * 5
    for mix, stems in zip(mixes, found, strict=True):
        expected = evaluated(waveform_core(6, seed=6), MIX=mix[None])[0]
        assert stems.shape == (6, 2, SEGMENT)
        assert agreement_db(expected, stems) > AGREEMENT_DB_MIN


async def test_a_spoiled_model_is_not_loaded_and_bars_no_other(engine: TritonEngine) -> None:
    """The door refuses files that differ from their card, in the server too; the other models answer on."""
    with pytest.raises(EngineFailed, match="its card says"):
        await engine.describe("spoiled")
    assert (await engine.separate("duo", a_mix()[:, :500])).shape == (2, 2, 500)


async def test_a_model_that_nobody_registered_is_unknown(engine: TritonEngine) -> None:
    """Asking for a model that is not in the repository fails, and not by waiting."""
    with pytest.raises((EngineFailed, ModelUnknown)):
        await engine.describe("absent")


async def test_without_triton_the_worker_gives_the_same(
    engine: TritonEngine, models: list[Model], tmp_path: Path
) -> None:
    """The worker's own engine gives the same stems from the same repository, and refuses the same spoiled model."""
    local = InProcessEngine(repository_of(models, tmp_path), 2)
    mix = a_mix(3)
    for name in ("duo", "sextet"):
        assert await local.describe(name) == await engine.describe(name)
        told: list[float] = []
        expected = await local.separate(name, mix, told.append)
        found = await engine.separate(name, mix, told.append)
        assert [seconds > 0 for seconds in told] == [True] * 2
        assert agreement_db(expected, found) > AGREEMENT_DB_MIN
    with pytest.raises(EngineFailed, match="its card says"):
        await local.separate("spoiled", mix)
    await local.stop()


async def test_a_restarted_server_loads_the_model_again(
    runtime: TritonRuntime, models: list[Model], tmp_path: Path
) -> None:
    """After a restart, in which only the first model is loaded, another model's next chunk is answered all the same."""
    with serving(runtime, tmp_path, models) as (_, ports):
        engine = TritonEngine(f"127.0.0.1:{ports.grpc}", shared_memory=True, infer_s=30.0)
        await engine.start()
        before = await engine.separate("duo", a_mix())
    with serving(runtime, tmp_path, models, ports=ports):
        with pytest.raises(DependencyAway):
            await engine.separate("duo", a_mix())
        np.testing.assert_array_equal(await engine.separate("duo", a_mix()), before)
        await engine.stop()


def test_a_door_in_this_process_agrees_with_its_copy(models: list[Model]) -> None:
    """What Triton runs is a copy of the door, and the door opened directly gives the registered stems."""
    separator = open_separator(models[0].folder, 1)
    assert separator.card.stems == tuple(DUO)
