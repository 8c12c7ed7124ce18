"""Train the network, or go on where a run was cut off.

    python -m inference.training.train --data DATA --run RUN --minutes 120 [--anneal-minutes 25]

`RUN/latest.pt` holds everything a run needs to go on; `RUN/ema.pt` the averaged weights to score and export;
`RUN/log.jsonl` the curve. With --anneal-minutes the rate falls to zero over the last minutes, and the run's state
before that is kept in `RUN/latest.pt`, so that a later run goes on from the unspent rate.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import multiprocessing
import os
import queue
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from multiprocessing.context import SpawnContext, SpawnProcess
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from inference.training.export import restore
from inference.training.losses import separation_loss
from inference.training.mixtures import Corpus, Mixer
from inference.training.network import STEMS, Network, Shape, at_one_level, features, grown, masked, summing_to_one
from inference.training.optimisers import has_bfloat16, optimisers_of
from inference.training.spectra import spectrum

EMA_DECAY = 0.998
WARM_UP_STEPS = 60
# From malloc.h.
_M_TRIM_THRESHOLD, _M_MMAP_MAX = -1, -4


@dataclass(frozen=True)
class Plan:
    """How a run goes."""

    data: Path
    run: Path
    minutes: float
    anneal_minutes: float
    batch: int
    frames: int
    rounds: int
    muon_lr: float
    adam_lr: float
    seed: int
    threads: int
    device: str
    loaders: int
    compile: bool
    start_from: Path | None = None
    grow: Mapping[str, object] = field(default_factory=dict)


class Batch(NamedTuple):
    """Examples: `parts` [B, 5, 2, n], and which of them are `over_a_backing` [B]."""

    parts: NDArray[np.float32]
    over_a_backing: NDArray[np.bool_]


def load_examples(data: Path, length_samples: int, seed: int, batch: int, out: multiprocessing.Queue[Batch]) -> None:
    """The loading process: batches without end."""
    os.nice(5)
    torch.set_num_threads(1)
    examples = Mixer(Corpus(data), length_samples, seed).examples()
    while True:
        drawn = [next(examples) for _ in range(batch)]
        out.put(
            Batch(np.stack([each.parts for each in drawn]), np.array([each.over_a_backing for each in drawn], np.bool_))
        )


def start_loader(
    context: SpawnContext,
    plan: Plan,
    run: Run,
    length: int,
    number: int,
    out: multiprocessing.Queue[Batch],
) -> SpawnProcess:
    """A loading process with a seed of its own, which depends on the step that the run goes on from."""
    arguments = (plan.data, length, plan.seed + run.step + 1_000_003 * number, plan.batch, out)
    loader = context.Process(target=load_examples, args=arguments, daemon=True)
    loader.start()
    return loader


def treated_spectra(
    stems: Tensor, over_a_backing: Tensor, random: torch.Generator, shape: Shape, round_number: int
) -> tuple[Tensor, Tensor, Tensor]:
    """Mix spectrum [B, 4, F, T], stems' [B, S, 4, F, T] and which are known [B, S], of spectra [B, 5, 4, F, T].

    After the first round the stems of a batch are dealt anew, with other levels and equalisers: mixtures for the price
    of a multiplication. A backing stays one: no stem but the voice is dealt apart from it.
    """
    batch, count = stems.shape[0], len(STEMS)
    parts, artefact = stems[:, :count], stems[:, count]
    known = torch.ones(batch, count, device=stems.device)
    if round_number == 0:
        known[over_a_backing, 1:] = 0
        return parts.sum(dim=1) + artefact, parts, known
    voices, last = (torch.randperm(batch, generator=random, device=stems.device) for _ in range(2))
    backed = over_a_backing[last]
    known[backed, 1:] = 0
    others = torch.nonzero(~over_a_backing)[:, 0]
    orders = [voices]
    for _ in range(count - 2):
        order = last.clone()
        order[~backed] = others[torch.randperm(len(others), generator=random, device=stems.device)]
        orders.append(order)
    orders.append(last)
    parts = torch.stack([parts[order, at] for at, order in enumerate(orders)], dim=1)
    gains = 10 ** (torch.randn(batch, count, 1, 1, 1, generator=random, device=stems.device) * 3 / 20)
    parts = parts * gains * equaliser(batch * count, shape.bins, random).reshape(batch, count, 1, -1, 1)
    return parts.sum(dim=1), parts, known


def equaliser(count: int, bins: int, random: torch.Generator) -> Tensor:
    """Smooth gain curves [count, bins]: points about an octave apart, about 3 dB up or down."""
    device = random.device
    points = torch.randn(count, 1, 12, generator=random, device=device) * 3
    points = points * (torch.rand(count, 1, 1, generator=random, device=device) < 0.7)
    place = torch.log2(torch.arange(bins, dtype=torch.float32, device=device) + 1) / np.log2(bins) * 2 - 1
    grid = torch.stack((place, torch.zeros_like(place)), dim=-1).expand(count, 1, bins, 2)
    curve = torch.nn.functional.grid_sample(points[:, :, None], grid, align_corners=True)
    return 10 ** (curve.reshape(count, bins) / 20)


@torch.no_grad()
def seen(mix: Tensor) -> Tensor:
    """The network's features [B, 6, F, T] of a mix [B, 4, F, T], channels last."""
    return features(at_one_level(mix)).contiguous(memory_format=torch.channels_last)


