"""The page has words for whatever an erasure may count."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WORDS = ROOT / "web" / "src" / "i18n"
COUNTING = re.compile(r"erased\.count\(|note_erased\(|forget_evidence\(")
"""What a service calls with what it has removed."""
_NAMED_BY_SQL = re.compile(r"\bAS (\w+)")


def kinds() -> set[str]:
    """Of all that is removed, as the services' own code names it where it counts."""
    sources = [path for path in (ROOT / "services").rglob("*.py") if COUNTING.search(path.read_text(encoding="utf-8"))]
    return {kind for path in sources for kind in _kinds_of(ast.parse(path.read_text(encoding="utf-8")))}


def _kinds_of(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.Dict):
            yield from (key.value for key in node.keys if isinstance(key, ast.Constant) and isinstance(key.value, str))
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            if isinstance(node.slice, ast.Constant):
                yield str(node.slice.value)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and "SELECT" in node.value:
            yield from _NAMED_BY_SQL.findall(node.value)


def test_each_service_s_kinds_are_found() -> None:
    """One of each service that counts, named in each of the ways in which they are: the test below can fail."""
    assert kinds() >= {"passkeys", "sessions", "segments", "jobs", "checkout_orders", "reservations", "evidence"}


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_page_has_words_for_whatever_an_erasure_counts(language: str) -> None:
    """Each kind that a service may tell is named in this language, and nothing that none tells."""
    text = (WORDS / language / "closing.ts").read_text(encoding="utf-8")
    (body,) = re.findall(r"^  kinds: \{\n(.*?)^  \}", text, re.MULTILINE | re.DOTALL)
    assert set(re.findall(r"^    (\w+):", body, re.MULTILINE)) == kinds()
