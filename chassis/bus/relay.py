"""Outbox rows to NATS: claimed with SKIP LOCKED, published with a message id, deleted once acknowledged."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging

import nats.js.errors

from chassis import logs, metrics
from chassis.bus.connection import Bus
from chassis.db.pool import Database
from chassis.lifecycle import Background

_log = logging.getLogger(__name__)

_BATCH = 100
_POLL_S = 2.0
"""A notification may be lost with its connection; then facts wait this long at most."""
_PUBLISH_TIMEOUT_S = 5.0


class Relay(Background):
    """Publishes what committed transactions left in the outbox, for as long as the service runs."""

    def __init__(self, database: Database, bus: Bus) -> None:
        """Several relays may run at once: rows are claimed, never counted."""
        super().__init__("outbox relay", self._work)
        self._database = database
        self._bus = bus

    async def _work(self) -> None:
        woken = asyncio.Event()
        listener = await self._database.connect()
        try:
            await listener.add_listener(self._database.outbox_channel, lambda *_: woken.set())
            while not listener.is_closed():
                woken.clear()
                while await self._whole_batch() == _BATCH:
                    pass
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(woken.wait(), _POLL_S)
        finally:
            with contextlib.suppress(Exception):
                await listener.close(timeout=1)

    async def _whole_batch(self) -> int:
        batch = asyncio.create_task(self.publish_batch())
        try:
            return await asyncio.shield(batch)
        except asyncio.CancelledError:
            # What is published must be deleted as well, or it would be published again at the next start.
            with contextlib.suppress(Exception):
                await asyncio.wait_for(batch, _PUBLISH_TIMEOUT_S)
            raise

    async def publish_batch(self) -> int:
        """Publish the oldest rows that nobody else holds; how many."""
        async with self._database.pool.acquire() as connection, connection.transaction():
            rows = await connection.fetch(
                "SELECT fact_id, message_id, subject, payload, headers FROM outbox"
                " ORDER BY fact_id LIMIT $1 FOR UPDATE SKIP LOCKED",
                _BATCH,
            )
            if rows:
                await self._publish([dict(row) for row in rows])
                await connection.execute("DELETE FROM outbox WHERE fact_id = ANY($1)", [row["fact_id"] for row in rows])
        if len(rows) < _BATCH:
            metrics.OUTBOX_WAITING.set(0)
        return len(rows)

    async def _publish(self, rows: list[dict[str, object]]) -> None:
        jetstream = self._bus.jetstream
        for row in rows:
            subject, payload = str(row["subject"]), row["payload"]
            headers = {**json.loads(str(row["headers"])), "Nats-Msg-Id": str(row["message_id"])}
            if not isinstance(payload, bytes):
                raise TypeError("outbox payload is not bytes")
            try:
                await jetstream.publish(subject, payload, timeout=_PUBLISH_TIMEOUT_S, headers=headers)
            except nats.js.errors.NoStreamResponseError:
                # The server lost its storage, or was never set up: make the streams and try again.
                logs.event(_log, logging.WARNING, "streams are missing; making them again")
                await self._bus.ensure_streams()
                await jetstream.publish(subject, payload, timeout=_PUBLISH_TIMEOUT_S, headers=headers)
            metrics.FACTS_PUBLISHED.labels(subject).inc()
