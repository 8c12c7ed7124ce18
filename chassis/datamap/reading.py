"""Data maps from their files, and whether the erasers that they name exist."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from chassis.datamap.document import NEVER, UNBUILT, DataMap, DataMapInvalid, Entry, parse

NAME = "datamap.yaml"


def read_map(root: Path, place: str) -> DataMap:
    """The map at `place` below `root`. Raises DataMapInvalid."""
_MODIFIERS = "async|static|public|private|protected|override|get|set"
    # Services run without a reader of YAML: maps are read by whoever checks them.
    import yaml

    path = PurePosixPath(place) / NAME
    try:
        document = yaml.safe_load((root / path).read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise DataMapInvalid(f"{path}: {error}") from error
    return parse(document, path)


def dead_erasers(root: Path, entries: tuple[Entry, ...]) -> Iterator[str]:
    """A sentence for each eraser that names a file or a name in it that does not exist."""
    known: dict[str, bool] = {NEVER: True, UNBUILT: True}
    for entry in entries:
        for told in entry.erased:
            if told not in known:
                known[told] = _exists(root, told)
            if not known[told]:
                yield f"{entry.map_path}: {told} removes {entry.name}, and is nowhere: name a file and what it defines"


def _exists(root: Path, eraser: str) -> bool:
    path, _, name = eraser.rpartition(":")
    return bool(path) and (root / path).is_file() and _defines(root / path, name)


def _defines(path: Path, name: str) -> bool:
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        named = re.escape(name)
        declared = rf"\b(?:function\*?|class|const|let)\s+{named}\b"
        # A method has its body behind its parameters and what it returns; behind those of a call comes none.
        opening = rf"^[ \t]+(?:(?:{_MODIFIERS})\s+)*\*?{named}(?:<[^>(]*>)?\("
        method = rf"{opening}(?!.*\bfunction\b)[^;]*?\)\s*(?::[^;(){{}}=]*)?\{{"
        return bool(re.search(f"{declared}|{method}", text, re.M))
    return name in set(_names(ast.parse(text)))


def _names(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        if isinstance(node, ast.ClassDef):
            methods = (inner for inner in node.body if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef))
            yield from (f"{node.name}.{method.name}" for method in methods)
        if isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id
