"""The baseline model behind a real Triton server: the same numbers by every road, and no trace after a kill."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from stack.triton_runtime import SHARED_MEMORY, TritonRuntime, clean_leftovers, region_prefix
from tests.integration.inference.triton_server import MODELS, serving
from tests.stories.house import until

if TYPE_CHECKING:
    from numpy.typing import NDArray

grpcclient = pytest.importorskip("tritonclient.grpc")
tritonutils = pytest.importorskip("tritonclient.utils")

ROUNDS = 5


@pytest.fixture(scope="module")
def separator() -> ModuleType:
    """The separator in this process."""
    spec = importlib.util.spec_from_file_location("stripsession_separator", MODELS / "baseline" / "separator.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def client(runtime: TritonRuntime, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A gRPC client of one shared server."""
    with (
        serving(runtime, tmp_path_factory.mktemp("triton")) as (_, ports),
        grpcclient.InferenceServerClient(f"127.0.0.1:{ports.grpc}") as connected,
    ):
        yield connected


def a_segment(length_samples: int) -> NDArray[np.float32]:
    """Noise with a tone in it."""
    rng = np.random.default_rng(7)
    tone = 0.3 * np.sin(2 * np.pi * 110 * np.arange(length_samples) / 44100)
    return (tone + 0.05 * rng.standard_normal((2, length_samples))).astype(np.float32)


def infer(client: Any, mix: NDArray[np.float32]) -> NDArray[np.float32]:
    """Stems of a mix, tensors inside the messages."""
    tensor = grpcclient.InferInput("MIX", list(mix.shape), "FP32")
    tensor.set_data_from_numpy(mix)
    stems = client.infer("baseline", [tensor]).as_numpy("STEMS")
    assert isinstance(stems, np.ndarray)
    return stems


def parameters_of(client: Any) -> dict[str, str]:
    """The model's own account of itself, as the worker reads it."""
    parameters = client.get_model_config("baseline").config.parameters
    return {name: value.string_value for name, value in parameters.items()}


def test_the_model_states_its_shape(client: Any, separator: ModuleType) -> None:
    """Triton's configuration, the model's manifest and the separator agree."""
    parameters = parameters_of(client)
    manifest = json.loads((MODELS / "baseline" / "model.json").read_text())
    assert parameters["stems"].split(",") == manifest["stems"] == list(separator.STEMS)
    assert int(parameters["sample_rate"]) == manifest["sample_rate"] == separator.SAMPLE_RATE
    assert int(parameters["segment_samples"]) == manifest["segment_samples"]
    assert int(parameters["hop_samples"]) == manifest["hop_samples"] < manifest["segment_samples"]
    assert parameters["version"] == manifest["version"]


@pytest.mark.parametrize("length_samples", [1, 1000, 344064])
def test_triton_gives_what_the_separator_gives(client: Any, separator: ModuleType, length_samples: int) -> None:
    """Through gRPC come the numbers the same file gives in this process, for full and for short segments."""
    mix = a_segment(length_samples)
    np.testing.assert_allclose(infer(client, mix), separator.separate(mix), atol=1e-6)


def test_poisoned_samples_leave_triton_well(client: Any) -> None:
    """NaN and infinity give finite stems, and the next request is answered."""
    mix = a_segment(20000)
    mix[0, 10] = np.nan
    mix[1, 11] = np.inf
    assert np.isfinite(infer(client, mix)).all()
    assert np.isfinite(infer(client, a_segment(20000))).all()


def test_shared_memory_carries_the_same_numbers(
    client: Any, record_testsuite_property: Callable[[str, object], None]
) -> None:
    """With tensors in system shared memory, stems are bit for bit those of plain gRPC."""
    shm = pytest.importorskip("tritonclient.utils.shared_memory")
    mix = a_segment(344064)
    plain, plain_ms = timed(lambda: infer(client, mix))
    names = [f"stripsession_test_{os.getpid()}_{side}" for side in ("in", "out")]
    sizes = [mix.nbytes, 4 * mix.nbytes]
    regions = [shm.create_shared_memory_region(n, f"/{n}", size) for n, size in zip(names, sizes, strict=True)]
    try:
        for name, size in zip(names, sizes, strict=True):
            client.register_system_shared_memory(name, f"/{name}", size)

        def by_memory() -> NDArray[np.float32]:
            shm.set_shared_memory_region(regions[0], [mix])
            tensor = grpcclient.InferInput("MIX", list(mix.shape), "FP32")
            tensor.set_shared_memory(names[0], sizes[0])
            wanted = grpcclient.InferRequestedOutput("STEMS")
            wanted.set_shared_memory(names[1], sizes[1])
            client.infer("baseline", [tensor], outputs=[wanted])
            return np.array(shm.get_contents_as_numpy(regions[1], np.float32, [4, *mix.shape]))

        shared, shared_ms = timed(by_memory)
    finally:
        for name in names:
            until(partial(unregistered, client, name), 10, "Triton to let go of a region")
        for region in regions:
            shm.destroy_shared_memory_region(region)
    np.testing.assert_array_equal(shared, plain)
    # For the report alone (--junit-xml): on a shared machine a bound on speed would fail by chance.
    record_testsuite_property("segment_plain_ms", round(plain_ms))
    record_testsuite_property("segment_shared_memory_ms", round(shared_ms))


def unregistered(client: Any, name: str) -> bool:
    """Whether the server has let go; it may answer a moment before it does."""
    try:
        client.unregister_system_shared_memory(name)
    except tritonutils.InferenceServerException as error:
        assert "in use" in error.message()  # noqa: PT017 - any other failure is one
        return False
    return True


def timed(call: Any) -> tuple[NDArray[np.float32], float]:
    """The last answer of a few, and the median milliseconds of one."""
    stems: NDArray[np.float32] = call()
    spent = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        stems = call()
        spent.append((time.perf_counter() - started) * 1000)
    return stems, median(spent)


def test_a_killed_server_does_not_bar_the_next(runtime: TritonRuntime, tmp_path: Path) -> None:
    """After kill -9, its orphaned stubs and shared memory are cleared, and a new server starts and answers."""
    prefix = region_prefix(tmp_path)
    with serving(runtime, tmp_path) as (server, _):
        assert list(SHARED_MEMORY.glob(f"{prefix}*"))
        server.send_signal(signal.SIGKILL)
        server.wait()
        left = clean_leftovers(tmp_path)
        assert left.processes >= 1
        assert not list(SHARED_MEMORY.glob(f"{prefix}*"))
        assert clean_leftovers(tmp_path) == type(left)(0, 0)
    with (
        serving(runtime, tmp_path) as (_, ports),
        grpcclient.InferenceServerClient(f"127.0.0.1:{ports.grpc}") as client,
    ):
        assert infer(client, a_segment(1000)).shape == (4, 2, 1000)


def test_another_instance_is_not_touched(runtime: TritonRuntime, client: Any, tmp_path: Path) -> None:
    """Clearing one instance leaves the servers of the others alone."""
    assert clean_leftovers(tmp_path).processes == 0
    assert infer(client, a_segment(1000)).shape == (4, 2, 1000)
