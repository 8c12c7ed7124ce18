"""Whether what serves people can reach what trains models, or that reaches what serves people."""

from __future__ import annotations

import ast
import asyncio
import sys
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]
TRAINING = "inference.training"
SERVING = frozenset({"chassis", "cli", "services", "stack", "stripsession"})
"""Packages of which what serves people is made, besides what of `inference` is not training."""
REACHING = frozenset({"asyncpg", "boto3", "grpc", "httpx", "nats", "obstore", "psycopg", "requests", "tritonclient"})
"""Libraries by which stores and networks are reached."""
_PARSING = threading.Lock()
"""Python 3.11 cannot parse in two threads at once ("AST constructor recursion depth mismatch")."""


async def examine_imports(root: Path = ROOT, loaded: Collection[str] = sys.modules) -> Mapping[str, int]:
    """How many modules were read, and how many imports lead to training or from it to what people sent.

    Read is whatever is there: in an image one service with the chassis, on one machine all that serves, and training
    itself where that is installed beside it. A module of training that is loaded by whatever way counts as well.
    """
    return await asyncio.to_thread(_examine, root, tuple(loaded))


def _examine(root: Path, loaded: Iterable[str]) -> Mapping[str, int]:
    training = _modules(root.joinpath(*TRAINING.split(".")))
    beside = set(_modules(root / "inference")) - set(training)
    serving = [*(path for name in SERVING for path in _modules(root / name)), *beside]
    inward = sum(_leads_in(root, path) for path in serving)
    outward = sum(_leads_out(root, path) for path in training)
    held = sum(f"{name}.".startswith(f"{TRAINING}.") for name in loaded)
    return {"modules_read": len(serving) + len(training), "paths_to_training": inward + outward + held}


def _modules(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))


def _leads_in(root: Path, path: Path) -> bool:
    text, package = path.read_text(encoding="utf-8"), _package(root, path)
    # Parsing what never says the words would take this process a second or more; its own package's need not be said.
    if not all(word in text or word in package for word in TRAINING.split(".")):
        return False
    names = {*_imports(package, text), *_strings(text)}
    return any(f"{name}.".startswith(f"{TRAINING}.") for name in names) and path != Path(__file__)


def _leads_out(root: Path, path: Path) -> bool:
    text = path.read_text(encoding="utf-8")
    if not any(word in text for word in SERVING | REACHING):
        return False
    names = _imports(_package(root, path), text)
    return any(name.partition(".")[0] in SERVING | REACHING for name in names)


def _package(root: Path, path: Path) -> tuple[str, ...]:
    return path.relative_to(root).parts[:-1]


def _imports(package: tuple[str, ...], text: str) -> Iterator[str]:
    """Names of all that a module of that package may import, in full."""
    for node in ast.walk(_parsed(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            # One dot is the package itself, each more the one around it.
            around = package[: max(0, len(package) + 1 - node.level)] if node.level else ()
            module = ".".join([*around, *([node.module] if node.module else [])])
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def _strings(text: str) -> Iterator[str]:
    """Texts that name a module, as importlib is told them."""
    for node in ast.walk(_parsed(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _parsed(text: str) -> ast.Module:
    with _PARSING:
        return ast.parse(text)
