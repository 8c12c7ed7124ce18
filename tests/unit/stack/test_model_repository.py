"""Triton's model repository as it is generated: read with Triton's own definition of a configuration."""

from __future__ import annotations

from pathlib import Path

import pytest
from google.protobuf import text_format
from tritonclient.grpc import model_config_pb2

from services.separation.domain.models import ModelShape
from stack.model_repository import (
    SMALL_BYTES,
    GpuNetwork,
    Machine,
    chunks_asked,
    cpu_configuration,
    generate,
    gpu_configuration,
    shares,
)
from stack.registry import Model, ModelRefused, read_model
from tests.unit.stack.test_registry import write

DOOR = Path(__file__).parents[3] / "inference" / "door"


def a_model(folder: Path, **facts: object) -> Model:
    """A registered model."""
    return read_model(write(folder, **facts), is_bundled=False)


def parsed(text: str) -> model_config_pb2.ModelConfig:
    """The configuration as Triton reads it: an unknown field or a wrong type fails."""
    return text_format.Parse(text, model_config_pb2.ModelConfig())


def parameters_of(configuration: model_config_pb2.ModelConfig) -> dict[str, str]:
    """The parameters as the worker reads them."""
    return {name: value.string_value for name, value in configuration.parameters.items()}


def test_a_model_on_the_processor_states_all_that_the_worker_needs(tmp_path: Path) -> None:
    """The configuration has the model's tensors, one warm-up, and parameters that make its shape."""
    model = a_model(tmp_path, stems=["a", "b", "c", "d", "e", "f"], placement="centred", version="2.1-rc+3")
    found = parsed(cpu_configuration(model, Machine(cores=4)))
    assert (found.name, found.backend, found.max_batch_size) == ("duo", "python", 0)
    assert list(found.input[0].dims) == [2, -1]
    assert list(found.output[0].dims) == [6, 2, -1]
    assert [(output.name, list(output.dims)) for output in found.output[1:]] == [("PROCESSOR_S", [1])]
    assert [(group.kind, group.count) for group in found.instance_group] == [(2, 4)]
    assert list(found.model_warmup[0].inputs["MIX"].dims) == [2, model.segment_samples]
    parameters = parameters_of(found)
    shape = ModelShape.of(parameters)
    assert shape == ModelShape(44100, 8192, 6144, model.stems, "2.1-rc+3", "centred", model.digest, "cpu")
    assert parameters["threads"] == "1"


@pytest.mark.parametrize("device", ["cpu", "gpu"])
def test_the_same_file_cut_otherwise_travels_as_another_network(tmp_path: Path, device: str) -> None:
    """A network imported again with another overlap has other `weights`, by which a song that was begun is held."""

    def told(model: Model) -> str:
        machine = Machine(device=device)
        network = GpuNetwork(tmp_path / "waveform.onnx", "0" * 64, "FP32")
        text = gpu_configuration(model, machine, network) if device == "gpu" else cpu_configuration(model, machine)
        return ModelShape.of(parameters_of(parsed(text))).weights_sha256

    first, again = a_model(tmp_path / "first"), a_model(tmp_path / "again")
    other = a_model(tmp_path / "other", hop_samples=4096)
    assert first.files == other.files
    assert told(first) == told(again) != told(other)


def test_a_large_model_is_held_once_and_uses_every_core(tmp_path: Path) -> None:
    """Small models get an instance per core; one whose weights are large gets one instance with all cores."""
    facts = {"network.onnx": {"sha256": "0" * 64, "bytes": SMALL_BYTES + 1}}
    large, small = a_model(tmp_path, name="large", files=facts), a_model(tmp_path, name="small")
    assert shares(large, 8) == (1, 8)
    assert shares(small, 8) == (8, 1)
    assert shares(small, 0) == (1, 1)


@pytest.mark.parametrize("cores", [1, 2, 3, 8, 12, 64])
def test_no_instance_of_a_large_machine_waits_for_work(tmp_path: Path, cores: int) -> None:
    """However many cores there are, every instance has a chunk, one more waits, and threads do not outnumber cores."""
    instances, threads = shares(a_model(tmp_path), cores)
    assert chunks_asked(cores) > instances
    assert instances * threads <= cores
    assert (instances + 1) * threads > cores / 2


def test_a_card_may_ask_for_batches_on_the_processor(tmp_path: Path) -> None:
    """A model whose card says that segments together are faster gets them together, after a short wait."""
    found = parsed(cpu_configuration(a_model(tmp_path, transform={"kind": "waveform", "batch": 2}), Machine()))
    assert found.max_batch_size == 2
    assert found.dynamic_batching.max_queue_delay_microseconds > 0
    with pytest.raises(ModelRefused, match="batch must be"):
        cpu_configuration(a_model(tmp_path, name="odd", transform={"kind": "waveform", "batch": -1}), Machine())


