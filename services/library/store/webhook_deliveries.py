"""What webhooks send, in PostgreSQL: waiting, delivered or failed, with every try."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import asyncpg

from chassis.db.transaction import Connection
from services.library.domain.webhook import Attempt, Delivery, DeliveryStatus, EventType, Fault, Heard

_SELECT = (
    "SELECT delivery_id, sequence, endpoint_id, owner_id, message_id, event, track_id, state, status, tries,"
    " created_at, due_at FROM webhook_deliveries "
)
# The endpoints are locked in one order, so that two tracks that end at once never wait for each other, nor for whoever
# locks every endpoint of a person.
_ANNOUNCE = """
WITH wanting AS (
    SELECT endpoint_id FROM webhook_endpoints
     WHERE owner_id = $1 AND disabled_at IS NULL AND $2 = ANY (events) ORDER BY endpoint_id FOR UPDATE
), woken AS (
    UPDATE webhook_endpoints AS e SET due_at = least(e.due_at, $6)
      FROM wanting WHERE e.endpoint_id = wanting.endpoint_id
)
INSERT INTO webhook_deliveries
       (delivery_id, endpoint_id, owner_id, message_id, event, track_id, state, status, created_at, due_at)
SELECT 'whd_' || replace(gen_random_uuid()::text, '-', ''), endpoint_id, $1, $3, $2, $4, $5, 'waiting', $6, $6
  FROM wanting
