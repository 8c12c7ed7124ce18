"""Short-time spectra and back, in float32: a periodic Hann window, frames centred on multiples of the hop."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

try:
    from scipy import fft
except ImportError:
    # numpy 2 has the same transforms in float32; with numpy 1, as in Triton, SciPy is there.
    from numpy import fft

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Complexes = NDArray[np.complex64]


@dataclass(frozen=True)
class Fourier:
    """Spectra of mixes of `length_samples`, as torch.stft makes them: centred, ends reflected, not normalised."""

    n_fft: int
    hop: int
    length_samples: int
    window: Floats = field(init=False, repr=False)
    weight: Floats = field(init=False, repr=False)
    """One over the sum of the squared windows at each sample."""

    def __post_init__(self) -> None:
        if self.n_fft < 2 * self.hop or self.length_samples <= self.n_fft // 2:
            raise ValueError(
                f"windows of {self.n_fft} (n_fft) every {self.hop} samples (hop) do not cover {self.length_samples}"
                " samples: the hop is at most half the window, and the window less than twice the segment"
            )
        window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(self.n_fft) / self.n_fft)
        squares = _overlapped(np.broadcast_to(window**2, (self.frames, self.n_fft)), self.hop)
        half = self.n_fft // 2
        inner = squares[half : half + self.length_samples]
        object.__setattr__(self, "window", window.astype(np.float32))
        object.__setattr__(self, "weight", (1.0 / np.maximum(inner, 1e-11)).astype(np.float32))

    @property
    def frames(self) -> int:
        """Frames of one mix."""
        return self.length_samples // self.hop + 1

    def spectra(self, samples: Floats) -> Complexes:
        """[C, T, n_fft / 2 + 1] of samples [C, N]."""
        half = self.n_fft // 2
        padded = np.pad(samples, ((0, 0), (half, half)), mode="reflect")
        frames = np.lib.stride_tricks.sliding_window_view(padded, self.n_fft, axis=1)[:, :: self.hop]
        return np.asarray(fft.rfft(frames * self.window, axis=2), np.complex64)

    def samples(self, spectra: Complexes) -> Floats:
        """[..., N] of spectra [..., T, n_fft / 2 + 1]; fewer bins mean that the others are zero."""
        lead = spectra.shape[:-2]
        out = np.empty((*lead, self.length_samples), np.float32)
        half = self.n_fft // 2
        for index in np.ndindex(*lead):
            # One channel at a time stays in the processor's cache.
            frames = fft.irfft(spectra[index], self.n_fft, axis=1)
            frames *= self.window
            whole = _overlapped(frames, self.hop)
            np.multiply(whole[half : half + self.length_samples], self.weight, out=out[index])
        return out


def _overlapped(frames: NDArray[np.floating], hop: int) -> NDArray[np.floating]:
    """Frames [T, W] added up, each `hop` after the one before; silence follows, so that any length can be cut out."""
    count, width = frames.shape
    parts = -(-width // hop)
    out = np.zeros((count + 2 * parts, hop), frames.dtype)
    for part in range(parts):
        piece = frames[:, part * hop : (part + 1) * hop]
        # The last piece is narrower where the hop does not divide the window.
        out[part : part + count, : piece.shape[1]] += piece
    return out.reshape(-1)
