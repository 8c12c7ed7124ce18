"""Outbox rows to NATS: claimed with SKIP LOCKED, published with a message id, deleted once acknowledged."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import logging

import nats.errors
import nats.js.errors

from chassis import logs, metrics
from chassis.bus.connection import Bus
from chassis.db.pool import Database
from chassis.db.transaction import Connection
from chassis.lifecycle import Background

_log = logging.getLogger(__name__)

PARKED_BY = "outbox"
"""Names the relay in the dead letters."""
INBOX_LIFE = "7 days"
"""Longer than any message lives on the bus, so that none is handled twice."""
DEAD_LETTER_LIFE = "90 days"

_BATCH = 100
_POLL_S = 2.0
"""A notification may be lost with its connection; then facts wait this long at most."""
_PUBLISH_TIMEOUT_S = 5.0
_HOLD_S = 30.0
"""How long a row that the bus refused stands aside, so that the rows behind it are published."""
_HELD_MAX = 1_000
_WAITING_MAX = 10_000
_CLEAN_S = 3600.0

# The bus will never take such a row, however often it is asked.
_HOPELESS = (nats.errors.MaxPayloadError, nats.errors.BadSubjectError)
# These say that the bus is away, not that it refuses the row.
_AWAY = (
    TimeoutError,
    OSError,
    nats.errors.ConnectionClosedError,
    nats.errors.ConnectionReconnectingError,
    nats.errors.ConnectionDrainingError,
    nats.errors.OutboundBufferLimitError,
    nats.js.errors.NoStreamResponseError,
)


@dataclasses.dataclass(frozen=True)
class _Row:
    fact_id: int
    message_id: str
    subject: str
    payload: bytes
    headers: dict[str, str]


class Relay(Background):
    """Publishes what committed transactions left in the outbox, for as long as the service runs.

    It also forgets inbox rows and dead letters that are past their life.
    """

    def __init__(self, database: Database, bus: Bus) -> None:
        """Several relays may run at once: rows are claimed, never counted."""
        super().__init__("outbox relay", self._work)
        self._database = database
        self._bus = bus
        self._held: dict[int, float] = {}
        self._cleaned_at = float("-inf")

    async def _work(self) -> None:
        woken = asyncio.Event()
        listener = await self._database.connect()
        try:
            await listener.add_listener(self._database.outbox_channel, lambda *_: woken.set())
            while not listener.is_closed():
                await self._bus.connected.wait()
                woken.clear()
                while await self._whole_batch() == _BATCH:
                    pass
                await self._look_after_tables()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_POLL_S):
                        await woken.wait()
        finally:
            with contextlib.suppress(Exception):
                await listener.close(timeout=1)

    async def _whole_batch(self) -> int:
        batch = asyncio.create_task(self.publish_batch())
        try:
            return await asyncio.shield(batch)
        except asyncio.CancelledError:
            # What is published must be deleted as well, or it would be published again at the next start.
            await asyncio.wait((batch,), timeout=_PUBLISH_TIMEOUT_S)
            batch.cancel()
            with contextlib.suppress(Exception, asyncio.CancelledError):
                await batch
            raise

    async def publish_batch(self) -> int:
        """Publish the oldest rows that nobody else holds and the bus did not refuse just now; how many were claimed.

        Raises what says that the bus is away, after deleting the rows that it did take.
        """
        now = asyncio.get_running_loop().time()
        self._held = {fact_id: until for fact_id, until in self._held.items() if until > now}
        away: Exception | None = None
        async with self._database.pool.acquire() as connection, connection.transaction():
            rows = await self._claim(connection)
            outcomes = await self._publish(rows)
            done = [row.fact_id for row, fault in zip(rows, outcomes, strict=True) if fault is None]
            for row, fault in zip(rows, outcomes, strict=True):
                if isinstance(fault, _HOPELESS):
                    await self._park(connection, row, fault)
                    done.append(row.fact_id)
                elif isinstance(fault, _AWAY):
                    away = fault
                elif fault is not None:
                    self._hold(row, fault, now + _HOLD_S)
            if done:
                await connection.execute("DELETE FROM outbox WHERE fact_id = ANY($1)", done)
        if away is not None:
            raise away
        return len(rows)

    async def _claim(self, connection: Connection) -> list[_Row]:
        rows = await connection.fetch(
            "SELECT fact_id, message_id, subject, payload, headers FROM outbox WHERE fact_id <> ALL($2::bigint[])"
            " ORDER BY fact_id LIMIT $1 FOR UPDATE SKIP LOCKED",
            _BATCH,
            list(self._held),
        )
        return [
            _Row(row["fact_id"], str(row["message_id"]), row["subject"], row["payload"], json.loads(row["headers"]))
            for row in rows
        ]

    async def _publish(self, rows: list[_Row]) -> list[Exception | None]:
        # All at once, so that the transaction is as short as one slow acknowledgement; sent in the order of the rows.
        outcomes = list(await asyncio.gather(*(self._publish_one(row) for row in rows)))
        streamless = [i for i, fault in enumerate(outcomes) if isinstance(fault, nats.js.errors.NoStreamResponseError)]
        if streamless:
            # The server lost its storage, or was never set up: make the streams and try again.
            logs.event(_log, logging.WARNING, "streams are missing; making them again")
            await self._bus.ensure_streams()
            again = await asyncio.gather(*(self._publish_one(rows[i]) for i in streamless))
            for i, fault in zip(streamless, again, strict=True):
                outcomes[i] = fault
        return outcomes

    async def _publish_one(self, row: _Row) -> Exception | None:
        try:
            await self._bus.jetstream.publish(
                row.subject,
                row.payload,
                timeout=_PUBLISH_TIMEOUT_S,
                headers={**row.headers, "Nats-Msg-Id": row.message_id},
            )
        except (nats.errors.Error, TimeoutError, OSError) as fault:
            return fault
        metrics.FACTS_PUBLISHED.labels(row.subject).inc()
        return None

    async def _park(self, connection: Connection, row: _Row, fault: Exception) -> None:
        metrics.OUTBOX_PARKED.inc()
        logs.event(
            _log, logging.ERROR, "fact can never be published; parked", subject=row.subject, message_id=row.message_id
        )
        await connection.execute(
            "INSERT INTO dead_letters (consumer, message_id, subject, payload, reason) VALUES ($1, $2, $3, $4, $5)",
            PARKED_BY,
            row.message_id,
            row.subject,
            row.payload,
            repr(fault),
        )

    def _hold(self, row: _Row, fault: Exception, until: float) -> None:
        logs.event(
            _log, logging.WARNING, "the bus refused a fact for now", subject=row.subject, reason=type(fault).__name__
        )
        if len(self._held) < _HELD_MAX:
            self._held[row.fact_id] = until

    async def _look_after_tables(self) -> None:
        waiting = await self._database.pool.fetchval(
            "SELECT count(*) FROM (SELECT 1 FROM outbox LIMIT $1) AS waiting", _WAITING_MAX
        )
        metrics.OUTBOX_WAITING.set(waiting)
        now = asyncio.get_running_loop().time()
        if now - self._cleaned_at > _CLEAN_S:
            self._cleaned_at = now
            await self.forget_old_rows()

    async def forget_old_rows(self) -> None:
        """Delete inbox rows and dead letters that are past their life, a bounded number at a time."""
        await self._database.pool.execute(
            "WITH old AS MATERIALIZED (SELECT consumer, message_id FROM inbox"
            " WHERE handled_at < now() - $1::text::interval ORDER BY handled_at LIMIT 20000)"
            " DELETE FROM inbox AS gone USING old"
            " WHERE (gone.consumer, gone.message_id) = (old.consumer, old.message_id)",
            INBOX_LIFE,
        )
        await self._database.pool.execute(
            "DELETE FROM dead_letters WHERE dead_letter_id = ANY(ARRAY(SELECT dead_letter_id"
            " FROM dead_letters WHERE parked_at < now() - $1::text::interval LIMIT 20000))",
            DEAD_LETTER_LIFE,
        )
