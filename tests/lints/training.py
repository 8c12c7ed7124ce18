"""No path leads from what people sent to training: neither imports the other, nor training what reaches stores."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chassis.training import REACHING, SERVING
from tests.lints.source import Finding, Source

FOLDER = "inference/training/"


def paths_to_training(source: Source) -> Iterator[Finding]:
    """An import in training of what serves people or reaches it, and an import of training by anything but itself."""
    place = str(source.path)
    if not source.is_python or place.startswith("tests/"):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            modules = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        for module in modules:
            is_out = place.startswith(FOLDER) and module.partition(".")[0] in SERVING | REACHING
            is_in = not place.startswith(FOLDER) and f"{module}.".startswith("inference.training.")
            if is_out or is_in:
                yield source.finding(node.lineno, "no path leads from people's audio to training: they share no import")
                break
