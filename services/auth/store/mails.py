"""Mail that waits to be sent, sealed in PostgreSQL."""

from __future__ import annotations

import datetime
import json
import logging

from chassis import logs, sealing
from chassis.db.transaction import Connection
from services.auth.domain.mail import ClaimedMail, Mail

_log = logging.getLogger(__name__)


class PostgresMails:
    """Waiting mail within one transaction."""

    def __init__(self, connection: Connection, key: bytes) -> None:
        """`connection` is in the transaction; `key` seals what a mail says and to whom."""
        self._connection = connection
        self._key = key

    async def add(self, mail: Mail, due_at: datetime.datetime) -> None:
        """Let a mail wait until it is due."""
        words = json.dumps({"to": mail.to, "subject": mail.subject, "text": mail.text}).encode()
        await self._connection.execute(
            "INSERT INTO mails (mail_id, sealed, due_at, tries, expires_at, user_id) VALUES ($1, $2, $3, 0, $4, $5)",
            mail.mail_id,
            sealing.seal(self._key, mail.mail_id, words),
            due_at,
            mail.expires_at,
            mail.user_id,
        )

    async def claim(self, now: datetime.datetime, held_until: datetime.datetime, limit: int) -> list[ClaimedMail]:
        """Mails that are due, which nobody else is given before `held_until`; those past their end are removed."""
        await self._connection.execute(
            "DELETE FROM mails WHERE mail_id ="
            " ANY(ARRAY(SELECT mail_id FROM mails WHERE expires_at <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED))",
            now,
            limit,
        )
        rows = await self._connection.fetch(
            "UPDATE mails SET due_at = $2, tries = tries + 1 WHERE mail_id ="
            " ANY(ARRAY(SELECT mail_id FROM mails WHERE due_at <= $1 AND expires_at > $1 ORDER BY due_at LIMIT $3"
            " FOR UPDATE SKIP LOCKED)) RETURNING mail_id, sealed, tries, expires_at, user_id",
            now,
            held_until,
            limit,
        )
        claimed = []
        for row in rows:
            try:
                words = json.loads(sealing.unseal(self._key, row["mail_id"], row["sealed"]))
            except sealing.SealBroken:
                # Sealed before the signing key was changed: whoever waits for it asks again.
                logs.event(_log, logging.WARNING, "a mail of an older key was dropped", mail_id=row["mail_id"])
                await self.remove(row["mail_id"])
                continue
            mail = Mail(row["mail_id"], words["to"], words["subject"], words["text"], row["expires_at"], row["user_id"])
            claimed.append(ClaimedMail(mail, row["tries"]))
        return claimed

    async def waiting(self, tries_below: int | None, limit: int) -> int:
        """How many wait that were tried less often than that, None: however often; counted up to `limit`."""
        count: int = await self._connection.fetchval(
            "SELECT count(mail_id) FROM (SELECT mail_id FROM mails WHERE $1::int IS NULL OR tries < $1 LIMIT $2)"
            " AS waiting",
            tries_below,
            limit,
        )
        return count

    async def postpone(self, mail_id: str, due_at: datetime.datetime) -> None:
        """Try a mail again at that moment."""
        await self._connection.execute("UPDATE mails SET due_at = $2 WHERE mail_id = $1", mail_id, due_at)

    async def remove(self, mail_id: str) -> None:
        """Nothing of a mail is kept."""
        await self._connection.execute("DELETE FROM mails WHERE mail_id = $1", mail_id)
