"""A real PostgreSQL for tests: one server a test run, one database at a time for each test."""

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
from chassis.db.migrate import migrate_at
from chassis.db.pool import Database
from chassis.testing.migrated import Migrated
from chassis.testing.nats import free_port

_PASSWORD = "for-tests"  # noqa: S105 - the server lives as long as a test run, on the loopback
_CONNECT_TRIES = 100
_CONNECT_PAUSE_S = 0.05
_LEFT_ENDED = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_numbers = itertools.count(1)


class PostgresServer:
    """A PostgreSQL server in a folder, stopped by `stop`."""

    def __init__(self, folder: Path) -> None:
        """Start it, making its cluster first."""
        password_file = folder / "password"
        password_file.write_text(_PASSWORD)
        self._folder = folder
        server.initialise(folder / "cluster", password_file)
        self._port = free_port()
        self.admin_url = f"postgresql://postgres:{_PASSWORD}@127.0.0.1:{self._port}/postgres"
        self._process = self._begun()
        self._migrated: dict[tuple[str, Path | None], list[tuple[str, Migrated | None]]] = {}

    def stop(self) -> None:
        """Stop the server."""
        self._process.send_signal(signal.SIGINT)
        self._process.wait(20)

    def kill(self) -> None:
        """SIGKILL to the server and the processes it made."""
        processes = [int(pid) for pid in _children(self._process.pid)]
        self._process.kill()
        self._process.wait()
        for pid in processes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def restart(self) -> None:
        """Start it again on its port after `kill` or `stop`; it recovers while clients are already knocking."""
        self._process = self._begun()

    def _begun(self) -> subprocess.Popen[bytes]:
        cluster = self._folder / "cluster"
        with (self._folder / "log").open("ab") as log:
            # Tests lose nothing in a power cut, so they need not wait for the disk; a kill must lose nothing committed.
            return subprocess.Popen(
                [*server.command(cluster, self._port), "-c", "fsync=off"],
                stdout=subprocess.DEVNULL,
                stderr=log,
            )

    @contextlib.asynccontextmanager
    async def database(self, schema: str, migrations: Path | None = None) -> AsyncIterator[Database]:
        """A started Database over a database that nobody else has, with an empty `schema`.

        `migrations` is a service's folder of them; they and the outbox are applied, and nothing is in it but what they
        wrote. Such a one is emptied afterwards and given to who asks next; every other is dropped.
        """
        known = self._migrated.setdefault((schema, migrations), [])
        name, as_migrated = known.pop() if known else await self._made(schema, migrations)
        database = Database(_with_database(self.admin_url, name), schema, size_max=6)
        await database.start()
        is_clean = False
        try:
            yield database
        finally:
            await database.stop()
            if as_migrated is not None:
                is_clean = await self._restored(name, as_migrated)
            if is_clean:
                known.append((name, as_migrated))
            else:
                await self._admin(f'DROP DATABASE "{name}" WITH (FORCE)')

    async def _made(self, schema: str, migrations: Path | None) -> tuple[str, Migrated | None]:
        name = f"test_{os.getpid()}_{next(_numbers)}"
        await self._admin(f'CREATE DATABASE "{name}"')
        connection = await asyncpg.connect(_with_database(self.admin_url, name))
        try:
            await connection.execute(f'CREATE SCHEMA "{schema}"')
            if migrations is None:
                return name, None
            await migrate_at(_with_database(self.admin_url, name), schema, migrations)
            return name, await Migrated.of(connection, schema)
        finally:
            await connection.close()

    async def _restored(self, name: str, as_migrated: Migrated) -> bool:
        # Connections that a test left open would go on writing in the next one.
        connection = await asyncpg.connect(_with_database(self.admin_url, name))
        try:
            ended = await connection.fetch(_LEFT_ENDED)
            return all(is_ended for (is_ended,) in ended) and await as_migrated.restore(connection)
        finally:
            await connection.close()

    async def _admin(self, statement: str) -> None:
        connection = await self.connected()
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    async def connected(self) -> asyncpg.Connection[asyncpg.Record]:
        """As its superuser, once it is up. Raises TimeoutError."""
        for _ in range(_CONNECT_TRIES):
            with contextlib.suppress(OSError, asyncpg.CannotConnectNowError):
                return await asyncpg.connect(self.admin_url)
            await asyncio.sleep(_CONNECT_PAUSE_S)
        raise TimeoutError("PostgreSQL did not start")


def _children(pid: int) -> list[str]:
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    return listed.read_text().split() if listed.exists() else []


def _with_database(uri: str, name: str) -> str:
    base, question, query = uri.partition("?")
    return base.rsplit("/", 1)[0] + "/" + name + question + query