@pytest.mark.parametrize("precision", ["FP16", "FP32"])
def test_a_model_on_gpus_is_batched_on_each_in_the_precision_that_it_bears(tmp_path: Path, precision: str) -> None:
    """With GPUs the ONNX Runtime backend runs the network through TensorRT, chunks of many songs in a batch."""
    network = GpuNetwork(tmp_path / "waveform.onnx", "0123456789abcdef" * 4, precision)
    found = parsed(gpu_configuration(a_model(tmp_path), Machine(device="gpu", gpus=3), network))
    assert (found.backend, found.max_batch_size) == ("onnxruntime", 16)
    assert list(found.input[0].dims) == [2, 8192]
    assert list(found.output[0].dims) == [2, 2, 8192]
    (group,) = found.instance_group
    assert list(group.gpus) == [0, 1, 2]
    assert model_config_pb2.ModelInstanceGroup.Kind.Name(group.kind) == "KIND_GPU"
    (accelerator,) = found.optimization.execution_accelerators.gpu_execution_accelerator
    assert accelerator.name == "tensorrt"
    assert accelerator.parameters["precision_mode"] == precision
    # Engines of other weights lie elsewhere: ONNX Runtime would take them for this network's.
    assert accelerator.parameters["trt_engine_cache_path"] == "/var/cache/stripsession/duo-0123456789ab"
    assert found.dynamic_batching.max_queue_delay_microseconds > 0
    assert [warm_up.batch_size for warm_up in found.model_warmup] == [1, 16]
    shape = ModelShape.of(parameters_of(found))
    assert (shape.stems, shape.device) == (("vocals", "instrumental"), "gpu")


def test_a_network_with_its_transforms_outside_is_given_them_for_gpus(tmp_path: Path) -> None:
    """For a GPU a spectrogram network is put into one file with its transforms; one that brings such a file has it."""
    model = a_model(tmp_path / "in", transform={"kind": "spectrogram"})
    asked: list[str] = []

    def made_network(model: Model) -> GpuNetwork:
        asked.append(model.name)
        (tmp_path / "made").write_bytes(b"made")
        return GpuNetwork(tmp_path / "made", "1" * 64, "FP32")

    repository = generate([model], DOOR, tmp_path / "out", Machine(device="gpu"), made_network)
    assert (repository / "duo" / "1" / "model.onnx").read_bytes() == b"made"
    assert [path.name for path in (repository / "duo" / "1").iterdir()] == ["model.onnx"]
    assert 'value: "FP32"' in (repository / "duo" / "config.pbtxt").read_text()
    files = {name: {"sha256": "0" * 64, "bytes": 1024} for name in ("network.onnx", "waveform.onnx")}
    both = a_model(tmp_path / "both", transform={"kind": "spectrogram"}, files=files)
    (both.folder / "waveform.onnx").write_bytes(b"inside")
    repository = generate([both], DOOR, tmp_path / "out", Machine(device="gpu"), made_network)
    assert (repository / "duo" / "1" / "model.onnx").read_bytes() == b"inside"
    assert asked == ["duo"]


def test_a_model_that_no_gpu_can_run_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    """A kind that cannot be put into one file is refused by name, and no other model is made in vain."""
    good = a_model(tmp_path / "in", transform={"kind": "spectrogram"})
    transformer = a_model(tmp_path / "in", name="four", transform={"kind": "htdemucs"})
    loud = a_model(tmp_path / "in", name="loud", transform={"kind": "waveform", "normalise": "rms"})
    for model, kind in ((transformer, "htdemucs"), (loud, "waveform")):
        with pytest.raises(ModelRefused, match=rf"{model.name} cannot run on a GPU: it has no waveform\.onnx.*{kind}"):
            generate([good, model], DOOR, tmp_path / "out", Machine(device="gpu"), lambda _: pytest.fail("made"))
    assert not (tmp_path / "out").exists()


def test_a_generated_repository_holds_code_and_weights_and_no_byte_code(tmp_path: Path) -> None:
    """Each model has the door's code and its own files, not kept twice; what has left the registry is gone."""
    one, two = a_model(tmp_path / "in", name="one"), a_model(tmp_path / "in", name="two")
    generate([one, two], DOOR, tmp_path / "out", Machine())
    repository = generate([one], DOOR, tmp_path / "out", Machine())
    assert [path.name for path in repository.iterdir()] == ["one"]
    version = repository / "one" / "1"
    assert {path.name for path in version.iterdir()} == {"model.py", "door", "files"}
    assert (version / "door" / "transforms" / "spectrogram.py").is_file()
    assert not list(repository.rglob("__pycache__"))
    assert (version / "files" / "network.onnx").samefile(one.folder / "network.onnx")
    assert not (tmp_path / "out.new").exists()
