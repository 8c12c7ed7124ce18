"""A network becomes an ONNX file, checked in OpenVINO against PyTorch.

The core takes `spectrum` [B, 4, F, T] and gives `masks` [B, S, 4, F, T]; transforms stay outside, where an FFT is one.
Weights are stored as 32-bit floats; batch norms are folded away by the runtimes.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openvino
import torch

from inference.training.network import Network
from inference.training.score import SEGMENT_SAMPLES

AGREEMENT_DB_MIN = 60.0


def export(network: Network, path: Path) -> None:
    """Write the ONNX file; the batch size is free, the length is the serving segment's."""
    frames = SEGMENT_SAMPLES // network.shape.hop + 1
    example = torch.randn(1, 4, network.shape.bins, frames)
    torch.onnx.export(
        network,
        (example,),
        str(path),
        input_names=["spectrum"],
        output_names=["masks"],
        dynamic_axes={"spectrum": {0: "batch"}, "masks": {0: "batch"}},
        opset_version=17,
        dynamo=False,
    )


def agreement_db(network: Network, path: Path) -> float:
    """How closely OpenVINO's masks follow PyTorch's on a random spectrum, in dB."""
    frames = SEGMENT_SAMPLES // network.shape.hop + 1
    given = torch.randn(1, 4, network.shape.bins, frames, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        truth = network(given).numpy().astype(np.float64)
    settings = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32"}
    compiled = openvino.Core().compile_model(str(path), "CPU", settings)
    found = compiled([given.numpy()])[0].astype(np.float64)
    return float(10 * np.log10(np.sum(truth**2) / np.sum((truth - found) ** 2)))


def checked_export(network: Network, path: Path) -> float:
    """Write the file and compare; returns the agreement in dB. Raises ValueError below AGREEMENT_DB_MIN."""
    export(network, path)
    agreement = agreement_db(network, path)
    if agreement < AGREEMENT_DB_MIN:
        raise ValueError(f"OpenVINO follows PyTorch to {agreement:.1f} dB only; {AGREEMENT_DB_MIN:.0f} are needed")
    return agreement
