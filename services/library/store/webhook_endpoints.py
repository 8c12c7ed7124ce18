"""Webhook endpoints in PostgreSQL: who wants to hear what, their sealed secrets, and who sends to them just now."""

from __future__ import annotations

import datetime

import asyncpg

from chassis.db.transaction import Connection
from services.library.domain.keys import Key
from services.library.domain.webhook import DisabledReason, Endpoint, EventType
from services.library.store.keys import KeyRing

_SELECT = (
    "SELECT endpoint_id, owner_id, url, events, created_at, disabled_at, disabled_reason, old_secret_until,"
    " delivered_at, enabled_at FROM webhook_endpoints "
)
# Those served longest ago go first: an endpoint that takes its time is behind all that wait each time it is done.
_CLAIM = """
UPDATE webhook_endpoints SET lease_id = $2, lease_until = $3 WHERE endpoint_id = ANY(ARRAY(
    SELECT endpoint_id FROM webhook_endpoints
     WHERE due_at <= $1 AND disabled_at IS NULL AND coalesce(lease_until <= $1, true)
     ORDER BY served_at NULLS FIRST, due_at, endpoint_id LIMIT $4 FOR UPDATE SKIP LOCKED))
RETURNING endpoint_id
"""
_RELEASE = """
UPDATE webhook_endpoints AS e SET lease_id = NULL, lease_until = NULL, served_at = $3,
       due_at = (SELECT min(d.due_at) FROM webhook_deliveries AS d
                  WHERE d.endpoint_id = e.endpoint_id AND d.status = 'waiting')
 WHERE e.endpoint_id = $1 AND e.lease_id = $2
"""


