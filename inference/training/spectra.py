"""Spectra for training and scoring: [.., 2, n] samples to [.., 4, F, T] (left and right, each real and imaginary)."""

from __future__ import annotations

import torch
from torch import Tensor

from inference.training.network import Shape


def window(shape: Shape, device: torch.device) -> Tensor:
    """Periodic Hann, as the serving code has it."""
    return torch.hann_window(shape.n_fft, periodic=True, device=device)


def spectrum(samples: Tensor, shape: Shape) -> Tensor:
    """Centred STFT with mirrored ends; all n_fft / 2 + 1 bins."""
    flat = samples.reshape(-1, samples.shape[-1])
    found = torch.stft(
        flat, shape.n_fft, shape.hop, window=window(shape, flat.device), center=True, return_complex=True
    )
    bins, frames = found.shape[-2:]
    parts = torch.view_as_real(found).reshape(*samples.shape[:-1], bins, frames, 2)
    return parts.movedim(-1, -3).flatten(-4, -3)


def samples_of(found: Tensor, shape: Shape, length: int) -> Tensor:
    """The inverse: [.., 4, F, T] to [.., 2, length]."""
    *lead, _, bins, frames = found.shape
    pairs = found.reshape(-1, 2, 2, bins, frames).movedim(2, -1).contiguous()
    flat = torch.view_as_complex(pairs).reshape(-1, bins, frames)
    made = torch.istft(flat, shape.n_fft, shape.hop, window=window(shape, flat.device), center=True, length=length)
    return made.reshape(*lead, 2, length)
