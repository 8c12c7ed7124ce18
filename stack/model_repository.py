"""Triton's model repository, made from registered models.

For each model: `config.pbtxt`, and in the numbered version the door's code (`model.py`, `door/`) with the model's own
files (`files/`). With a GPU, Triton's ONNX Runtime runs the network itself, transforms and all, and there is no code.
"""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from stack.registry import Model, ModelRefused

DEVICES = ("cpu", "gpu")
WIRES = ("fp32", "fp16")
PRECISIONS = ("FP16", "FP32")
"""What TensorRT may compute in, in its own words; with FP32 it rounds the factors of products to TF32 where it can."""
VERSION = "1"
"""The numbered folder; a model's own version is a parameter, because Triton's are whole numbers."""
GPU_NETWORK = "waveform.onnx"
"""The network with its Fourier transforms inside: `MIX` [B, 2, N] to `STEMS` [B, S, 2, N]."""
SMALL_BYTES = 64 * 1024 * 1024
"""A model below this may be held once per core; a larger one is held once, and uses all cores."""
_INSTANCES_MAX = 8
"""Beyond that an instance gets more threads: each is a process that holds the weights and takes time to start."""
_CPU_BATCH_MAX = 8
_CPU_QUEUE_DELAY_US = 50_000
_GPU_BATCH_MAX = 16
_GPU_QUEUE_DELAY_US = 20_000
_GPU_WORKSPACE_BYTES = 2 * 1024**3


@dataclasses.dataclass(frozen=True)
class Machine:
    """What the models will run on."""

    device: str = "cpu"
    """`cpu` or `gpu`."""
    cores: int = 2
    gpus: int = 1
    wire: str = "fp32"
    """Precision of samples between worker and server, `fp32` or `fp16`: half the bytes, for servers on other hosts. The
    network's own precision is not touched. For a GPU the network's file says it."""


@dataclasses.dataclass(frozen=True)
class GpuNetwork:
    """What a GPU runs of a model: one file, its digest, and the precision that it bears."""

    path: Path
    sha256: str
    precision: str


def none_made(model: Model) -> GpuNetwork:
    """For repositories in which each model brings its own network for GPUs. Raises ModelRefused."""
    raise ModelRefused(f"{model.name} cannot run on a GPU: it has no {GPU_NETWORK}")


