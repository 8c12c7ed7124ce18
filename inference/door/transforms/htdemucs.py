"""Kind `htdemucs`: the network of Hybrid Transformer Demucs; the spectrum that it hears and its way back are here.

The network takes `mag` [B, 4, F, T] (left and right, each real and imaginary) and `mix` [B, 2, N], and gives `spec`
[B, 4 S, F, T] and `wav` [B, 2 S, N]; a stem is `wav` plus what `spec` sounds like.

Frame t of a spectrum holds n_fft samples from hop * t - 1.5 hop on, under a periodic Hann window, so that T is N / hop
rounded up; before the first and after the last sample the mix is reflected. Spectra are divided by the root of n_fft,
and the bin at half the sample rate is left out.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..card import Card, ModelRefused
from ..core import Core

try:
    from scipy import fft
except ImportError:
    # numpy 2 has the same transforms in float32; with numpy 1, as in Triton, SciPy is there.
    from numpy import fft

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

# Four Hann windows cover each sample, and the sum of their squares is 3/2 everywhere.
FRAMES_PER_SAMPLE = 4
WINDOW_POWER = 1.5


def build(card: Card, folder: Path, threads: int) -> Callable[[Floats], Floats]:
    """Parameters: `n_fft` (4096) and `file`. Raises ModelRefused."""
    spectra = HybridSpectra(card.number("n_fft", 4096), card.segment_samples)
    stems = len(card.stems)
    shapes = {"mag": (1, 4, spectra.bins, spectra.frames), "mix": (1, 2, card.segment_samples)}
    core = Core(folder / card.text("file", "network.onnx"), shapes, ["spec", "wav"], threads)
    return Hybrid(spectra, core, stems, threads)


class Hybrid:
    """The transform: mixes [B, 2, N] to stems [B, S, 2, N]."""

    def __init__(
        self, spectra: HybridSpectra, core: Callable[[dict[str, Floats]], list[Floats]], stems: int, threads: int
    ):
        self._spectra = spectra
        self._core = core
        self._stems = stems
        self._hands = ThreadPoolExecutor(max(1, threads), thread_name_prefix="fourier")
        self._own = threading.local()

    def __call__(self, mixes: Floats) -> Floats:
        """Raises ValueError for mixes longer than the model's segment; shorter ones are followed by silence."""
        length, segment = mixes.shape[2], self._spectra.length_samples
        if length > segment:
            raise ValueError(f"the mix has {length} samples, and the model takes {segment}")
        if not hasattr(self._own, "asked"):
            self._own.asked = np.empty((1, 4, self._spectra.bins, self._spectra.frames), np.float32)
        asked = self._own.asked
        stems = np.empty((len(mixes), self._stems, 2, segment), np.float32)
        for mix, parts in zip(mixes, stems, strict=True):
            whole = mix if length == segment else np.pad(mix, ((0, 0), (0, segment - length)))
            whole = np.ascontiguousarray(whole, np.float32)
            list(self._hands.map(self._spectra.analyse, whole, asked.reshape(2, 2, self._spectra.bins, -1)))
            spec, wav = self._core({"mag": asked, "mix": whole[None]})
            rows = spec.reshape(2 * self._stems, 2, self._spectra.bins, -1)
            waves, out = wav.reshape(2 * self._stems, segment), parts.reshape(2 * self._stems, segment)
            list(self._hands.map(self._spectra.synthesise, rows, waves, out))
        return stems[..., :length]


class HybridSpectra:
    """Spectra of one channel of `length_samples`, and back. Raises ModelRefused where the numbers do not fit."""

    def __init__(self, n_fft: int, length_samples: int) -> None:
        self.n_fft = n_fft
        self.hop = n_fft // FRAMES_PER_SAMPLE
        self.length_samples = length_samples
        self.frames = -(-length_samples // self.hop)
        self.bins = n_fft // 2
        self._before = self.hop // 2 * 3
        self._after = self._before + self.frames * self.hop - length_samples
        if n_fft % (2 * FRAMES_PER_SAMPLE) or n_fft <= 0 or length_samples <= self._after:
            raise ModelRefused(f"n_fft {n_fft} does not fit segments of {length_samples} samples")
        window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n_fft) / n_fft)
        self._analysis = (window / np.sqrt(n_fft)).astype(np.float32)
        self._synthesis = (window * np.sqrt(n_fft) / WINDOW_POWER).astype(np.float32)[:, None]

    def analyse(self, channel: Floats, out: Floats) -> None:
        """The spectrum [2, F, T] (real, imaginary) of a channel [N]."""
        padded = np.pad(channel, (self._before, self._after), mode="reflect")
        frames = np.lib.stride_tricks.sliding_window_view(padded, self.n_fft)[:: self.hop]
        spectrum = fft.rfft(frames * self._analysis, axis=1)[:, : self.bins]
        out[0], out[1] = spectrum.real.T, spectrum.imag.T

    def synthesise(self, spectrum: Floats, wave: Floats, out: Floats) -> None:
        """The samples [N] of a spectrum [2, F, T], plus `wave` [N]."""
        # Transformed along bins as they lie: turning the frames is left until they are a quarter as many.
        values = np.zeros((self.bins + 1, self.frames), np.complex64)
        values.real[:-1], values.imag[:-1] = spectrum
        frames = fft.irfft(values, self.n_fft, axis=0)
        frames *= self._synthesis
        overlapped = np.zeros((self.hop, self.frames + FRAMES_PER_SAMPLE - 1), np.float32)
        for part in range(FRAMES_PER_SAMPLE):
            overlapped[:, part : part + self.frames] += frames[part * self.hop : (part + 1) * self.hop]
        samples = overlapped.T.reshape(-1)
        np.add(samples[self._before : self._before + self.length_samples], wave, out=out)
