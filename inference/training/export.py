"""A network becomes an ONNX file, checked in OpenVINO against PyTorch; and comes back from it, to be trained on.

The core takes `spectrum` [B, 4, F, T] and gives `masks` [B, S, 4, F, T]; transforms stay outside, where an FFT is one.
Weights keep their names and are stored as 16-bit floats, which halves what every release adds to the repository; the
file knows the shape. So a shipped file is a checkpoint, too: the one that outlives the machine it was made on.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
import openvino
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor

from inference.importing.agreement import agreement_db as followed_db
from inference.training.network import Network, Shape
from inference.training.score import SEGMENT_SAMPLES

AGREEMENT_DB_MIN = 60.0
SHAPE_KEY, ALIKE_KEY = "shape", "alike"
_STORED_SUFFIX = ".stored"


def rounded(network: Network) -> Network:
    """The network with its weights rounded to 16-bit floats, in place: what is compared is what ships."""
    for name, value in network.state_dict().items():
        if value.is_floating_point():
            value.copy_(value.half())
            if not torch.isfinite(value).all():
                raise ValueError(f"{name} does not fit 16-bit floats")
    return network


def export(network: Network, path: Path) -> None:
    """Write the ONNX file; the batch size is free, the length is the serving segment's."""
    frames = SEGMENT_SAMPLES // network.shape.hop + 1
    example = torch.randn(1, 4, network.shape.bins, frames)
    with warnings.catch_warnings():
        # The exporter is called a legacy by its makers, who keep it; and it warns of what is meant: a length that is
        # fixed, and a recurrent layer whose state begins at zero for any batch.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network,
            (example,),
            str(path),
            input_names=["spectrum"],
            output_names=["masks"],
            dynamic_axes={"spectrum": {0: "batch"}, "masks": {0: "batch"}},
            opset_version=17,
            # Nothing is folded: runtimes fold norms away by themselves, and the names are needed to come back.
            training=torch.onnx.TrainingMode.PRESERVE,
            do_constant_folding=False,
            dynamo=False,
        )
    model = onnx.load(path)
    weights = {name: value for name, value in network.state_dict().items() if value.is_floating_point()}
    model.metadata_props.add(key=SHAPE_KEY, value=json.dumps(network.shape.as_json()))
    model.metadata_props.add(key=ALIKE_KEY, value=json.dumps(alike(model.graph, weights)))
    store_in_half(model.graph, set(weights))
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)


def alike(graph: onnx.GraphProto, weights: Mapping[str, Tensor]) -> dict[str, str]:
    """The weights that the exporter left out because another one that it kept is the same to the last bit."""
    kept = {tensor.name for tensor in graph.initializer} & set(weights)
    return {
        name: next(other for other in sorted(kept) if torch.equal(weights[other], value))
        for name, value in weights.items()
        if name not in kept
    }


def store_in_half(graph: onnx.GraphProto, names: set[str]) -> None:
    """Keep the named 32-bit initialisers as 16-bit ones that a cast at the graph's head widens again."""
    casts = []
    for tensor in graph.initializer:
        if tensor.name in names and tensor.data_type == TensorProto.FLOAT:
            name = tensor.name
            tensor.CopyFrom(
                numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float16), name + _STORED_SUFFIX)
            )
            casts.append(helper.make_node("Cast", [tensor.name], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)


def restore(path: Path) -> Network:
    """The network of a file that `export` wrote. Raises ValueError at any other."""
    model = onnx.load(path)
    facts = {entry.key: entry.value for entry in model.metadata_props}
    if SHAPE_KEY not in facts:
        raise ValueError(
            f"{path} does not say the network's shape: it was not made by this program, or by an older one"
        )
    network = Network(Shape.from_json(json.loads(facts[SHAPE_KEY])))
    stored = {tensor.name.removesuffix(_STORED_SUFFIX): tensor for tensor in model.graph.initializer}
    same: dict[str, str] = json.loads(facts[ALIKE_KEY])
    with torch.no_grad():
        for name, value in network.state_dict().items():
            if value.is_floating_point():
                tensor = stored[same.get(name, name)]
                value.copy_(torch.from_numpy(numpy_helper.to_array(tensor).astype(np.float32)))
    return network


def agreement_db(network: Network, path: Path) -> float:
    """How closely OpenVINO's masks follow PyTorch's on a random spectrum, in dB; minus infinity if any is no number."""
    frames = SEGMENT_SAMPLES // network.shape.hop + 1
    given = torch.randn(1, 4, network.shape.bins, frames, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        truth = network(given).numpy()
    settings = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32"}
    compiled = openvino.Core().compile_model(str(path), "CPU", settings)
    (agreement,) = followed_db(truth[None], np.asarray(compiled([given.numpy()])[0])[None])
    return agreement


def checked_export(network: Network, path: Path) -> float:
    """Write the file and compare; returns the agreement in dB. Raises ValueError below AGREEMENT_DB_MIN."""
    export(rounded(network), path)
    agreement = agreement_db(network, path)
    if not agreement >= AGREEMENT_DB_MIN:
        raise ValueError(f"OpenVINO follows PyTorch to {agreement:.1f} dB only; {AGREEMENT_DB_MIN:.0f} are needed")
    return agreement
