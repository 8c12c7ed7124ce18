"""What a package's code can write into a log: read from its calls, each of which must show what it says."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

_LEVELS = frozenset({"debug", "info", "warning", "error", "exception", "critical", "log"})
_LOGGERS = frozenset({"_log", "log", "logger", "root"})
TRACEBACK = "error"
"""The field that an exception's traceback goes to."""


class Unreadable(Exception):
    """A call that logs something whose name cannot be read from the code: log it under a name, as `name=value`."""


def fields_of(folder: Path) -> dict[str, str]:
    """Name of each field -> where it is logged."""
    found: dict[str, str] = {}
    for path in sorted(folder.rglob("*.py")):
        if "testing" not in path.parts:
            for name, line in fields_in(path.read_text(encoding="utf-8"), str(path)):
                found.setdefault(name, f"{path}:{line}")
    return found


def fields_in(text: str, place: str) -> Iterator[tuple[str, int]]:
    """Names and lines. Raises Unreadable."""
    tree = ast.parse(text)
    told_by = _tellers(tree)
    for node in ast.walk(tree):
        # Calls are known by what their logger is called.
        if isinstance(node, ast.Assign) and _is_made(node.value) and _target(node.targets[0]) not in _LOGGERS:
            raise Unreadable(f"{place}:{node.lineno}: call a logger {' or '.join(sorted(_LOGGERS))}")
    for scope in ast.walk(tree):
        if not isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef | ast.Module):
            continue
        for call in _own_calls(scope):
            yield from ((name, call.lineno) for name in _Call(call, scope, told_by, place).names())


class _Call:
    """One call of a function, and the fields it logs if it logs."""

    def __init__(self, call: ast.Call, scope: ast.AST, told_by: dict[str, int], place: str) -> None:
        self._call, self._scope, self._told_by, self._place = call, scope, told_by, place

    def names(self) -> Iterator[str]:
        function = self._call.func
        if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
            if (function.value.id, function.attr) == ("logs", "event"):
                yield from self._event(2)
                return
            if function.value.id in _LOGGERS and function.attr in _LEVELS:
                yield from self._plain(function.attr)
                return
        if _is_logger(function):
            yield from self._plain(function.attr if isinstance(function, ast.Attribute) else "")
        elif isinstance(function, ast.Name) and function.id in self._told_by:
            yield from self._event(None)

    def _event(self, message_at: int | None) -> Iterator[str]:
        if message_at is not None:
            self._require_text(self._call.args[message_at])
        for keyword in self._call.keywords:
            if keyword.arg is None:
                raise self._unreadable("`**`")
            yield keyword.arg

    def _plain(self, level: str) -> Iterator[str]:
        said = self._call.args[1:] if level == "log" else self._call.args
        if not _passes_on(self._scope, said[0]):
            self._require_text(said[0])
        yield from (self._name_of(value) for value in said[1:])
        if level == "exception":
            yield TRACEBACK
        for keyword in self._call.keywords:
            if keyword.arg == "exc_info":
                yield TRACEBACK
            elif keyword.arg == "extra":
                yield from self._extra(keyword.value)
            elif keyword.arg != "stacklevel":
                raise self._unreadable(str(keyword.arg))

    def _extra(self, told: ast.expr) -> Iterator[str]:
        if isinstance(told, ast.Dict) and [_text(key) for key in told.keys] == ["fields"]:
            yield from self._listed(told.values[0])
        else:
            raise self._unreadable("extra")

    def _listed(self, told: ast.expr) -> Iterator[str]:
        if isinstance(told, ast.Name):
            if told.id == "fields" and _is_teller(self._scope):
                return
            given = [found for node in ast.walk(self._scope) if (found := _assigned(node, told.id))]
            if len(given) != 1:
                raise self._unreadable(told.id)
            told = given[0]
        if not isinstance(told, ast.Dict):
            raise self._unreadable(ast.unparse(told))
        for key, value in zip(told.keys, told.values, strict=True):
            if key is None:
                yield from self._listed(value)
            elif (name := _text(key)) is None:
                raise self._unreadable(ast.unparse(key))
            else:
                yield name

    def _name_of(self, value: ast.expr) -> str:
        if isinstance(value, ast.Name):
            return value.id
        if isinstance(value, ast.Attribute):
            return value.attr
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
            return value.func.attr
        raise self._unreadable(ast.unparse(value))

    def _require_text(self, message: ast.expr) -> None:
        if _text(message) is None:
            raise self._unreadable(ast.unparse(message))

    def _unreadable(self, what: str) -> Unreadable:
        return Unreadable(f"{self._place}:{self._call.lineno}: {what} cannot be read: log it as name=value, in sight")


def _own_calls(scope: ast.AST) -> Iterator[ast.Call]:
    """Calls in a function, and not in functions inside it."""
    for child in ast.iter_child_nodes(scope):
        if isinstance(child, ast.Call):
            yield child
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _own_calls(child)


def _tellers(tree: ast.Module) -> dict[str, int]:
    """Functions that log whatever `**fields` they are given: who calls them names the fields."""
    return {node.name: node.lineno for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and _is_teller(node)}


def _is_teller(scope: ast.AST) -> bool:
    if not isinstance(scope, ast.FunctionDef) or scope.args.kwarg is None or scope.args.kwarg.arg != "fields":
        return False
    return any(isinstance(node, ast.keyword) and node.arg == "extra" for node in ast.walk(scope))


def _is_logger(function: ast.expr) -> bool:
    """`logging.getLogger(...).critical`."""
    return (
        isinstance(function, ast.Attribute)
        and function.attr in _LEVELS
        and isinstance(function.value, ast.Call)
        and isinstance(function.value.func, ast.Attribute)
        and function.value.func.attr == "getLogger"
    )


def _is_made(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr == "getLogger"


def _passes_on(scope: ast.AST, message: ast.expr) -> bool:
    """A teller's own argument, which its callers give."""
    return _is_teller(scope) and isinstance(message, ast.Name)


def _assigned(node: ast.AST, name: str) -> ast.expr | None:
    is_it = isinstance(node, ast.Assign) and [_target(target) for target in node.targets] == [name]
    return node.value if is_it and isinstance(node, ast.Assign) else None


def _target(target: ast.expr) -> str | None:
    return target.id if isinstance(target, ast.Name) else None


def _text(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
