"""A network that tests can afford."""

from __future__ import annotations

from inference.training.network import Shape

SMALL = Shape(
    n_fft=512,
    hop=128,
    bands=((64, 1), (192, 4), (256, 8)),
    widths=(4, 8, 8, 8),
    down=(1, 1, 1, 1),
    up=(1, 1, 1, 1),
    recurrent=8,
)