def judged(raw: Tensor, mix: Tensor, stems: Tensor, known: Tensor) -> tuple[Tensor, Tensor]:
    """The loss of raw masks; one function, so that compiled it makes one pass over the largest tensors there are."""
    return separation_loss(masked(summing_to_one(raw.float(), stems.shape[1]), mix), stems, mix, known)


class Run:
    """The state of a training run, on disk between sessions."""

    def __init__(self, plan: Plan, shape: Shape) -> None:
        self.plan = plan
        plan.run.mkdir(parents=True, exist_ok=True)
        torch.manual_seed(plan.seed)
        found = read(plan.run / "latest.pt", plan.device)
        first = found or (beginning(plan.start_from, plan.grow, plan.device) if plan.start_from else None)
        self.shape = Shape.from_json(first["shape"]) if first else shape
        self.network = Network(self.shape).to(plan.device, memory_format=torch.channels_last)
        self.half = plan.device == "cuda" or has_bfloat16()
        compiled: Callable[[Any], Any] = torch.compile if plan.compile else lambda function: function
        self.see, self.body, self.judge = compiled(seen), compiled(self.network.raw), compiled(judged)
        self.optimisers = optimisers_of(self.network, plan.muon_lr, plan.adam_lr)
        self.rates = [optimiser.param_groups[0]["lr"] for optimiser in self.optimisers]
        self.step, self.seconds, self.audio_s = 0, 0.0, 0.0
        self.ema = {name: value.clone() for name, value in self.network.state_dict().items()}
        if first:
            self.network.load_state_dict(first["network"])
            self.ema = first.get("ema") or {name: value.clone() for name, value in first["network"].items()}
            self.step, self.seconds, self.audio_s = first["step"], first["seconds"], first["audio_s"]
        # Only floats are averaged; what counts (batches seen by a norm) is not used.
        pairs = [
            (self.ema[name], value) for name, value in self.network.state_dict().items() if value.is_floating_point()
        ]
        self.averages, self.values = (list(side) for side in zip(*pairs, strict=True))
        if found:
            for optimiser, state in zip(self.optimisers, found["optimisers"], strict=True):
                optimiser.load_state_dict(state)

    def learn(self, mix: Tensor, stems: Tensor, known: Tensor, rate: float) -> tuple[float, Tensor]:
        """One step at `rate` of the full learning rate; returns the loss and each stem's, in dB."""
        for optimiser, full in zip(self.optimisers, self.rates, strict=True):
            for group in optimiser.param_groups:
                group["lr"] = full * rate
        given = self.see(mix)
        # Half precision for what multiplies, where it is a gift; masks and losses stay in 32 bits.
        with torch.autocast(self.plan.device, torch.bfloat16, enabled=self.half):
            raw = self.body(given)
        loss, each = self.judge(raw, mix, stems, known)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
        if torch.isfinite(norm):
            for optimiser in self.optimisers:
                optimiser.step()
        for optimiser in self.optimisers:
            optimiser.zero_grad(set_to_none=True)
        self.step += 1
        decay = min(EMA_DECAY, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            torch._foreach_lerp_(self.averages, self.values, 1 - decay)
        return float(loss.detach()), each

    def save(self, *, whole: bool) -> None:
        """Keep the averaged weights; with `whole`, everything a later run needs."""
        facts = {"shape": self.shape.as_json(), "step": self.step, "seconds": self.seconds, "audio_s": self.audio_s}
        write(self.plan.run / "ema.pt", {**facts, "network": self.ema})
        if whole:
            states = [optimiser.state_dict() for optimiser in self.optimisers]
            write(
                self.plan.run / "latest.pt",
                {**facts, "network": self.network.state_dict(), "ema": self.ema, "optimisers": states},
            )


def read(path: Path, device: str) -> dict[str, Any] | None:
    """A checkpoint, None where there is none."""
    return torch.load(path, weights_only=True, map_location=device) if path.exists() else None


def beginning(path: Path, grow: Mapping[str, object], device: str) -> dict[str, Any]:
    """What a fresh run begins with: a run's checkpoint, or a released model's `network.onnx`; deeper at will."""
    facts: dict[str, Any] = {"step": 0, "seconds": 0.0, "audio_s": 0.0}
    if path.suffix == ".onnx":
        network = restore(path)
    else:
        facts = read(path, device) or {}
        if not facts:
            raise SystemExit(f"--start-from: there is no {path}")
        network = Network(Shape.from_json(facts["shape"]))
        network.load_state_dict(facts["network"])
    if grow:
        network = grown(network, Shape.from_json({**network.shape.as_json(), **grow}))
        facts["ema"] = None
    return {**facts, "shape": network.shape.as_json(), "network": network.to(device).state_dict()}


def write(path: Path, found: dict[str, object]) -> None:
    """A checkpoint, whole or not at all."""
    fresh = path.with_suffix(".new")
    torch.save(found, fresh)
    fresh.rename(path)


def rate_at(plan: Plan, step: int, elapsed_s: float) -> float:
    """Share of the full learning rate: a short warm-up, level, and a straight fall over the last minutes."""
    left = plan.minutes * 60 - elapsed_s
    fall = max(0.0, min(1.0, left / (plan.anneal_minutes * 60))) if plan.anneal_minutes > 0 else 1.0
    return min(1.0, (step + 1) / WARM_UP_STEPS) * fall


def train(plan: Plan, shape: Shape) -> None:
    """Until the minutes are over."""
    torch.set_num_threads(plan.threads)
    run = Run(plan, shape)
    context = multiprocessing.get_context("spawn")
    batches: multiprocessing.Queue[Batch] = context.Queue(maxsize=2 + plan.loaders)
    length = (plan.frames - 1) * run.shape.hop
    loaders = [start_loader(context, plan, run, length, number, batches) for number in range(plan.loaders)]
    random = torch.Generator(plan.device).manual_seed(plan.seed + run.step)
    began = noted = saved = time.monotonic()
    already_s = run.seconds
    losses: list[tuple[float, Tensor]] = []
    try:
        while (elapsed_s := time.monotonic() - began) < plan.minutes * 60:
            try:
                batch = batches.get(timeout=120)
            except queue.Empty:
                raise SystemExit("the loading process gives nothing; see its error above") from None
            found = spectrum(torch.from_numpy(batch.parts).to(plan.device), run.shape)[..., : run.shape.bins, :]
            backed = torch.from_numpy(batch.over_a_backing).to(plan.device)
            for round_number in range(plan.rounds):
                mix, stems, known = treated_spectra(found, backed, random, run.shape, round_number)
                losses.append(run.learn(mix, stems, known, rate_at(plan, run.step, elapsed_s)))
            run.audio_s += plan.rounds * plan.batch * length / 44_100
            run.seconds = already_s + time.monotonic() - began
            if time.monotonic() - noted > 60:
                note(run, losses, rate_at(plan, run.step, elapsed_s))
                losses, noted = [], time.monotonic()
            if time.monotonic() - saved > 180:
                run.save(whole=elapsed_s < (plan.minutes - plan.anneal_minutes) * 60)
                saved = time.monotonic()
    finally:
        for loader in loaders:
            loader.kill()
    run.save(whole=plan.anneal_minutes == 0)


def note(run: Run, losses: list[tuple[float, Tensor]], rate: float) -> None:
    """One line for the curve, and for who watches."""
    mean = sum(loss for loss, _ in losses) / len(losses)
    each = torch.stack([each for _, each in losses]).mean(dim=0).tolist()
    line = {
        "step": run.step,
        "minutes": round(run.seconds / 60, 1),
        "audio_h": round(run.audio_s / 3600, 2),
        "loss_db": round(mean, 3),
        "stems_db": dict(zip(STEMS, (round(value, 2) for value in each), strict=True)),
        "rate": round(rate, 3),
    }
    with (run.plan.run / "log.jsonl").open("a") as log:
        log.write(json.dumps(line) + "\n")
    print(json.dumps(line), flush=True)


def keep_freed_memory() -> None:
    """Let malloc keep what is freed: returned to the system, every step's tensors would cost a fault for each page.

    Measured: a tenth of a compiled step, a fifth of one that is not.
    """
    os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt:  # glibc's alone
        mallopt(_M_MMAP_MAX, 0)
        mallopt(_M_TRIM_THRESHOLD, -1)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=120)
    parser.add_argument("--anneal-minutes", type=float, default=0)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--frames", type=int, default=256, help="length of an example; a multiple of 8")
    parser.add_argument("--rounds", type=int, default=3, help="mixtures made of one loaded batch")
    parser.add_argument("--muon-lr", type=float, default=0.02, help="0: AdamW for everything")
    parser.add_argument("--adam-lr", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument(
        "--start-from", type=Path, help="checkpoint or released network.onnx whose weights a fresh run begins with"
    )
    parser.add_argument(
        "--grow", type=json.loads, default={}, help="JSON of deeper `down` and `up` for what --start-from gives"
    )
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--loaders", type=int, default=1, help="processes that draw and treat examples")
    parser.add_argument("--compile", action=argparse.BooleanOptionalAction, default=True, help="fuse by TorchInductor")
    parser.add_argument("--shape", type=json.loads, default={}, help="JSON of a Shape's fields that differ")
    given = vars(parser.parse_args())
    shape = Shape.from_json({**Shape().as_json(), **given.pop("shape")})
    keep_freed_memory()
    train(Plan(**given), shape)


if __name__ == "__main__":
    main()
