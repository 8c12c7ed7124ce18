"""The Fourier transform of windowed frames as one matrix, scaled so that half precision holds what comes of it.

Spectra of a mix at an rms of 1 are about as large as the window's norm (39 for 4096 samples), and much larger where the
mix is peaky. The matrix therefore carries a scale, the power of two next to one over that norm: white noise comes out
at about 1. Nothing passes 1.4 * sqrt(4 N), N being the segment's samples: a frame holds at most the segment's whole
energy (2 N over both channels), twice that if it is reflected at an end, and the scale is right within the root of 2.
That is 1,700 for 7.8 s, and 13,600 for the longest segment that a card may ask for, 120 s at 192 kHz; half precision
ends at 65,504. At the other end it has all its digits down to 6e-5, 84 dB below that noise.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]


@dataclass(frozen=True)
class FourierMatrix:
    """Frames [., n_fft] times `matrix` are their spectra [., 2 bins], real parts and then imaginary, times `scale`.

    Such spectra times `way_back`, each bin by its own, and then times the matrix transposed, are the frames under a
    second window, ready to be added up: one matrix serves both ways.
    """

    n_fft: int
    bins: int
    scale: float = field(init=False)
    matrix: Floats = field(init=False, repr=False)
    way_back: Floats = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # Angles are turned into [0, 2 pi) as whole numbers, so that large ones lose no digits.
        turns = np.arange(self.n_fft) * (2 * np.pi / self.n_fft)
        window = 0.5 - 0.5 * np.cos(turns)
        angles = np.outer(np.arange(self.n_fft), np.arange(self.bins)) % self.n_fft
        scale = 2.0 ** -round(math.log2(math.sqrt(float(np.sum(window**2)))))
        matrix = np.empty((self.n_fft, 2 * self.bins), np.float32)
        matrix[:, : self.bins] = np.cos(turns)[angles] * (window * scale)[:, None]
        matrix[:, self.bins :] = -_sines(self.n_fft)[angles] * (window * scale)[:, None]
        # Every bin but the first and the one at half the sample rate stands for two, itself and its mirror image.
        bins_it_stands_for = np.where(np.isin(np.arange(self.bins), (0, self.n_fft / 2)), 1, 2)
        object.__setattr__(self, "scale", scale)
        object.__setattr__(self, "matrix", matrix)
        object.__setattr__(self, "way_back", (bins_it_stands_for / (self.n_fft * scale**2)).astype(np.float32))


def _sines(n_fft: int) -> NDArray[np.float64]:
    """Sines of a whole turn, exactly zero at its half: the last bin has no imaginary part, whatever a mask says."""
    sines: NDArray[np.float64] = np.sin(np.arange(n_fft) * (2 * np.pi / n_fft))
    if n_fft % 2 == 0:
        sines[n_fft // 2] = 0
    return sines
