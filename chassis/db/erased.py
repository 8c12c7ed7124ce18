"""Who has been erased: a gate that keeps late writers out, and the account of what was erased.

The table `erased_people` is each holder's own, made by its migrations:

    CREATE TABLE erased_people (
        user_id text PRIMARY KEY,
        begun_at timestamptz NOT NULL,
        finished_at timestamptz,
        counts jsonb NOT NULL DEFAULT '{}'
    );
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from chassis.db.transaction import Connection

# Locks are the database's, which services may share: hence the schema.
_KEY = "hashtextextended(current_schema() || ' erased ' || $1, 0)"


class ErasedPeople:
    """Erased people within one transaction, in its own clock."""

    def __init__(self, connection: Connection) -> None:
        """`connection` is in the transaction."""
        self._connection = connection

    async def is_erased(self, user_id: str) -> bool:
        """Whether a person's erasure has begun; one that has not waits until this transaction commits.

        Whatever first makes a person known to a service asks this in the transaction that writes.
        """
        await self._connection.execute(f"SELECT pg_advisory_xact_lock_shared({_KEY})", user_id)
        return await self._is_known(user_id)

    async def begin(self, user_id: str) -> bool:
        """Close the gate behind a person, whose writers under way are waited for; false when it was closed before."""
        await self._connection.execute(f"SELECT pg_advisory_xact_lock({_KEY})", user_id)
        tag: str = await self._connection.execute(
            "INSERT INTO erased_people (user_id, begun_at) VALUES ($1, now()) ON CONFLICT DO NOTHING", user_id
        )
        return tag.endswith(" 1")

    async def count(self, user_id: str, counts: Mapping[str, int]) -> None:
        """Add to what was erased, in the transaction that erases it: a crash neither loses nor doubles anything."""
        kept = await self._counts(user_id)
        sums = {kind: kept.get(kind, 0) + counts.get(kind, 0) for kind in kept.keys() | counts.keys()}
        await self._connection.execute(
            "UPDATE erased_people SET counts = $2 WHERE user_id = $1", user_id, json.dumps(sums, sort_keys=True)
        )

    async def finish(self, user_id: str) -> None:
        """Nothing is left; the first time stands."""
        await self._connection.execute(
            "UPDATE erased_people SET finished_at = now() WHERE user_id = $1 AND finished_at IS NULL", user_id
        )

    async def counts(self, user_id: str) -> Mapping[str, int]:
        """What was erased, by kind; what there was none of is left out."""
        return {kind: count for kind, count in sorted((await self._counts(user_id)).items()) if count}

    async def _counts(self, user_id: str) -> dict[str, int]:
        # Locked, so that of two that erase at once neither overwrites the other's sums.
        found = await self._connection.fetchval(
            "SELECT counts FROM erased_people WHERE user_id = $1 FOR UPDATE", user_id
        )
        return dict(json.loads(found or "{}"))

    async def _is_known(self, user_id: str) -> bool:
        known: bool = await self._connection.fetchval(
            "SELECT EXISTS (SELECT 1 FROM erased_people WHERE user_id = $1)", user_id
        )
        return known
