"""Networks with their transforms inside, for GPUs: made and checked when they are first asked for, and then kept."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from stack.inference_programs import DISK, lines_of, python_for
from stack.layout import Layout, program_root
from stack.model_repository import GPU_NETWORK, PRECISIONS, GpuNetwork
from stack.registry import Model, ModelRefused, digest_of

_LOCK = "checking.txt"
_REPORT = Path(GPU_NETWORK).with_suffix(".json").name


def made_network(layout: Layout, model: Model, say: Callable[[str], None]) -> GpuNetwork:
    """The network of a `spectrogram` model with its transforms inside. Raises ModelRefused, OSError.

    It is made in some fifteen seconds, mostly spent comparing it with the door, and again only when the model or the
    programs that made it have changed.
    """
    folder = layout.gpu_networks / model.name
    made_from = _made_from(model)
    if kept := _kept(folder, made_from):
        return kept
    python = python_for(layout, _LOCK, DISK[_LOCK], say)
    layout.gpu_networks.mkdir(parents=True, exist_ok=True)
    staging = layout.gpu_networks / f".{model.name}.{os.getpid()}"
    shutil.rmtree(staging, ignore_errors=True)
    fresh = staging / "fresh"
    try:
        fresh.mkdir(parents=True, mode=0o700)
        _make(python, model, fresh / GPU_NETWORK, staging, say)
        report = json.loads((fresh / _REPORT).read_text(encoding="utf-8"))
        (fresh / _REPORT).write_text(json.dumps(report | {"made_from": made_from}, indent=2) + "\n", encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        fresh.rename(folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    kept = _kept(folder, made_from)
    if kept is None:
        raise ModelRefused(f"the disk did not keep what was made for {model.name} in {folder}")
    return kept


def _make(python: Path, model: Model, out: Path, home: Path, say: Callable[[str], None]) -> None:
    argv = [str(python), "-m", "inference.gpu.make_waveform", str(model.folder.resolve()), str(out)]
    last = ""
    for line, is_error in lines_of(argv, home):
        last = line if is_error else last
        if not is_error:
            say(line)
    if not out.with_name(_REPORT).is_file():
        reason = last.removeprefix("refused: ") or "the program that puts its transforms inside ended"
        raise ModelRefused(f"{model.name} cannot run on a GPU: {reason}")


def _kept(folder: Path, made_from: str) -> GpuNetwork | None:
    """What was made before, if it was made from the same and is still what it was."""
    try:
        report = json.loads((folder / _REPORT).read_text(encoding="utf-8"))
        sha256 = digest_of(folder / GPU_NETWORK)
    except (OSError, ValueError):
        return None
    is_the_same = isinstance(report, dict) and report.get("made_from") == made_from and report.get("sha256") == sha256
    if not is_the_same or report.get("precision") not in PRECISIONS:
        return None
    return GpuNetwork(folder / GPU_NETWORK, sha256, str(report["precision"]))


def _made_from(model: Model) -> str:
    """A digest of all that decides what is made: the model's files, its card, and our own programs."""
    told = [model.digest, model.sample_rate_hz, model.segment_samples, list(model.stems), dict(model.transform)]
    digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode())
    programs = program_root() / "inference"
    for path in sorted([*(programs / "gpu").glob("*.py"), *(programs / "door").rglob("*.py")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()
