"""Tests wait for what they wait for, with a deadline; they never sleep."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.lints.source import Finding, Source

SLEEPS = frozenset({"sleep", "wait_for_timeout"})
DEADLINE_S_MIN = 1.0
"""A wait that gives up sooner than this is no deadline: it lets time pass, whatever happened."""
_TIMEOUT_AT = {"wait": 0, "wait_for": 1, "select": 3}
"""Where a call takes its seconds, when not by name."""
_IN_TEXT = re.compile(r"\b(?:setTimeout|setInterval|waitForTimeout|pg_sleep)\s*\(")
_REASON = re.compile(r"(?:#|//) sleep: \w.*\w")
_MESSAGE = "a test sleeps: wait for the event or condition, with a deadline; or say `sleep:` and why on the line"


def sleeping_tests(source: Source) -> Iterator[Finding]:
    """A pause under tests/ or in the page's tests without a reason; `sleep(0)`, which only lets others run, is none."""
    lines = source.text.splitlines()
    for number in sorted(set(_pauses(source))):
        if not _REASON.search(lines[number - 1]):
            yield source.finding(number, _MESSAGE)


def _pauses(source: Source) -> Iterator[int]:
    """Lines."""
    if source.is_python and source.path.parts[0] == "tests":
        numbers, idle = _numbers(source.tree), _events_nobody_sets(source.tree)
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call) and _is_pause(node, numbers, idle):
                yield node.lineno
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield from _in_text(node.value, node.lineno)
    if source.path.parts[0] == "web" and source.path.name.endswith((".test.ts", ".fixture.ts")):
        yield from _in_text(source.text, 1)


def _in_text(text: str, first: int) -> Iterator[int]:
    return (first + text.count("\n", 0, match.start()) for match in _IN_TEXT.finditer(text))


def _is_pause(call: ast.Call, numbers: dict[str, float], idle: frozenset[str]) -> bool:
    name = _last_name(call.func)
    if name in SLEEPS:
        return not (len(call.args) == 1 and _value(call.args[0], numbers) == 0)
    if name not in _TIMEOUT_AT:
        return False
    if name != "select" and any(_is_idle_wait(each, idle) for each in (call, *call.args)):
        return bool(call.args or call.keywords)
    named = [keyword.value for keyword in call.keywords if keyword.arg == "timeout"]
    timeouts = named or call.args[_TIMEOUT_AT[name] : _TIMEOUT_AT[name] + 1]
    return any(0 < _value(each, numbers) < DEADLINE_S_MIN for each in timeouts)


def _is_idle_wait(node: ast.expr, idle: frozenset[str]) -> bool:
    """`pause.wait(...)` of an event that nobody sets."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "wait"):
        return False
    event = node.func.value
    return _is_event(event) or _last_name(event) in idle


def _is_event(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and _last_name(node.func) == "Event"


def _events_nobody_sets(tree: ast.Module) -> frozenset[str]:
    """Names of this module's events that it does nothing with but wait."""
    made: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target, value in _pairs(node.targets[0], node.value):
                made |= {_last_name(target)} if _is_event(value) else set()
    waits = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "wait"}
    others = {
        _last_name(node)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Name, ast.Attribute)) and isinstance(node.ctx, ast.Load) and id(node) not in waits
    }
    return frozenset(made - others)


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        yield from zip(target.elts, value.elts, strict=False)
    else:
        yield target, value


def _numbers(tree: ast.Module) -> dict[str, float]:
    """The module's named numbers."""
    named: dict[str, float] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            named[node.targets[0].id] = _value(node.value, {})
    return named


def _value(node: ast.expr, numbers: dict[str, float]) -> float:
    """NaN where it is no number that is written here."""
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        return float(node.value)
    return numbers.get(_last_name(node), float("nan"))


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
