"""A test says in one sentence what is promised."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.lints.source import Finding, Source


def unpromised_tests(source: Source) -> Iterator[Finding]:
    """A test function without a docstring."""
    if not (source.is_python and source.path.parts[0] == "tests" and source.path.name.startswith("test_")):
        return
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or not node.name.startswith("test_"):
            continue
        if not ast.get_docstring(node):
            yield source.finding(node.lineno, f"{node.name} has no docstring: the promise, in one sentence")
