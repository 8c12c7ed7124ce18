"""How wrong an estimate is: the logarithm of each stem's error, with a floor that makes silence safe."""

from __future__ import annotations

import torch
from torch import Tensor

FLOOR = 10 ** (-25 / 10)
"""Errors below this share of the mix's energy are not worth learning from: a silent stem's loss has an end."""


def separation_loss(estimates: Tensor, stems: Tensor, mix: Tensor, known: Tensor) -> tuple[Tensor, Tensor]:
    """Mean loss in dB, and each stem's [S], of spectra [B, S, 4, F, T] and the mix's [B, 4, F, T].

    Errors are compared with the mix's energy: a stem that is missing costs as much as one that leaks as loudly. Only
    stems count whose truth is `known` [B, S] (1, else 0).
    """
    error = (estimates - stems).square().sum(dim=(2, 3, 4))
    energy = mix.square().sum(dim=(1, 2, 3))[:, None] + 1e-6
    each = 10 * torch.log10((error + FLOOR * energy) / energy)
    each = each * known
    return each.sum() / known.sum(), each.detach().sum(dim=0) / known.sum(dim=0).clamp_min(1)
