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

_PASSWORD = "for-tests"  # noqa: S105 - the server lives as long as a test run, on the loopback
_CONNECT_TRIES = 100
_CONNECT_PAUSE_S = 0.05
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


def _children(pid: int) -> list[str]:
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    return listed.read_text().split() if listed.exists() else []


def _with_database(uri: str, name: str) -> str:
    base, question, query = uri.partition("?")
    return base.rsplit("/", 1)[0] + "/" + name + question + query
