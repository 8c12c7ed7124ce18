"""Kind `spectrogram`: a network that makes complex masks of a spectrum; the transforms around it are here.

Input `spectrum` [B, 4, F, T] (left and right, each real and imaginary), output `masks` [B, S, 4, F, T] in the same
order, or [B, S - 1, 4, F, T] without the stem that `rest` names.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..card import Card, ModelRefused
from ..core import Core
from ..fourier import Fourier
from ..loudness import gains, mode_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Complexes = NDArray[np.complex64]


def build(card: Card, folder: Path, threads: int) -> Callable[[Floats], Floats]:
    """Parameters: `n_fft`, `hop`, `bins`, `normalise`, `file`, and `rest`.

    `rest` is the stem that gets what the others leave of the mix, and so all above the last bin; its own masks are not
    looked at. Without it bins above the last are in no stem. Raises ModelRefused.
    """
    try:
        return Spectrogram(card, folder, threads)
    except ValueError as error:
        raise ModelRefused(f"{card.name}: {error}") from error


class Spectrogram:
    """The transform: mixes [B, 2, N] to stems [B, S, 2, N]."""

    def __init__(self, card: Card, folder: Path, threads: int) -> None:
        self.segment_samples = card.segment_samples
        self.stems = len(card.stems)
        self.fourier = Fourier(card.number("n_fft"), card.number("hop"), card.segment_samples)
        self.bins = card.number("bins", self.fourier.n_fft // 2 + 1)
        self.rest = card.number("rest", -1)
        self.normalise = mode_of(card, "rms")
        if not -1 <= self.rest < self.stems or not 0 < self.bins <= self.fourier.n_fft // 2 + 1:
            raise ValueError(f"rest {self.rest} or bins {self.bins} is out of range")
        self.core = Core(
            folder / card.text("file", "network.onnx"),
            {"spectrum": (1, 4, self.bins, self.fourier.frames)},
            ["masks"],
            threads,
        )

    def __call__(self, mixes: Floats) -> Floats:
        """Raises ValueError for mixes longer than the model's segment."""
        return np.stack([self._separated(mix) for mix in mixes])

    def _separated(self, mix: Floats) -> Floats:
        length = mix.shape[1]
        if length > self.segment_samples:
            raise ValueError(f"the mix has {length} samples, and the model takes {self.segment_samples}")
        if length < self.segment_samples:
            mix = np.pad(mix, ((0, 0), (0, self.segment_samples - length)))
        gain = gains(mix[None], self.normalise)[0]
        # The core wants bins before frames; numpy's views turn [2, T, F] into that without a copy of its own.
        spectra = self.fourier.spectra(mix * gain)[:, :, : self.bins]
        asked = np.empty((1, 2, 2, self.bins, self.fourier.frames), np.float32)
        asked[0, :, 0], asked[0, :, 1] = spectra.real.swapaxes(1, 2), spectra.imag.swapaxes(1, 2)
        (masks,) = self.core({"spectrum": asked.reshape(1, 4, self.bins, -1)})
        parts = masks[0].reshape(masks.shape[1], 2, 2, self.bins, -1)
        stems = np.empty((self.stems, 2, self.segment_samples), np.float32)
        masked = [index for index in range(self.stems) if index != self.rest]
        places = range(len(masked)) if len(parts) == len(masked) else masked
        for index, place in zip(masked, places, strict=True):
            stems[index] = self.fourier.samples(_masked(parts[place], spectra))
        stems[masked] /= gain
        if self.rest >= 0:
            stems[self.rest] = mix - stems[masked].sum(axis=0)
        return stems[:, :, :length]


def _masked(mask: Floats, spectra: Complexes) -> Complexes:
    """Complex masks [2, 2, F, T] times spectra [2, T, F]: [2, T, F]."""
    weight = np.empty(spectra.shape, np.complex64)
    weight.real, weight.imag = mask[:, 0].swapaxes(1, 2), mask[:, 1].swapaxes(1, 2)
    weight *= spectra
    return weight
