"""A real PostgreSQL for tests: one server a test run, one database a test."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import signal
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
from chassis.db import server
from chassis.db.migrate import migrate
from chassis.db.pool import Database
from chassis.testing.nats import free_port

_PASSWORD = "for-tests"
_CONNECT_TRIES = 100
_CONNECT_PAUSE_S = 0.05
_numbers = itertools.count(1)


class PostgresServer:
    """A PostgreSQL server in a folder, stopped by `stop`."""

    def __init__(self, folder: Path) -> None:
        """Start it, making its cluster first."""
        password_file = folder / "password"
        password_file.write_text(_PASSWORD)
        cluster = folder / "cluster"
        server.initialise(cluster, password_file)
        port = free_port()
        self.admin_url = f"postgresql://postgres:{_PASSWORD}@127.0.0.1:{port}/postgres"
        with (folder / "log").open("wb") as log:
            # Tests lose nothing in a power cut, so they need not wait for the disk.
            self._process = subprocess.Popen(
                [*server.command(cluster, port), "-c", "fsync=off", "-c", "synchronous_commit=off"],
                preexec_fn=server.demotion(cluster),
                stdout=subprocess.DEVNULL,
                stderr=log,
            )

    def stop(self) -> None:
        """Stop the server."""
        self._process.send_signal(signal.SIGINT)
        self._process.wait(20)

    @contextlib.asynccontextmanager
    async def database(self, schema: str, migrations: Path | None = None) -> AsyncIterator[Database]:
        """A started Database over a fresh database with an empty `schema`, dropped afterwards.

        `migrations` is a service's folder of them; they and the outbox are applied.
        """
        name = f"test_{os.getpid()}_{next(_numbers)}"
        await self._admin(f'CREATE DATABASE "{name}"')
        url = _with_database(self.admin_url, name)
        connection = await asyncpg.connect(url)
        await connection.execute(f'CREATE SCHEMA "{schema}"')
        await connection.close()
        database = Database(url, schema, size_max=6)
        await database.start()
        try:
            if migrations is not None:
                await migrate(database, migrations)
            yield database
        finally:
            await database.stop()
            await self._admin(f'DROP DATABASE "{name}" WITH (FORCE)')

    async def _admin(self, statement: str) -> None:
        connection = await self._connect()
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    async def _connect(self) -> asyncpg.Connection[asyncpg.Record]:
        for _ in range(_CONNECT_TRIES):
            with contextlib.suppress(OSError, asyncpg.CannotConnectNowError):
                return await asyncpg.connect(self.admin_url)
            await asyncio.sleep(_CONNECT_PAUSE_S)
        raise TimeoutError("PostgreSQL did not start")


def _with_database(uri: str, name: str) -> str:
    base, question, query = uri.partition("?")
    return base.rsplit("/", 1)[0] + "/" + name + question + query