class WebhookEndpointRows:
    """Webhook endpoints within one transaction."""

    def __init__(self, connection: Connection, keys: KeyRing) -> None:
        """`connection` is inside the transaction."""
        self._connection = connection
        self._keys = keys

    async def add(self, endpoint: Endpoint, secret: Key) -> None:
        """Store a new endpoint and its secret."""
        await self._connection.execute(
            "INSERT INTO webhook_endpoints (endpoint_id, owner_id, url, events, wrapped_secret, created_at)"
            " VALUES ($1, $2, $3, $4, $5, $6)",
            endpoint.endpoint_id,
            endpoint.owner_id,
            endpoint.url,
            [event.value for event in endpoint.events],
            await self._wrapped(endpoint, secret),
            endpoint.created_at,
        )

    async def count_locked(self, owner_id: str) -> int:
        """How many a person has; holds off other counts of theirs until the work commits."""
        await self._connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('webhooks ' || $1, 0))", owner_id)
        return int(
            await self._connection.fetchval(
                "SELECT count(endpoint_id) FROM webhook_endpoints WHERE owner_id = $1", owner_id
            )
        )

    async def of_owner(self, owner_id: str) -> tuple[Endpoint, ...]:
        """A person's endpoints, the oldest first."""
        rows = await self._connection.fetch(_SELECT + "WHERE owner_id = $1 ORDER BY created_at, endpoint_id", owner_id)
        return tuple(_endpoint(row) for row in rows)

    async def locked(self, owner_id: str, endpoint_id: str) -> Endpoint | None:
        """One of a person's endpoints, which nobody else changes until the work commits."""
        row = await self._connection.fetchrow(
            _SELECT + "WHERE endpoint_id = $2 AND owner_id = $1 FOR UPDATE", owner_id, endpoint_id
        )
        return None if row is None else _endpoint(row)

    async def every_locked(self, owner_id: str) -> tuple[Endpoint, ...]:
        """A person's endpoints, which nobody else changes until the work commits."""
        # In the order of what tells them of tracks, so that neither waits for what the other holds.
        rows = await self._connection.fetch(_SELECT + "WHERE owner_id = $1 ORDER BY endpoint_id FOR UPDATE", owner_id)
        return tuple(_endpoint(row) for row in rows)

    async def save(self, endpoint: Endpoint) -> None:
        """Store where a locked endpoint is, what it wants, since when it is enabled, when it last took a message."""
        await self._connection.execute(
            "UPDATE webhook_endpoints SET url = $2, events = $3, disabled_at = $4, disabled_reason = $5,"
            " delivered_at = $6, enabled_at = $7 WHERE endpoint_id = $1",
            endpoint.endpoint_id,
            endpoint.url,
            [event.value for event in endpoint.events],
            endpoint.disabled_at,
            endpoint.disabled_reason.value if endpoint.disabled_reason else None,
            endpoint.delivered_at,
            endpoint.enabled_at,
        )

    async def rotate(self, endpoint: Endpoint, secret: Key, old_until: datetime.datetime) -> None:
        """Give a locked endpoint a new secret; the one that it had signs until then, and no older one."""
        await self._connection.execute(
            "UPDATE webhook_endpoints SET old_wrapped_secret = wrapped_secret, old_secret_until = $3,"
            " wrapped_secret = $2 WHERE endpoint_id = $1",
            endpoint.endpoint_id,
            await self._wrapped(endpoint, secret),
            old_until,
        )

    async def remove(self, endpoint_id: str, limit: int) -> bool:
        """Remove at most so many messages of a locked endpoint, the oldest first; with the last of them the endpoint.

        False while there may be more.
        """
        tag: str = await self._connection.execute(
            "DELETE FROM webhook_deliveries WHERE delivery_id = ANY(ARRAY(SELECT delivery_id FROM webhook_deliveries"
            " WHERE endpoint_id = $1 ORDER BY sequence LIMIT $2))",
            endpoint_id,
            limit,
        )
        if int(tag.rpartition(" ")[2]) >= limit:
            return False
        await self._connection.execute("DELETE FROM webhook_endpoints WHERE endpoint_id = $1", endpoint_id)
        return True

    async def secrets(self, endpoint: Endpoint, now: datetime.datetime) -> tuple[Key, ...]:
        """Those that sign at that moment, the newest first; none once the owner's key is destroyed."""
        row = await self._connection.fetchrow(
            "SELECT wrapped_secret, CASE WHEN old_secret_until > $2 THEN old_wrapped_secret END AS old_wrapped_secret"
            " FROM webhook_endpoints WHERE endpoint_id = $1",
            endpoint.endpoint_id,
            now,
        )
        user_key = await self._keys.user_key(self._connection, endpoint.owner_id)
        if row is None or user_key is None:
            return ()
        wrapped = (row["wrapped_secret"], row["old_wrapped_secret"])
        name = _sealed_name(endpoint)
        return tuple(self._keys.unwrap(user_key, name, each) for each in wrapped if each is not None)

    async def claim(
        self, lease_id: str, now: datetime.datetime, until: datetime.datetime, limit: int
    ) -> tuple[str, ...]:
        """Take the leases of endpoints that have something due and that nobody sends to."""
        rows = await self._connection.fetch(_CLAIM, now, lease_id, until, limit)
        return tuple(row["endpoint_id"] for row in rows)

    async def leased(self, endpoint_id: str, lease_id: str) -> Endpoint | None:
        """The endpoint, locked, while this lease of it holds; None once another took it, or it was removed."""
        row = await self._connection.fetchrow(
            _SELECT + "WHERE endpoint_id = $1 AND lease_id = $2 FOR UPDATE", endpoint_id, lease_id
        )
        return None if row is None else _endpoint(row)

    async def release(self, endpoint_id: str, lease_id: str, now: datetime.datetime) -> None:
        """Let go of an endpoint, and note when its next message is due."""
        await self._connection.execute(_RELEASE, endpoint_id, lease_id, now)

    async def _wrapped(self, endpoint: Endpoint, secret: Key) -> bytes:
        user_key = await self._keys.ensure_user_key(self._connection, endpoint.owner_id)
        return self._keys.wrap(user_key, _sealed_name(endpoint), secret)


def _sealed_name(endpoint: Endpoint) -> str:
    return f"webhook {endpoint.endpoint_id}"


def _endpoint(row: asyncpg.Record) -> Endpoint:
    return Endpoint(
        endpoint_id=row["endpoint_id"],
        owner_id=row["owner_id"],
        url=row["url"],
        events=tuple(EventType(word) for word in row["events"]),
        created_at=row["created_at"],
        disabled_at=row["disabled_at"],
        disabled_reason=DisabledReason(row["disabled_reason"]) if row["disabled_reason"] else None,
        old_secret_until=row["old_secret_until"],
        delivered_at=row["delivered_at"],
        enabled_at=row["enabled_at"],
    )
