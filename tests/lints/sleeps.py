"""Tests wait for what they wait for, with a deadline; they never sleep."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.lints.source import Finding, Source

SLEEPS = frozenset({"sleep", "wait_for_timeout"})


def sleeping_tests(source: Source) -> Iterator[Finding]:
    """A sleep in a test module or conftest; `sleep(0)`, which only lets others run, is allowed."""
    is_test = source.path.name.startswith("test_") or source.path.name == "conftest.py"
    if not (source.is_python and source.path.parts[0] == "tests" and is_test):
        return
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        yields_only = len(node.args) == 1 and isinstance(node.args[0], ast.Constant) and node.args[0].value == 0
        if called in SLEEPS and not yields_only:
            yield source.finding(node.lineno, "a test sleeps: wait for the event or condition, with a deadline")
