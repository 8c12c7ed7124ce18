"""Muon for everything that multiplies, AdamW for the rest.

Muon (Keller Jordan, 2024): momentum whose matrix is brought near to an orthogonal one by a few Newton-Schulz steps, so
that rare directions learn as fast as common ones. Convolutions are taken as matrices [out, in * height * width].
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn

# The quintic's coefficients, from the author's published implementation notes: they trade exactness for speed.
_A, _B, _C = 3.4445, -4.7750, 2.0315


def orthogonal(matrix: Tensor, steps: int = 5) -> Tensor:
    """Matrices [.., m, n] of the same directions with all singular values near 1."""
    tall = matrix.shape[-2] > matrix.shape[-1]
    found = matrix.mT if tall else matrix
    # Rounding to 16 bits is far below the quintic's own error, and several times faster where the processor has them.
    found = found.bfloat16() if has_bfloat16() else found
    found = found / (found.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(steps):
        square = found @ found.mT
        found = _A * found + (_B * square + _C * square @ square) @ found
    return (found.mT if tall else found).to(matrix.dtype)


def has_bfloat16() -> bool:
    """Whether this processor multiplies 16-bit floats itself; where it does not they are slower than 32-bit ones."""
    return bool(torch.cpu._is_avx512_bf16_supported())  # there is no public name for it


class Muon(torch.optim.Optimizer):
    """Nesterov momentum, made orthogonal; weight decay apart from the gradient."""

    def __init__(
        self, parameters: Iterable[nn.Parameter], lr: float, momentum: float = 0.95, weight_decay: float = 0.01
    ) -> None:
        super().__init__(parameters, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]  # no closure is ever used
        """One step. Matrices of one shape go together: few large operations, where many small ones would wait."""
        for group in self.param_groups:
            alike: dict[tuple[int, ...], list[nn.Parameter]] = {}
            for parameter in group["params"]:
                if parameter.grad is not None:
                    alike.setdefault(tuple(parameter.shape), []).append(parameter)
            for parameters in alike.values():
                self._step_together(parameters, group)

    def _step_together(self, parameters: list[nn.Parameter], group: dict[str, Any]) -> None:
        for parameter in parameters:
            if "momentum" not in self.state[parameter]:
                self.state[parameter]["momentum"] = torch.zeros_like(parameter)
        momenta = [self.state[parameter]["momentum"] for parameter in parameters]
        gradients = [parameter.grad for parameter in parameters]
        torch._foreach_lerp_(momenta, gradients, 1 - group["momentum"])
        updates = torch.stack(torch._foreach_lerp(gradients, momenta, group["momentum"])).flatten(2)
        scale = max(1.0, updates.shape[1] / updates.shape[2]) ** 0.5
        made = orthogonal(updates).view(len(parameters), *parameters[0].shape)
        torch._foreach_mul_(parameters, 1 - group["lr"] * group["weight_decay"])
        torch._foreach_add_(parameters, list(made.unbind()), alpha=-group["lr"] * scale)


def optimisers_of(network: nn.Module, muon_lr: float, adam_lr: float) -> list[torch.optim.Optimizer]:
    """Muon for matrices and kernels of the body; AdamW for vectors, codes, both ends and the recurrent layer."""
    matrices, rest = [], []
    for name, parameter in network.named_parameters():
        inside = not name.startswith(("merge.", "spread.", "waist.recurrent")) and parameter.ndim >= 2
        (matrices if inside else rest).append(parameter)
    adam = torch.optim.AdamW(rest, lr=adam_lr, betas=(0.9, 0.99), weight_decay=0.0, fused=True)
    return (
        [Muon(matrices, muon_lr), adam]
        if muon_lr > 0
        else [torch.optim.AdamW(network.parameters(), lr=adam_lr, weight_decay=0.01)]
    )
