"""People who are erased, in PostgreSQL."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from chassis.db.erased import ErasedPeople
from chassis.db.transaction import Connection
from services.auth.domain.identity import NEVER

_OWN = {
    "email_codes": "DELETE FROM email_codes WHERE user_id = $1",
    "sign_in_links": "DELETE FROM sign_in_links WHERE user_id = $1",
    "api_keys": "DELETE FROM api_keys WHERE user_id = $1",
    "device_sign_ins": "DELETE FROM device_sign_ins WHERE user_id = $1",
    "passkeys": "DELETE FROM passkeys WHERE user_id = $1",
    "passkey_handles": "DELETE FROM passkey_handles WHERE user_id = $1",
    "passkey_challenges": "DELETE FROM passkey_challenges WHERE user_id = $1",
    "second_factors": "DELETE FROM second_factors WHERE user_id = $1",
    "sign_in_challenges": "DELETE FROM sign_in_challenges WHERE user_id = $1",
    "policy_acceptances": "DELETE FROM policy_acceptances WHERE user_id = $1",
    "policy_tellings": "DELETE FROM policy_tellings WHERE user_id = $1",
    "mails": "DELETE FROM mails WHERE user_id = $1",
}


class PostgresPeople:
    """Erasures within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """`connection` is in the transaction."""
        self._connection = connection
        self._erased = ErasedPeople(connection)

    async def erase(self, user_id: str, at: datetime.datetime, ended_before: datetime.datetime) -> bool:
        """Remove all of a closed account but sessions that ended later than that, which hold the account's empty row.

        Whether nothing was left. The identity of another issuer stays as ended, and leads to nobody.
        """
        await self._erased.begin(user_id)
        tags = {kind: await self._connection.execute(statement, user_id) for kind, statement in _OWN.items()}
        tags["sessions"] = await self._connection.execute(
            "DELETE FROM sessions WHERE user_id = $1 AND (ended_at <= $2 OR expires_at <= $2)", user_id, ended_before
        )
        await self._connection.execute(
            "UPDATE sessions SET device = '', authenticated_at = NULL, methods = '{}',"
            " created_at = coalesce(ended_at, expires_at), last_used_at = coalesce(ended_at, expires_at)"
            " WHERE user_id = $1",
            user_id,
        )
        await self._connection.execute(
            "DELETE FROM refresh_tokens USING sessions WHERE refresh_tokens.session_id = sessions.session_id"
            " AND sessions.user_id = $1",
            user_id,
        )
        await self._connection.execute("UPDATE accounts SET display_name = '' WHERE user_id = $1", user_id)
        # Of a provider, which tells nothing late, nothing has to stay: whoever comes again begins anew.
        await self._connection.execute("DELETE FROM provider_sign_ins WHERE user_id = $1", user_id)
        await self._connection.execute("DELETE FROM identities WHERE user_id = $1 AND told_at = $2", user_id, NEVER)
        await self.end_identities(user_id, at)
        tags["accounts"] = await self._connection.execute(
            "DELETE FROM accounts WHERE user_id = $1 AND closed_at IS NOT NULL"
            " AND NOT EXISTS (SELECT 1 FROM sessions WHERE sessions.user_id = accounts.user_id)",
            user_id,
        )
        await self._erased.count(user_id, {kind: int(tag.rpartition(" ")[2]) for kind, tag in tags.items()})
        is_left: bool = await self._connection.fetchval(
            "SELECT EXISTS (SELECT 1 FROM accounts WHERE user_id = $1)", user_id
        )
        if not is_left:
            await self._erased.finish(user_id)
        return not is_left

    async def end_identities(self, user_id: str, at: datetime.datetime) -> None:
        """From now on no other issuer speaks for a person; those that had ended stay as they were."""
        await self._connection.execute(
            "UPDATE identities SET ended_at = $2 WHERE user_id = $1 AND ended_at IS NULL", user_id, at
        )

    async def counts(self, user_id: str) -> Mapping[str, int]:
        """What was removed, by kind."""
        return await self._erased.counts(user_id)

    async def closed(self, before: datetime.datetime, limit: int) -> list[tuple[str, datetime.datetime]]:
        """People whose account was closed before then and is still there, and when it was; the longest first."""
        rows = await self._connection.fetch(
            "SELECT user_id, closed_at FROM accounts WHERE closed_at < $1 ORDER BY closed_at LIMIT $2", before, limit
        )
        return [(row["user_id"], row["closed_at"]) for row in rows]
