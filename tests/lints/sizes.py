"""A file fits a sitting, a function fits a screen."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from tests.lints.source import Finding, Source

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 70
LONGER: Mapping[str, int] = {
    # Each RPC's rule took four lines, and a message that moves to another file breaks whoever imports it.
    "protos/stripsession/library/v1/library_service.proto": 460,
}
"""File that may be longer -> how long. It may only shrink."""
MEASURED_SUFFIXES = frozenset({".css", ".js", ".proto", ".py", ".sh", ".sql", ".svelte", ".ts"})


def long_files(source: Source) -> Iterator[Finding]:
    """A file of more than 400 lines."""
    lines = source.text.count("\n")
    most = LONGER.get(str(source.path), FILE_LINES_MAX)
    if source.path.suffix in MEASURED_SUFFIXES and lines > most:
        yield source.finding(1, f"{lines} lines; a file has at most {most}")


def long_functions(source: Source) -> Iterator[Finding]:
    """A function of more than 70 lines, from `def` to its end."""
    if not source.is_python:
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES_MAX:
                yield source.finding(node.lineno, f"{node.name} has {lines} lines; at most {FUNCTION_LINES_MAX}")
