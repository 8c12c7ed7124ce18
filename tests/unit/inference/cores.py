"""Small networks of random weights, as an exporter would leave them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from inference.door.card import CARD_DIGEST, digest_of_card

SEGMENT = 8192
N_FFT, HOP, BINS = 1024, 256, 300
FRAMES = SEGMENT // HOP + 1
HIDDEN = 8
OPSET = 17
# The oldest that knows this opset, so that no runtime finds the file too new.
IR_VERSION = 8


def spectrogram_core(stems: int, bins: int = BINS, frames: int = FRAMES, seed: int = 0) -> onnx.ModelProto:
    """`spectrum` [B, 4, F, T] to `masks` [B, S, 4, F, T]: two convolutions, bounded by tanh."""
    random = np.random.default_rng(seed)
    first = random.standard_normal((HIDDEN, 4, 3, 3)).astype(np.float32) * np.float32(0.2)
    second = random.standard_normal((4 * stems, HIDDEN, 3, 3)).astype(np.float32) * np.float32(0.2)
    nodes = [
        helper.make_node("Conv", ["spectrum", "first"], ["hidden"], pads=[1, 1, 1, 1]),
        helper.make_node("Tanh", ["hidden"], ["bent"]),
        helper.make_node("Conv", ["bent", "second"], ["flat"], pads=[1, 1, 1, 1]),
        helper.make_node("Tanh", ["flat"], ["bounded"]),
        helper.make_node("Reshape", ["bounded", "shape"], ["masks"]),
    ]
    shape = np.array([-1, stems, 4, bins, frames], np.int64)
    return _model(
        nodes,
        ("spectrum", ["batch", 4, bins, frames]),
        ("masks", ["batch", stems, 4, bins, frames]),
        {"first": first, "second": second, "shape": shape},
    )


def waveform_core(stems: int, segment: int = SEGMENT, seed: int = 0) -> onnx.ModelProto:
    """`MIX` [B, 2, N] to `STEMS` [B, S, 2, N]: one convolution along time."""
    random = np.random.default_rng(seed)
    kernel = random.standard_normal((2 * stems, 2, 9)).astype(np.float32) * np.float32(0.2)
    nodes = [
        helper.make_node("Conv", ["MIX", "kernel"], ["flat"], pads=[4, 4]),
        helper.make_node("Reshape", ["flat", "shape"], ["STEMS"]),
    ]
    shape = np.array([-1, stems, 2, segment], np.int64)
    return _model(
        nodes,
        ("MIX", ["batch", 2, segment]),
        ("STEMS", ["batch", stems, 2, segment]),
        {"kernel": kernel, "shape": shape},
    )


def register(
    folder: Path,
    core: onnx.ModelProto,
    stems: list[str],
    transform: Mapping[str, object],
    **facts: object,
) -> Path:
    """A model's folder `folder/<name>` with the network and its card; `facts` replace what the card says."""
    name = str(facts.get("name", "little"))
    home = folder / name
    home.mkdir(parents=True)
    network = core.SerializeToString()
    (home / "network.onnx").write_bytes(network)
    card = {
        "schema": 2,
        "name": name,
        "version": "1",
        "title": "Little: random weights",
        "summary": "Of use to tests alone.",
        "stems": stems,
        "sample_rate": 44100,
        "segment_samples": SEGMENT,
        "hop_samples": SEGMENT * 3 // 4,
        "placement": "mirrored",
        "licence": "Apache-2.0",
        "rights": ["Random numbers."],
        "transform": dict(transform),
        "files": {"network.onnx": {"sha256": hashlib.sha256(network).hexdigest(), "bytes": len(network)}},
    } | facts
    (home / "model.json").write_text(json.dumps(card | {CARD_DIGEST: digest_of_card(card)}, indent=2))
    return home


def spectrogram(**more: object) -> dict[str, object]:
    """The transform of `spectrogram_core`."""
    return {"kind": "spectrogram", "n_fft": N_FFT, "hop": HOP, "bins": BINS, "normalise": "rms", **more}


def _model(
    nodes: list[onnx.NodeProto],
    source: tuple[str, list[int | str]],
    target: tuple[str, list[int | str]],
    constants: Mapping[str, np.ndarray[tuple[int, ...], np.dtype[np.generic]]],
) -> onnx.ModelProto:
    graph = helper.make_graph(
        nodes,
        "little",
        [helper.make_tensor_value_info(source[0], TensorProto.FLOAT, source[1])],
        [helper.make_tensor_value_info(target[0], TensorProto.FLOAT, target[1])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
