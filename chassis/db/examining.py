"""What a service can count of its own tables for those who prove promises: bounded, and nothing but numbers."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from pathlib import Path

from chassis.bus.relay import DEAD_LETTER_LIFE, INBOX_LIFE
from chassis.datamap.classes import DataClass
from chassis.datamap.document import DataMap
from chassis.datamap.reading import read_map
from chassis.db.operator_acts import ACT_LIFE
from chassis.db.pool import Database

COUNT_MAX = 10_000
"""Nobody need know by how much a promise is broken beyond this."""
GRACE = datetime.timedelta(days=1)
"""What is past its life is removed by rounds, the rarest of which are daily."""
ROOT = Path(__file__).parents[2]
Figures = Mapping[str, int]
Look = Callable[[], Awaitable[Figures]]
"""Counts once, what a promise is about."""
# The catalogue, not information_schema, which hides what another role made.
_COLUMNS = (
    "SELECT relname AS table_name, attname AS column_name FROM pg_catalog.pg_attribute AS a"
    " JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace"
    " WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'm', 'f') AND a.attnum > 0 AND NOT a.attisdropped"
)
# Tables that every service has: when a row's life begins in each, and how long that is.
_OF_CHASSIS = {
    "inbox": ("handled_at", INBOX_LIFE),
    "dead_letters": ("parked_at", DEAD_LETTER_LIFE),
    "operator_acts": ("at", ACT_LIFE),
    "operator_act_outcomes": ("at", ACT_LIFE),
}


async def count_up_to(database: Database, query: str, *values: object) -> int:
    """How many rows a query has, up to COUNT_MAX."""
    count: int = await database.pool.fetchval(
        f"SELECT count(*) FROM ({query} LIMIT {COUNT_MAX}) AS found",  # noqa: S608 - queries are our own
        *values,
    )
    return count


async def living_columns(database: Database) -> set[str]:
    """`table.column` of every column that this schema has now."""
    rows = await database.pool.fetch(_COLUMNS, database.schema)
    return {f"{row['table_name']}.{row['column_name']}" for row in rows}


async def examine_columns(database: Database, place: str) -> Figures:
    """How many of the schema's columns the maps name, that of the service at `place` and the chassis's; and do not."""
    living = await living_columns(database)
    named = await asyncio.to_thread(_named, place)
    return {"columns_mapped": len(living & named.keys()), "columns_not_mapped": len(living - named.keys())}


async def examine_usage(database: Database, place: str) -> Figures:
    """The same, and how many of the columns hold how people use the product."""
    living = await living_columns(database)
    named = await asyncio.to_thread(_named, place)
    usage = [name for name in living if named.get(name) is DataClass.USAGE]
    return {**await examine_columns(database, place), "usage_columns": len(usage)}


async def examine_leavings(
    database: Database, now: datetime.datetime, queries: Sequence[tuple[str, datetime.timedelta]]
) -> Figures:
    """How many rows are past their life, a day's grace given, and of how many kinds.

    A query names rows that ended before $1, and how long such rows are kept.
    """
    tables = {name.partition(".")[0] for name in await living_columns(database)}
    counts = [await count_up_to(database, query, now - kept - GRACE) for query, kept in queries]
    for table, (moment, life) in _OF_CHASSIS.items():
        if table in tables:
            old = f"SELECT 1 FROM {table} WHERE {moment} < $1::timestamptz - $2::text::interval"  # noqa: S608 - names above
            counts.append(await count_up_to(database, old, now - GRACE, life))
    return {"rows_past_life": sum(counts), "kinds_examined": len(counts)}


async def examine_erased(database: Database, queries: Collection[str]) -> Figures:
    """How many rows are left of people whose erasure is finished here; each query joins `erased_people`."""
    return {"erased_people_left": sum([await count_up_to(database, query) for query in queries])}


def _named(place: str) -> dict[str, DataClass]:
    maps: list[DataMap] = [read_map(ROOT, place), read_map(ROOT, "chassis")]
    return {name: entry.data_class for each in maps for name, entry in each.of("tables").items()}
