"""PostgreSQL of one installation: its cluster, a database, and a role and schema for each service."""

from __future__ import annotations

import contextlib
from pathlib import Path

import asyncpg

from chassis.db import server
from stack.layout import STORED, Layout
from stack.secrets import secret

DATABASE = "stripsession"


def password_file(layout: Layout) -> Path:
    """File with the superuser's password."""
    secret(layout.secrets, "postgres")
    return layout.secrets / "postgres"


def url(layout: Layout, port: int, service: str) -> str:
    """Address with the role of one service."""
    return f"postgresql://{service}:{secret(layout.secrets, f'postgres-{service}')}@127.0.0.1:{port}/{DATABASE}"


def initialise(layout: Layout) -> None:
    """Make the cluster if there is none. Raises chassis.db.server.PostgresUnavailable."""
    pidfile = layout.postgres / "postmaster.pid"
    server.initialise(layout.postgres, password_file(layout))
    # We hold the lock on the data folder, so a pid file is from a server that was killed.
    if pidfile.exists() and not _alive(pidfile):
        pidfile.unlink()


async def answers(layout: Layout, port: int) -> bool:
    """Whether the server takes connections."""
    if not _says_ready(layout.postgres / "postmaster.pid"):
        # It would turn us away, and say so in its log as FATAL.
        return False
    with contextlib.suppress(OSError, asyncpg.PostgresError, TimeoutError):
        connection = await asyncpg.connect(_admin_url(layout, port, "postgres"), timeout=2)
        await connection.close()
        return True
    return False


async def ensure_roles(layout: Layout, port: int) -> None:
    """Make the database, and for each service a role that owns a schema and can see no other."""
    admin = await asyncpg.connect(_admin_url(layout, port, "postgres"))
    try:
        if not await admin.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE):
            await admin.execute(f"CREATE DATABASE {DATABASE}")
        for service in STORED:
            verb = "ALTER" if await admin.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", service) else "CREATE"
            password = secret(layout.secrets, f"postgres-{service}")
            await admin.execute(f"{verb} ROLE {service} LOGIN PASSWORD '{password}'")
    finally:
        await admin.close()
    database = await asyncpg.connect(_admin_url(layout, port, DATABASE))
    try:
        await database.execute(f"REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC")
        await database.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        for service in STORED:
            await database.execute(f"GRANT CONNECT ON DATABASE {DATABASE} TO {service}")
            await database.execute(f"CREATE SCHEMA IF NOT EXISTS {service} AUTHORIZATION {service}")
    finally:
        await database.close()


def _admin_url(layout: Layout, port: int, database: str) -> str:
    return f"postgresql://postgres:{secret(layout.secrets, 'postgres')}@127.0.0.1:{port}/{database}"


def _says_ready(pidfile: Path) -> bool:
    """As pg_ctl reads it: the server writes how far it is into the eighth line."""
    with contextlib.suppress(OSError, UnicodeDecodeError):
        return [line.strip() for line in pidfile.read_text().splitlines()[7:8]] == ["ready"]
    return False


def _alive(pidfile: Path) -> bool:
    with contextlib.suppress(ValueError, OSError, IndexError):
        pid = int(pidfile.read_text().splitlines()[0])
        return b"postgres" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False
