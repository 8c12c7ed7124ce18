"""The log of operators' acts, in a service's own schema: rows are added, never changed, and deleted by age alone.

The tables are each service's own, made by its migration `pre_operator_acts`, with triggers that refuse changes, and
deleting what is younger than two years.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping, Sequence

from chassis.db.pool import Database
from chassis.db.transaction import transaction
from chassis.rpc.acts import Act, NotedAct

FORGET_EVERY_S = 86_400.0
"""How often old acts are looked for."""
ACT_LIFE = "2 years"
"""The triggers of every service's tables refuse to delete what is younger."""
_BATCH = 1_000


class OperatorActs:
    """Each call is one transaction, and the moment is the database's own."""

    def __init__(self, database: Database) -> None:
        """In this service's schema."""
        self._database = database

    async def begin(self, act: Act) -> int:
        """Note what is about to be done; its number. Raises what asyncpg raises, and then nothing is noted."""
        async with transaction(self._database) as tx:
            act_id: int = await tx.connection.fetchval(
                "INSERT INTO operator_acts (certificate, operator, role, method, details) VALUES ($1, $2, $3, $4, $5)"
                " RETURNING act_id",
                act.certificate,
                act.operator,
                act.role,
                act.method,
                json.dumps(dict(act.details)),
            )
        return act_id

    async def end(self, act_id: int, outcome: str, details: Mapping[str, str]) -> None:
        """Note what came of it. Raises what asyncpg raises, for a second end as well."""
        async with transaction(self._database) as tx:
            await tx.connection.execute(
                "INSERT INTO operator_act_outcomes (act_id, outcome, details) VALUES ($1, $2, $3)",
                act_id,
                outcome,
                json.dumps(dict(details)),
            )

    async def page(self, since: datetime.datetime | None, below_id: int | None, size: int) -> Sequence[NotedAct]:
        """So many acts with lower numbers than one, the newest first."""
        async with transaction(self._database) as tx:
            rows = await tx.connection.fetch(
                "SELECT act_id, acts.at, certificate, operator, role, method, acts.details,"
                " outcomes.details AS answered, coalesce(outcome, '') AS outcome"
                " FROM operator_acts AS acts LEFT JOIN operator_act_outcomes AS outcomes USING (act_id)"
                " WHERE ($1::timestamptz IS NULL OR acts.at >= $1) AND ($2::bigint IS NULL OR act_id < $2)"
                " ORDER BY act_id DESC LIMIT $3",
                since,
                below_id,
                size,
            )
        return [
            NotedAct(
                row["act_id"],
                row["at"],
                Act(
                    row["certificate"],
                    row["operator"],
                    row["role"],
                    row["method"],
                    json.loads(row["details"]) | json.loads(row["answered"] or "{}"),
                ),
                row["outcome"],
            )
            for row in rows
        ]

    async def forget_old(self) -> None:
        """Delete what is older than two years. Several processes may do it at once."""
        for table in ("operator_acts", "operator_act_outcomes"):
            deleted = _BATCH
            while deleted == _BATCH:
                async with transaction(self._database) as tx:
                    tag: str = await tx.connection.execute(
                        f"DELETE FROM {table} WHERE act_id IN"  # noqa: S608 - one of the two names above
                        f" (SELECT act_id FROM {table} WHERE at < now() - $1::text::interval LIMIT {_BATCH})",
                        ACT_LIFE,
                    )
                deleted = int(tag.rpartition(" ")[2])
