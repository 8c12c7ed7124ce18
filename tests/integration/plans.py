"""Whether a statement finds what it asks for by an index, however much there is of everybody else's."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from typing import Any

from chassis.db.pool import Database
from chassis.db.transaction import Connection


@dataclasses.dataclass
class Planner:
    """Asks for the plan of each statement, in place of running it."""

    database: Database
    seen: list[str] = dataclasses.field(default_factory=list)
    """Of each node of each plan what it reads whole, or nothing."""

    async def count_up_to(self, database: Database, query: str, *values: object) -> int:
        """In place of that of chassis.db.examining."""
        await self.plan(query, *values)
        return 0

    async def plan(self, query: str, *values: object) -> None:
        """See one."""
        async with self.database.pool.acquire() as connection, connection.transaction():
            await connection.execute("SET LOCAL enable_seqscan = off")
            told = await connection.fetchval(f"EXPLAIN (FORMAT JSON) {query}", *values)
            for node in _nodes_of(json.loads(told)[0]["Plan"]):
                self.seen.append(await self._fault(connection, node) or "")

    @property
    def faults(self) -> set[str]:
        """A sentence for each that is read whole."""
        return {fault for fault in self.seen if fault}

    async def _fault(self, connection: Connection, node: Mapping[str, Any]) -> str | None:
        if node["Node Type"] == "Seq Scan":
            return f"{node['Relation Name']} is read whole"
        if "Index Name" not in node:
            return None
        # An index whose first column is not asked for is read whole itself.
        first = await connection.fetchval("SELECT pg_get_indexdef($1::regclass, 1, true)", node["Index Name"])
        return None if first in node.get("Index Cond", "") else f"{node['Index Name']} is read whole"


def _nodes_of(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield plan
    for each in plan.get("Plans", ()):
        yield from _nodes_of(each)
