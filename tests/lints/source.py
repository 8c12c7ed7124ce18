"""The files a lint reads, and what it says about them."""

from __future__ import annotations

import ast
import io
import os
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

# Folders nobody writes by hand, wherever they lie.
SKIPPED_FOLDERS = frozenset(
    {".data", ".git", ".hypothesis", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".state", ".venv", ".whl"}
    | {"__pycache__", "data", "dist", "gen", "node_modules", "stems"}
)
READ_SUFFIXES = frozenset({".css", ".html", ".js", ".json", ".proto", ".py", ".sh", ".sql", ".svelte", ".ts", ".txt"})


@dataclass(frozen=True, order=True)
class Finding:
    """One broken rule at one line of one file."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


@dataclass(frozen=True)
class Source:
    """A file: its path from the repository's root, and its text."""

    path: PurePosixPath
    text: str

    @cached_property
    def is_python(self) -> bool:
        """Whether it is a Python module."""
        return self.path.suffix == ".py"

    @cached_property
    def tree(self) -> ast.Module:
        """Its syntax tree. Raises SyntaxError."""
        return ast.parse(self.text, str(self.path))

    @cached_property
    def comments(self) -> list[tuple[int, str]]:
        """Line and text of each Python comment."""
        tokens = tokenize.generate_tokens(io.StringIO(self.text).readline)
        return [(token.start[0], token.string) for token in tokens if token.type == tokenize.COMMENT]

    @cached_property
    def docstrings(self) -> frozenset[int]:
        """Identities of the nodes in `tree` that are docstrings."""
        owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
        found = set()
        for node in ast.walk(self.tree):
            if isinstance(node, owners) and node.body and isinstance(node.body[0], ast.Expr):
                found.add(id(node.body[0].value))
        return frozenset(found)

    def finding(self, line: int, message: str) -> Finding:
        """A finding in this file."""
        return Finding(str(self.path), line, message)


def read_sources(root: Path) -> Iterator[Source]:
    """Every hand-written file under the root that some lint reads."""
    for folder, names, files in os.walk(root):
        names[:] = sorted(name for name in names if name not in SKIPPED_FOLDERS and not name.startswith(".gen-"))
        for name in sorted(files):
            path = Path(folder) / name
            if path.suffix in READ_SUFFIXES:
                yield Source(PurePosixPath(path.relative_to(root).as_posix()), path.read_text(encoding="utf-8"))