def generate(
    models: Sequence[Model],
    door: Path,
    into: Path,
    machine: Machine,
    made_network: Callable[[Model], GpuNetwork] = none_made,
) -> Path:
    """Make the repository `into` anew. Raises ModelRefused, ValueError and OSError.

    The files' digests are for the caller to check; the door does so again when it opens them. `made_network` puts a
    network's transforms inside it, for a GPU.
    """
    if machine.device not in DEVICES:
        raise ValueError(f"device must be one of {', '.join(DEVICES)}, not {machine.device!r}")
    if machine.wire not in WIRES:
        raise ValueError(f"wire must be one of {', '.join(WIRES)}, not {machine.wire!r}")
    networks: dict[str, GpuNetwork] = {}
    if machine.device == "gpu":
        # Whatever cannot run is told before anything is made, which takes a while.
        carried = {model.name: _carried_network(model) for model in models}
        networks = {model.name: carried[model.name] or made_network(model) for model in models}
    fresh = into.with_name(f"{into.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    for model in models:
        home = fresh / model.name
        (home / VERSION).mkdir(parents=True)
        if network := networks.get(model.name):
            _place(network.path, home / VERSION / "model.onnx")
            (home / "config.pbtxt").write_text(gpu_configuration(model, machine, network), encoding="utf-8")
        else:
            _place_door(model, door, home / VERSION)
            (home / "config.pbtxt").write_text(cpu_configuration(model, machine), encoding="utf-8")
    shutil.rmtree(into, ignore_errors=True)
    fresh.rename(into)
    return into


def cpu_configuration(model: Model, machine: Machine) -> str:
    """`config.pbtxt` for the Python backend and its door."""
    instances, threads = shares(model, machine.cores)
    batch = batch_of(model)
    kind = f"TYPE_{machine.wire.upper()}"
    batching = f"dynamic_batching {{ max_queue_delay_microseconds: {_CPU_QUEUE_DELAY_US} }}\n" if batch else ""
    return f"""\
name: {_quoted(model.name)}
backend: "python"
max_batch_size: {batch}
{batching}input [
  {{ name: "MIX" data_type: {kind} dims: [ 2, -1 ] }}
]
output [
  {{ name: "STEMS" data_type: {kind} dims: [ {len(model.stems)}, 2, -1 ] }},
  {{ name: "PROCESSOR_S" data_type: TYPE_FP64 dims: [ 1 ] }}
]
instance_group [
  {{ kind: KIND_CPU count: {instances} }}
]
version_policy: {{ specific: {{ versions: [ {VERSION} ] }} }}
{_warm_up(f"2, {model.segment_samples}", min(batch, 1), kind)}
{_parameters(model, machine, threads=threads)}"""


def gpu_configuration(model: Model, machine: Machine, network: GpuNetwork) -> str:
    """`config.pbtxt` for the ONNX Runtime backend, through TensorRT; chunks of many songs in a batch.

    The song's ends and the last chunk are padded by the worker, so that every chunk has the model's segment.
    """
    # ONNX Runtime tells engines apart by the network's shape and not by its weights: those of another file must not be
    # found where this one's are looked for.
    engines = f"/var/cache/stripsession/{model.name}-{network.sha256[:12]}"
    gpus = ", ".join(map(str, range(machine.gpus)))
    return f"""\
name: {_quoted(model.name)}
backend: "onnxruntime"
max_batch_size: {_GPU_BATCH_MAX}
input [
  {{ name: "MIX" data_type: TYPE_FP32 dims: [ 2, {model.segment_samples} ] }}
]
output [
  {{ name: "STEMS" data_type: TYPE_FP32 dims: [ {len(model.stems)}, 2, {model.segment_samples} ] }}
]
instance_group [
  {{ kind: KIND_GPU count: 2 gpus: [ {gpus} ] }}
]
# Chunks of many songs meet here; a lone song waits no longer than this for company.
dynamic_batching {{
  preferred_batch_size: [ 4, 8, {_GPU_BATCH_MAX} ]
  max_queue_delay_microseconds: {_GPU_QUEUE_DELAY_US}
}}
optimization {{
  graph {{ level: 1 }}
  execution_accelerators {{
    gpu_execution_accelerator [
      {{
        name: "tensorrt"
        parameters {{ key: "precision_mode" value: {_quoted(network.precision)} }}
        parameters {{ key: "max_workspace_size_bytes" value: "{_GPU_WORKSPACE_BYTES}" }}
        parameters {{ key: "trt_engine_cache_enable" value: "true" }}
        parameters {{ key: "trt_engine_cache_path" value: {_quoted(engines)} }}
      }}
    ]
  }}
  input_pinned_memory {{ enable: true }}
  output_pinned_memory {{ enable: true }}
}}
version_policy: {{ specific: {{ versions: [ {VERSION} ] }} }}
{_warm_up(f"2, {model.segment_samples}", 1)}
{_warm_up(f"2, {model.segment_samples}", _GPU_BATCH_MAX)}
{_parameters(model, machine, threads=0)}"""


def shares(model: Model, cores: int) -> tuple[int, int]:
    """Instances of a model on the CPU, and threads of each."""
    cores = max(1, cores)
    instances = 1 if model.size_bytes > SMALL_BYTES else min(cores, _INSTANCES_MAX)
    return instances, cores // instances


def chunks_asked(cores: int) -> int:
    """Chunks of a song to ask for at once, so that every instance on this machine has one and the next waits."""
    return max(3, min(cores, _INSTANCES_MAX) + 1)


def batch_of(model: Model) -> int:
    """Segments that one run of the network on a CPU takes together, as its card says; 0 when that gains nothing."""
    batch = model.transform.get("batch", 0)
    if not isinstance(batch, int) or isinstance(batch, bool) or not 0 <= batch <= _CPU_BATCH_MAX:
        raise ModelRefused(f"the card of {model.name}: batch must be a whole number up to {_CPU_BATCH_MAX}")
    return batch


def _parameters(model: Model, machine: Machine, threads: int) -> str:
    values = {
        "sample_rate": model.sample_rate_hz,
        "segment_samples": model.segment_samples,
        "hop_samples": model.hop_samples,
        "stems": ",".join(model.stems),
        "version": model.version,
        "placement": model.placement,
        "weights": model.digest,
        "device": machine.device,
        "threads": threads,
    }
    lines = [
        f"  {{ key: {_quoted(name)} value: {{ string_value: {_quoted(str(value))} }} }}"
        for name, value in values.items()
    ]
    return "parameters [\n" + ",\n".join(lines) + "\n]\n"


def _warm_up(dims: str, batch: int, kind: str = "TYPE_FP32") -> str:
    return f"""\
model_warmup [
  {{
    name: "segments of noise, {max(1, batch)}"
    batch_size: {batch}
    inputs {{ key: "MIX" value: {{ data_type: {kind} dims: [ {dims} ] random_data: true }} }}
  }}
]"""


def _quoted(text: str) -> str:
    """A string of protobuf's text format; JSON's escapes are among its own."""
    return json.dumps(text, ensure_ascii=True)


def _carried_network(model: Model) -> GpuNetwork | None:
    """The network for GPUs that the model brings with it, None where its own can be given its transforms."""
    files = {file.name: file for file in model.files}
    file = files.get(str(model.transform.get("file", "network.onnx")))
    is_whole = model.kind == "waveform" and model.transform.get("normalise", "none") == "none"
    found = files.get(GPU_NETWORK) or (file if is_whole else None)
    if found is not None:
        # What a model brings for itself is taken to bear half precision: its exporter knows, and nothing here does.
        return GpuNetwork(model.folder / found.name, found.sha256, "FP16")
    if model.kind == "spectrogram":
        return None
    raise ModelRefused(
        f"{model.name} cannot run on a GPU: it has no {GPU_NETWORK}, the network with its transforms inside, and none "
        f"can be made for its kind, {model.kind}. Serve it on the CPU, or export it again with one"
    )


def _place_door(model: Model, door: Path, version: Path) -> None:
    ignored = shutil.ignore_patterns("__pycache__", "model.py")
    shutil.copytree(door, version / "door", ignore=ignored)
    shutil.copyfile(door / "model.py", version / "model.py")
    files = version / "files"
    files.mkdir()
    shutil.copyfile(model.folder / "model.json", files / "model.json")
    for file in model.files:
        place = files / file.name
        place.parent.mkdir(parents=True, exist_ok=True)
        _place(model.folder / file.name, place)


def _place(source: Path, place: Path) -> None:
    """A second name for the same file where the disk allows, so that large weights are not kept twice."""
    try:
        os.link(source, place)
    except OSError:
        shutil.copyfile(source, place)
