"""Muon for everything that multiplies, AdamW for the rest.

Muon (Keller Jordan, 2024): momentum whose matrix is brought near to an orthogonal one by a few Newton-Schulz steps, so
that rare directions learn as fast as common ones. Convolutions are taken as matrices [out, in * height * width].
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn

# The quintic's coefficients, from the author's published implementation notes: they trade exactness for speed.
_A, _B, _C = 3.4445, -4.7750, 2.0315


def orthogonal(matrix: Tensor, steps: int = 5) -> Tensor:
    """A matrix [m, n] of the same directions with all singular values near 1."""
    tall = matrix.shape[0] > matrix.shape[1]
    found = matrix.T if tall else matrix
    found = found / (found.norm() + 1e-7)
    for _ in range(steps):
        square = found @ found.T
        found = _A * found + (_B * square + _C * square @ square) @ found
    return found.T if tall else found


class Muon(torch.optim.Optimizer):
    """Nesterov momentum, made orthogonal; weight decay apart from the gradient."""

    def __init__(
        self, parameters: Iterable[nn.Parameter], lr: float, momentum: float = 0.95, weight_decay: float = 0.01
    ) -> None:
        super().__init__(parameters, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]  # no closure is ever used
        """One step."""
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is None:
                    continue
                state = self.state[parameter]
                if "momentum" not in state:
                    state["momentum"] = torch.zeros_like(parameter)
                state["momentum"].lerp_(parameter.grad, 1 - group["momentum"])
                update = parameter.grad.lerp(state["momentum"], group["momentum"]).flatten(1)
                scale = max(1.0, update.shape[0] / update.shape[1]) ** 0.5
                parameter.mul_(1 - group["lr"] * group["weight_decay"])
                parameter.add_(orthogonal(update).view_as(parameter), alpha=-group["lr"] * scale)


def optimisers_of(network: nn.Module, muon_lr: float, adam_lr: float) -> list[torch.optim.Optimizer]:
    """Muon for matrices and kernels of the body; AdamW for vectors, codes, both ends and the recurrent layer."""
    matrices, rest = [], []
    for name, parameter in network.named_parameters():
        inside = not name.startswith(("merge.", "spread.", "waist.recurrent")) and parameter.ndim >= 2
        (matrices if inside else rest).append(parameter)
    adam = torch.optim.AdamW(rest, lr=adam_lr, betas=(0.9, 0.99), weight_decay=0.0)
    return (
        [Muon(matrices, muon_lr), adam]
        if muon_lr > 0
        else [torch.optim.AdamW(network.parameters(), lr=adam_lr, weight_decay=0.01)]
    )