RETURNING endpoint_id
"""
_WAKE = "UPDATE webhook_endpoints SET due_at = least(due_at, $2) WHERE endpoint_id = $1"


class WebhookDeliveryRows:
    """Messages of webhooks within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """`connection` is inside the transaction."""
        self._connection = connection

    async def announce(
        self, owner_id: str, event: EventType, message_id: str, track_id: str, state: str, now: datetime.datetime
    ) -> tuple[str, ...]:
        """Make a message for each of the owner's enabled endpoints that wants to hear of it; locks and tells these."""
        rows = await self._connection.fetch(_ANNOUNCE, owner_id, event.value, message_id, track_id, state, now)
        return tuple(row["endpoint_id"] for row in rows)

    async def add(self, delivery: Delivery) -> None:
        """Store a message that waits for one endpoint."""
        await self._connection.execute(
            "INSERT INTO webhook_deliveries (delivery_id, endpoint_id, owner_id, message_id, event, track_id, state,"
            " status, tries, created_at, due_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            delivery.delivery_id,
            delivery.endpoint_id,
            delivery.owner_id,
            delivery.message_id,
            delivery.event.value,
            delivery.track_id,
            delivery.state,
            delivery.status.value,
            delivery.tries,
            delivery.created_at,
            delivery.due_at,
        )
        await self._connection.execute(_WAKE, delivery.endpoint_id, delivery.due_at)

    async def get(self, endpoint_id: str, delivery_id: str) -> Delivery | None:
        """One of an endpoint's messages, with its tries."""
        found = await self._connection.fetch(
            _SELECT + "WHERE endpoint_id = $1 AND delivery_id = $2", endpoint_id, delivery_id
        )
        return next(iter(await self._with_attempts(found)), None)

    async def page(self, endpoint_id: str, before: int | None, limit: int) -> tuple[Delivery, ...]:
        """An endpoint's messages with their tries, the newest first, from the one before a sequence on."""
        rows = await self._connection.fetch(
            _SELECT + "WHERE endpoint_id = $1 AND ($2::bigint IS NULL OR sequence < $2)"
            " ORDER BY sequence DESC LIMIT $3",
            endpoint_id,
            before,
            limit,
        )
        return await self._with_attempts(rows)

    async def next_due(self, endpoint_id: str, now: datetime.datetime) -> Delivery | None:
        """What is to be sent to an endpoint first, without its tries."""
        row = await self._connection.fetchrow(
            _SELECT + "WHERE endpoint_id = $1 AND status = 'waiting' AND due_at <= $2"
            " ORDER BY due_at, sequence LIMIT 1",
            endpoint_id,
            now,
        )
        return None if row is None else _delivery(row, ())

    async def save(self, delivery: Delivery) -> None:
        """Store how far a message is."""
        await self._connection.execute(
            "UPDATE webhook_deliveries SET status = $2, due_at = $3, tries = $4 WHERE delivery_id = $1",
            delivery.delivery_id,
            delivery.status.value,
            delivery.due_at,
            delivery.tries,
        )
        if delivery.due_at is not None:
            await self._connection.execute(_WAKE, delivery.endpoint_id, delivery.due_at)

    async def add_attempt(self, delivery: Delivery, attempt: Attempt) -> None:
        """Note a try."""
        await self._connection.execute(
            "INSERT INTO webhook_attempts (delivery_id, owner_id, began_at, duration_ms, http_status, fault)"
            " VALUES ($1, $2, $3, $4, $5, $6)",
            delivery.delivery_id,
            delivery.owner_id,
            attempt.began_at,
            attempt.heard.duration_ms,
            attempt.heard.http_status,
            attempt.heard.fault.value if attempt.heard.fault else None,
        )

    async def waits_more_than(self, endpoint_id: str, most: int) -> bool:
        """Whether more than so many messages wait for an endpoint."""
        count = await self._connection.fetchval(
            "SELECT count(due_at) FROM (SELECT due_at FROM webhook_deliveries"
            " WHERE endpoint_id = $1 AND status = 'waiting' LIMIT $2) AS waiting",
            endpoint_id,
            most + 1,
        )
        return int(count) > most

    async def give_up(self, endpoint_id: str) -> None:
        """Nothing that waits for a locked endpoint is sent any more."""
        await self._connection.execute(
            "UPDATE webhook_deliveries SET status = 'failed', due_at = NULL"
            " WHERE endpoint_id = $1 AND status = 'waiting'",
            endpoint_id,
        )
        await self._connection.execute("UPDATE webhook_endpoints SET due_at = NULL WHERE endpoint_id = $1", endpoint_id)

    async def forget(self, created_before: datetime.datetime, limit: int) -> None:
        """Remove at most so many messages of that age that do not wait."""
        await self._connection.execute(
            "DELETE FROM webhook_deliveries WHERE delivery_id = ANY(ARRAY(SELECT delivery_id FROM webhook_deliveries"
            " WHERE created_at < $1 AND status <> 'waiting' LIMIT $2 FOR UPDATE SKIP LOCKED))",
            created_before,
            limit,
        )

    async def _with_attempts(self, rows: Sequence[asyncpg.Record]) -> tuple[Delivery, ...]:
        found = await self._connection.fetch(
            "SELECT delivery_id, began_at, duration_ms, http_status, fault FROM webhook_attempts"
            " WHERE delivery_id = ANY ($1) ORDER BY attempt_id",
            [row["delivery_id"] for row in rows],
        )
        attempts: dict[str, list[Attempt]] = {}
        for row in found:
            attempts.setdefault(row["delivery_id"], []).append(_attempt(row))
        return tuple(_delivery(row, attempts.get(row["delivery_id"], ())) for row in rows)


def _attempt(row: asyncpg.Record) -> Attempt:
    fault = Fault(row["fault"]) if row["fault"] else None
    return Attempt(row["began_at"], Heard(row["duration_ms"], row["http_status"], fault))


def _delivery(row: asyncpg.Record, attempts: Sequence[Attempt]) -> Delivery:
    return Delivery(
        delivery_id=row["delivery_id"],
        endpoint_id=row["endpoint_id"],
        owner_id=row["owner_id"],
        message_id=row["message_id"],
        event=EventType(row["event"]),
        track_id=row["track_id"],
        state=row["state"],
        created_at=row["created_at"],
        status=DeliveryStatus(row["status"]),
        due_at=row["due_at"],
        tries=row["tries"],
        attempts=tuple(attempts),
        sequence=row["sequence"],
    )
