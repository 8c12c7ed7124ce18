"""The part of HTDemucs that is a network: all between its spectrum and its inverse, which runtimes do not have."""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from demucs.htdemucs import HTDemucs

# The newest that every runtime here reads alike.
OPSET = 17
INPUTS = ("mag", "mix")
OUTPUTS = ("spec", "wav")


class HybridCore(nn.Module):
    """`(mag [B, 4, F, T], mix [B, 2, N]) -> (spec [B, 4 S, F, T], wav [B, 2 S, N])`.

    Runs the network's own `forward`, whose four steps to spectra and back are replaced on this one instance.
    """

    def __init__(self, network: HTDemucs) -> None:
        super().__init__()
        self.network = network.eval()

    def forward(self, mag: Tensor, mix: Tensor) -> tuple[Tensor, Tensor]:
        """Spectra of the stems, and the waveforms to be added to them."""
        spectra: list[Tensor] = []

        def keep(_spectrum: Tensor, found: Tensor) -> Tensor:
            spectra.append(found)
            return found

        self.network._spec = lambda _mix: mag
        self.network._magnitude = lambda spectrum: spectrum
        self.network._mask = keep
        self.network._ispec = lambda _spectrum, _length: 0.0
        try:
            wav = self.network(mix)
        finally:
            for name in ("_spec", "_magnitude", "_mask", "_ispec"):
                delattr(self.network, name)
        return spectra[0].flatten(1, 2), wav.flatten(1, 2)


def core_as_onnx(network: HTDemucs, segment_samples: int) -> bytes:
    """The core of `network` as an ONNX model for any batch."""
    # The fused attention of PyTorch is one operator that ONNX does not have.
    torch.backends.mha.set_fastpath_enabled(value=False)
    frames = -(-segment_samples // network.hop_length)
    mag, mix = torch.zeros(1, 4, network.nfft // 2, frames), torch.zeros(1, 2, segment_samples)
    file = io.BytesIO()
    with warnings.catch_warnings(), torch.no_grad():
        # They are of shapes, the same for every segment, and of this exporter, chosen since the newer fixes the batch.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            HybridCore(network),
            (mag, mix),
            file,
            input_names=list(INPUTS),
            output_names=list(OUTPUTS),
            dynamic_axes={name: {0: "batch"} for name in (*INPUTS, *OUTPUTS)},
            opset_version=OPSET,
            dynamo=False,
        )
    return file.getvalue()
