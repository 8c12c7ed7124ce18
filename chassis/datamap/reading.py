"""Data maps from their files, and whether the erasers that they name exist."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from chassis.datamap.document import NEVER, UNBUILT, DataMap, DataMapInvalid, Entry, parse

if TYPE_CHECKING:
    import yaml

NAME = "datamap.yaml"
_MODIFIERS = "async|static|public|private|protected|override|get|set"


def read_map(root: Path, place: str) -> DataMap:
    """The map at `place` below `root`. Raises DataMapInvalid."""
    # Services run without a reader of YAML: maps are read by whoever checks them.
    import yaml

    path = PurePosixPath(place) / NAME
    text = (root / path).read_text(encoding="utf-8")
    try:
        document = yaml.safe_load(text)
        repeated = list(_repeated(yaml.compose(text, Loader=yaml.SafeLoader)))
    except yaml.YAMLError as error:
        raise DataMapInvalid(f"{path}: {error}") from error
    if repeated:
        raise DataMapInvalid("\n".join(f"{path}: {fault}" for fault in repeated))
    return parse(document, path)


def _repeated(node: yaml.Node | None) -> Iterator[str]:
    """Names that a mapping has twice: a reader takes the last of them, and what the first said is lost unseen."""
    if node is None or isinstance(node.value, str):
        return
    seen: set[str] = set()
    for each in node.value:
        # A list's are alone, a mapping's with their names.
        if not isinstance(each, tuple):
            yield from _repeated(each)
            continue
        key, value = each
        if str(key.value) in seen:
            yield f"{key.value} stands twice, the second time in line {key.start_mark.line + 1}: leave one"
        seen.add(str(key.value))
        yield from _repeated(value)


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
