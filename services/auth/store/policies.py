"""The privacy policy's versions, and people's part in them, in PostgreSQL."""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence

import asyncpg

from chassis.db.transaction import Connection
from services.auth.app.policy_ports import Walk
from services.auth.domain.account import Account
from services.auth.domain.policy_version import Acceptance, PolicyVersion, Telling, Way, number_in_force
from services.auth.store.accounts import account_of

_NAMELESS = {
    "policy_acceptances": ("accepted_at", "at_sign_up"),
    "policy_tellings": ("told_at", "way"),
}
"""Table -> when each row is of, and what else it says."""


class PostgresPolicies:
    """Versions, acceptances and tellings within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """`connection` is in the transaction."""
        self._connection = connection

    async def versions(self) -> list[PolicyVersion]:
        """Every version that auth was told of."""
        rows = await self._connection.fetch(
            "SELECT version, in_force_from, changes FROM policy_versions ORDER BY version"
        )
        return [_version(row) for row in rows]

    async def keep(self, versions: Sequence[PolicyVersion], now: datetime.datetime) -> None:
        """Know these from now on; one that is known stays as it is."""
        for each in versions:
            await self._connection.execute(
                "INSERT INTO policy_versions (version, in_force_from, changes, known_at) VALUES ($1, $2, $3, $4)"
                " ON CONFLICT (version) DO NOTHING",
                each.version,
                each.in_force_from,
                json.dumps(dict(each.changes), sort_keys=True, ensure_ascii=False),
                now,
            )

    async def accept(self, user_id: str, acceptance: Acceptance) -> Acceptance:
        """What is noted of that version now: an earlier acceptance stands."""
        # The update changes nothing: it is there for what the row says already to be told.
        row = await self._connection.fetchrow(
            "INSERT INTO policy_acceptances AS known (user_id, version, accepted_at, at_sign_up)"
            " VALUES ($1, $2, $3, $4)"
            " ON CONFLICT (user_id, version) DO UPDATE SET accepted_at = known.accepted_at"
            " RETURNING version, accepted_at, at_sign_up",
            user_id,
            acceptance.version,
            acceptance.accepted_at,
            acceptance.at_sign_up,
        )
        return Acceptance(**row)

    async def acceptances(self, user_id: str) -> list[Acceptance]:
        """All of a person's."""
        rows = await self._connection.fetch(
            "SELECT version, accepted_at, at_sign_up FROM policy_acceptances WHERE user_id = $1 ORDER BY version",
            user_id,
        )
        return [Acceptance(**row) for row in rows]

    async def name(self, versions: Sequence[PolicyVersion], limit: int) -> int:
        """Give at most `limit` acceptances and tellings without a version that of their moment; how many."""
        if not versions:
            return 0
        named = 0
        for table, (moment, more) in _NAMELESS.items():
            rows = await self._connection.fetch(
                f"DELETE FROM {table} WHERE ctid = ANY(ARRAY(SELECT ctid FROM {table} WHERE version = 0 LIMIT $1"  # noqa: S608 - tables of ours
                f" FOR UPDATE SKIP LOCKED)) RETURNING user_id, {moment} AS moment, {more} AS more",
                limit - named,
            )
            for row in rows:
                await self._connection.execute(
                    f"INSERT INTO {table} (user_id, version, {moment}, {more}) VALUES ($1, $2, $3, $4)"  # noqa: S608 - and columns
                    " ON CONFLICT DO NOTHING",
                    row["user_id"],
                    number_in_force(versions, row["moment"]),
                    row["moment"],
                    row["more"],
                )
            named += len(rows)
        return named

    async def tell(self, user_id: str, version: int, way: Way, at: datetime.datetime) -> bool:
        """Whether they were not told that way before; they have been from now on."""
        tag: str = await self._connection.execute(
            "INSERT INTO policy_tellings (user_id, version, way, told_at) VALUES ($1, $2, $3, $4)"
            " ON CONFLICT DO NOTHING",
            user_id,
            version,
            way.value,
            at,
        )
        return tag.endswith(" 1")

    async def tellings(self, user_id: str) -> list[Telling]:
        """All of a person's."""
        rows = await self._connection.fetch(
            "SELECT version, way FROM policy_tellings WHERE user_id = $1 ORDER BY version, way", user_id
        )
        return [Telling(row["version"], Way(row["way"])) for row in rows]

    async def walk(self, versions: Sequence[int], again_before: datetime.datetime) -> Walk | None:
        """The announcing that is to go on, which nobody else does until the work commits; None where none is."""
        row = await self._connection.fetchrow(
            "SELECT version, in_force_from, changes, walked_to FROM policy_versions WHERE version = ANY($1::int[])"
            " AND (walked_at IS NULL OR walked_at <= $2 OR walked_to <> '')"
            " ORDER BY array_position($1::int[], version) LIMIT 1 FOR UPDATE SKIP LOCKED",
            list(versions),
            again_before,
        )
        return Walk(_version(row), row["walked_to"]) if row is not None else None

    async def walked(self, version: int, walked_to: str, at: datetime.datetime) -> None:
        """It has come so far; with an empty name it is through."""
        await self._connection.execute(
            "UPDATE policy_versions SET walked_to = $2, walked_at = $3 WHERE version = $1", version, walked_to, at
        )

    async def give_up_walks(self, but: Sequence[int]) -> None:
        """Forget how far the announcing of any version but these has come, which names somebody."""
        await self._connection.execute(
            "UPDATE policy_versions SET walked_to = '' WHERE walked_to <> '' AND version <> ALL($1::int[])", list(but)
        )

    async def unmailed(self, version: int, after: str, made_before: datetime.datetime, limit: int) -> list[Account]:
        """The next accounts of before then with an address and without a mail of that version; none is closed now."""
        rows = await self._connection.fetch(
            "SELECT user_id, email, email_key, display_name, password_hash, created_at, email_verified_at,"
            " age_confirmed_at FROM accounts AS a WHERE user_id > $2 AND closed_at IS NULL AND email IS NOT NULL"
            " AND created_at < $3 AND NOT EXISTS (SELECT 1 FROM policy_tellings AS t"
            " WHERE t.user_id = a.user_id AND t.version = $1 AND t.way = 'mail')"
            " ORDER BY user_id LIMIT $4 FOR KEY SHARE OF a",
            version,
            after,
            made_before,
            limit,
        )
        return [account_of(row) for row in rows]


def _version(row: asyncpg.Record) -> PolicyVersion:
    return PolicyVersion(row["version"], row["in_force_from"], json.loads(row["changes"]))
