"""One unit of work: what it changes and the facts it publishes commit together."""

from __future__ import annotations

import asyncio
import contextlib
import json
import uuid
from collections.abc import AsyncIterator
from typing import TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy
from google.protobuf.message import Message

from chassis import telemetry
from chassis.bus.subjects import subject_of
from chassis.db.faults import is_broken_connection
from chassis.db.pool import Database

# asyncpg's classes are generic to the type checker only, hence the string.
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"


FACT_BYTES_MAX = 256 * 1024
"""A fact carries ids, never content; NATS itself takes 1 MiB."""
_PATIENCE_S = 4.0
"""Shorter than the deadline that callers give by default, so that they hear why."""
_PAUSE_S = 0.1


class FactTooLarge(ValueError):
    """A fact has more bytes than the bus should carry."""


class Transaction:
    """A PostgreSQL transaction that can also publish."""

    def __init__(self, connection: Connection, outbox_channel: str) -> None:
        """Made by `transaction`."""
        self.connection = connection
        self._outbox_channel = outbox_channel
        self._notified = False

    async def publish(self, fact: Message) -> None:
        """Publish a fact once this transaction has committed; its subject is its full name. Raises FactTooLarge."""
        payload = fact.SerializeToString()
        if len(payload) > FACT_BYTES_MAX:
            raise FactTooLarge(f"{subject_of(type(fact))} has {len(payload)} bytes; at most {FACT_BYTES_MAX}")
        await self.connection.execute(
            "INSERT INTO outbox (message_id, subject, payload, headers) VALUES ($1, $2, $3, $4)",
            uuid.uuid4(),
            subject_of(type(fact)),
            payload,
            json.dumps(telemetry.headers()),
        )
        if not self._notified:
            await self.connection.execute("SELECT pg_notify($1, '')", self._outbox_channel)
            self._notified = True

    async def first_time(self, consumer: str, message_id: str) -> bool:
        """Note a message as handled; false when it was before, so the caller does nothing."""
        tag: str = await self.connection.execute(
            "INSERT INTO inbox (consumer, message_id) VALUES ($1, $2) ON CONFLICT DO NOTHING", consumer, message_id
        )
        return tag.endswith(" 1")


@contextlib.asynccontextmanager
async def transaction(database: Database) -> AsyncIterator[Transaction]:
    """Commit when the block ends, roll back when it raises.

    A connection that proves dead before the first statement is replaced, and a server that is just restarting is waited
    for, a few seconds; then what asyncpg or the socket said is raised (see `chassis.db.faults`).
    """
    async with contextlib.AsyncExitStack() as stack:
        connection = await _begun(database, stack)
        yield Transaction(connection, database.outbox_channel)


async def _begun(database: Database, stack: contextlib.AsyncExitStack) -> Connection:
    loop = asyncio.get_running_loop()
    until = loop.time() + _PATIENCE_S
    while True:
        attempt = contextlib.AsyncExitStack()
        try:
            connection: Connection = await attempt.enter_async_context(database.pool.acquire(timeout=_PATIENCE_S))
            try:
                await attempt.enter_async_context(connection.transaction())
            except BaseException:
                # Whatever went wrong with BEGIN, nobody shall be given this connection again.
                connection.terminate()
                raise
        except BaseException as error:
            await attempt.aclose()
            if not is_broken_connection(error) or loop.time() > until:
                raise
            await asyncio.sleep(_PAUSE_S)
        else:
            await stack.enter_async_context(attempt)
            return connection
