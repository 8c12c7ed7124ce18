"""SQL lives in store/, with its columns named."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.lints.source import Finding, Source

STATEMENT = re.compile(
    r"^\s*(select\s.+?\sfrom\s|select\s+\w+\(|insert\s+into\s|update\s+\S+\s+set\s|delete\s+from\s|truncate\s+\w"
    r"|create\s+(table|schema|role|index|unique\s+index|function|database)\s|alter\s+(table|role|schema)\s"
    r"|drop\s+(table|schema|role|database)\s|with\s+\w+\s+as\s*\()",
    re.IGNORECASE | re.DOTALL,
)
EVERY_COLUMN = re.compile(r"\b(select|returning)\s+(\w+\.)?\*", re.IGNORECASE)
LIMIT_IN_A_SET = re.compile(r"(?<!NOT )\bIN\s*\(\s*SELECT\b(?:[^()]|\([^()]*\))*\bLIMIT\b", re.IGNORECASE)
# Where SQL belongs: each service's store, the chassis's own tables (the bus reads outbox and inbox) and test databases,
# and the supervisor's set-up of PostgreSQL itself (roles and schemas).
HOMES = re.compile(r"^(services/[a-z_]+/store/|chassis/(bus|db|testing)/|stack/postgres|tests/)")


def _strings(source: Source) -> Iterator[tuple[int, str]]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in source.docstrings:
            yield node.lineno, node.value


def sql_outside_store(source: Source) -> Iterator[Finding]:
    """A statement in a string, anywhere but in a store."""
    if not source.is_python or HOMES.match(str(source.path)):
        return
    for line, text in _strings(source):
        if STATEMENT.match(text):
            yield source.finding(line, "SQL outside store/")


def every_column(source: Source) -> Iterator[Finding]:
    """`SELECT *` or `RETURNING *`: a new column would change what old code reads."""
    # The lints' own tests plant it.
    if source.path.parts[:2] in {("tests", "lints"), ("tests", "contract")}:
        return
    if source.is_python:
        for line, text in _strings(source):
            if EVERY_COLUMN.search(text):
                yield source.finding(line, "SQL names its columns")
    elif source.path.suffix == ".sql":
        for line, text in enumerate(source.text.splitlines(), start=1):
            if EVERY_COLUMN.search(text.partition("--")[0]):
                yield source.finding(line, "SQL names its columns")


def unbounded_sets(source: Source) -> Iterator[Finding]:
    """`IN (SELECT ... LIMIT n)`: PostgreSQL may ask it anew for each row, and then the bound holds for none of them."""
    if not source.is_python or source.path.parts[:2] == ("tests", "contract"):
        return
    for line, text in _strings(source):
        if LIMIT_IN_A_SET.search(text):
            yield source.finding(
                line, "a bound in IN (...) may be passed: = ANY(ARRAY(...)), or WITH ... AS MATERIALIZED"
            )
