"""One unit of work: what it changes and the facts it publishes commit together."""

from __future__ import annotations

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
from chassis.db.pool import Database

# asyncpg's classes are generic to the type checker only, hence the string.
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"


class Transaction:
    """A PostgreSQL transaction that can also publish."""

    def __init__(self, connection: Connection, outbox_channel: str) -> None:
        """Made by `transaction`."""
        self.connection = connection
        self._outbox_channel = outbox_channel
        self._notified = False

    async def publish(self, fact: Message) -> None:
        """Publish a fact once this transaction has committed; its subject is its full name."""
        await self.connection.execute(
            "INSERT INTO outbox (message_id, subject, payload, headers) VALUES ($1, $2, $3, $4)",
            uuid.uuid4(),
            subject_of(type(fact)),
            fact.SerializeToString(),
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
    """Commit when the block ends, roll back when it raises."""
    async with database.pool.acquire() as connection, connection.transaction():
        yield Transaction(connection, database.outbox_channel)
