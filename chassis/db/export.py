"""What a service holds of a person, as documents for them to keep: the right to one's data, for every holder the same.

A holder names its documents in its own `store/exports.py`, column by column; what it does not give it names there with
the reason. A test compares both with the data map, so that a new column fails until its owner decides.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import json
import math
from collections.abc import AsyncIterator, Mapping, Sequence

import asyncpg

from chassis.db.pool import Database
from chassis.db.transaction import transaction

CONTENT_BYTES_MAX = 256 * 1024
"""Content comes in pieces of at most so much."""
_ROWS_AT_ONCE = 200
_JSON = ("json", "jsonb")
_TYPES = {
    **dict.fromkeys(("text", "varchar", "uuid"), "text"),
    **dict.fromkeys(("int2", "int4", "int8", "float4", "float8", "numeric"), "number"),
    **dict.fromkeys(_JSON, "object"),
    "bool": "yes or no",
    "timestamptz": "moment, UTC",
    "date": "day",
    "bytea": "hexadecimal",
}


@dataclasses.dataclass(frozen=True)
class Document:
    """The rows of one table that are a person's, as a list of objects in JSON."""

    table: str
    kind: str
    """What these are called in the census, whose words they are told in."""
    columns: tuple[str, ...]
    """What is given of the table."""
    rows: str
    """What follows FROM: the rows of the person `$1`, found by an index; the table itself is `r` there."""
    order: str
    left_out: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Columns that are not given, and why."""

    @property
    def name(self) -> str:
        """Its file name."""
        return f"{self.table}.json"


def document(
    table: str, kind: str, columns: str, *, owner: str = "owner_id", rows: str = "", order: str, **left_out: str
) -> Document:
    """One of a table whose rows name their owner, unless `rows` says how else they are found."""
    found = rows or f"{table} AS r WHERE r.{owner} = $1"
    return Document(table, kind, tuple(columns.split()), found, order, left_out)


@dataclasses.dataclass(frozen=True)
class Opened:
    """A document that has something in it."""

    document: Document
    schema: str
    """What each object has, e.g. `[{created_at: moment, UTC; name: text}]`."""
    content: AsyncIterator[bytes]


class Documents:
    """What one service's schema holds of people."""

    def __init__(self, database: Database, documents: Sequence[Document]) -> None:
        """`documents` are the service's own, in the order in which they are given."""
        self._database = database
        self.all = documents

    @contextlib.asynccontextmanager
    async def open(self, document: Document, user_id: str) -> AsyncIterator[Opened | None]:
        """One as it is now, all of one moment; None where nothing is in it. No more than some rows are in memory."""
        columns = ", ".join(f"r.{name}" for name in document.columns)
        async with transaction(self._database) as tx:
            statement = await tx.connection.prepare(
                f"SELECT {columns} FROM {document.rows} ORDER BY {document.order}"  # noqa: S608 - constants of a service's code
            )
            types = {each.name: each.type for each in statement.get_attributes()}
            rows = aiter(statement.cursor(user_id, prefetch=_ROWS_AT_ONCE))
            first = await anext(rows, None)
            if first is None:
                yield None
                return
            told = "; ".join(f"{name}: {_told(types[name])}" for name in sorted(types))
            parsed = [name for name, kind in types.items() if kind.name in _JSON]
            yield Opened(document, f"[{{{told}}}]", _written(first, rows, parsed))


async def _written(
    first: asyncpg.Record, rows: AsyncIterator[asyncpg.Record], parsed: Sequence[str]
) -> AsyncIterator[bytes]:
    """The list, as `json.dumps` with sorted keys and an indent of two would write all of it at once."""
    held = bytearray(b"[\n" + _object(first, parsed))
    async for row in rows:
        held += b",\n" + _object(row, parsed)
        while len(held) >= CONTENT_BYTES_MAX:
            yield bytes(held[:CONTENT_BYTES_MAX])
            del held[:CONTENT_BYTES_MAX]
    held += b"\n]\n"
    for at in range(0, len(held), CONTENT_BYTES_MAX):
        yield bytes(held[at : at + CONTENT_BYTES_MAX])


def _object(row: asyncpg.Record, parsed: Sequence[str]) -> bytes:
    value = {name: _value(each, is_json=name in parsed) for name, each in row.items()}
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, indent=2)
    # A lone surrogate, as a browser may have sent one inside a document, is no UTF-8.
    return "\n".join(f"  {line}" for line in text.split("\n")).encode("utf-8", "backslashreplace")


def _value(value: object, *, is_json: bool) -> object:
    if is_json and isinstance(value, str):
        return json.loads(value)
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list):
        return [_value(each, is_json=False) for each in value]
    if isinstance(value, (str, int, type(None))) or (isinstance(value, float) and math.isfinite(value)):
        return value
    return str(value)


def _told(kind: asyncpg.Type) -> str:
    name = kind.name.removesuffix("[]").removeprefix("_")
    said = _TYPES.get(name, name)
    return f"list of {said}" if kind.kind == "array" else said
