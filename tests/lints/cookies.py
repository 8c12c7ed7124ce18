"""Cookies are set in one file, which names them all: what is set elsewhere would be in no data map."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.lints.source import Finding, Source

REGISTRY = "services/gateway/api/cookies.py"
_SETTERS = frozenset({"set_cookie", "delete_cookie"})
_REMEDY = f"cookies are set in {REGISTRY} alone: name it there, and map it in services/gateway/datamap.yaml"


def cookies_elsewhere(source: Source) -> Iterator[Finding]:
    """A call that sets or deletes a cookie, or the header that does, outside the registry."""
    place = str(source.path)
    if not source.is_python or not place.startswith(("services/", "chassis/")) or place == REGISTRY:
        return
    for node in ast.walk(source.tree):
        is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _SETTERS
        is_header = isinstance(node, ast.Constant) and str(_text(node.value)).lower() == "set-cookie"
        if isinstance(node, ast.expr) and (is_call or is_header):
            yield source.finding(node.lineno, _REMEDY)


def _text(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
