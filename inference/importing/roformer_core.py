"""The part of Band-Split RoFormer that is a network: from the mix's spectrum to complex masks."""

from __future__ import annotations

import io
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING
from unittest.mock import patch

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bs_roformer import BSRoformer

OPSET = 17


class _MasksFound(Exception):
    """Carries the masks out of the network's `forward`, whose rest is the door's."""

    def __init__(self, masks: Tensor) -> None:
        super().__init__()
        self.masks = masks


class RoformerCore(nn.Module):
    """`spectrum [1, 4, F, T] -> masks [1, S, 4, F, T]`, left and right, each real and imaginary.

    Runs the network's own `forward` up to where the masks are applied. Spectra are not normalised.
    """

    def __init__(self, network: BSRoformer) -> None:
        super().__init__()
        self.network = network.eval()
        scale = network.stft_kwargs["n_fft"] ** -0.5 if network.stft_kwargs["normalized"] else 1.0
        self.scale = float(scale)

    def forward(self, spectrum: Tensor) -> Tensor:
        """The masks of every stem."""
        _, _, bins, frames = spectrum.shape
        heard = spectrum.reshape(2, 2, bins, frames).permute(0, 2, 3, 1) * self.scale
        with _spectrum_given(heard):
            try:
                self.network(torch.zeros(1, 2, 1))
            except _MasksFound as found:
                masks = found.masks
        low, high = self.network.freq_pad
        masks = masks.reshape(1, masks.shape[1], bins - low - high, 2, frames, 2).permute(0, 1, 3, 5, 2, 4)
        masks = nn.functional.pad(masks, (0, 0, low, high))
        if self.network.zero_dc:
            masks = torch.cat([torch.zeros_like(masks[..., :1, :]), masks[..., 1:, :]], dim=-2)
        return masks.flatten(2, 3)


@contextmanager
def _spectrum_given(heard: Tensor) -> Iterator[None]:
    """Inside, the transform yields `heard`, and the second turn to complex numbers, of the masks, ends the run."""
    turned: list[Tensor] = []

    def turn(values: Tensor) -> Tensor:
        turned.append(values)
        if len(turned) == 2:
            raise _MasksFound(values)
        return values

    with (
        patch.object(torch, "stft", lambda *_, **__: heard),
        patch.object(torch, "view_as_real", lambda values: values),
        patch.object(torch, "view_as_complex", turn),
    ):
        yield


def core_as_onnx(network: BSRoformer, frames: int) -> bytes:
    """The core of `network` as an ONNX model for one segment of `frames` frames."""
    spectrum = torch.zeros(1, 4, network.stft_kwargs["n_fft"] // 2 + 1, frames)
    file = io.BytesIO()
    with warnings.catch_warnings(), torch.no_grad():
        # They are of shapes, which are the same for every segment.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            RoformerCore(network),
            (spectrum,),
            file,
            input_names=["spectrum"],
            output_names=["masks"],
            opset_version=OPSET,
            dynamo=False,
        )
    return file.getvalue()
