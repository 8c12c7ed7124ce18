"""A test finds a database as its migrations left it, whoever had it before."""

from __future__ import annotations

import asyncio
from pathlib import Path

import asyncpg
import pytest

from chassis.testing.postgres import PostgresServer

MIGRATION = """
    CREATE TABLE shelves (shelf_id int PRIMARY KEY, room text NOT NULL);
    CREATE TABLE books (
        book_id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, shelf_id int NOT NULL REFERENCES shelves, title text
    );
    CREATE FUNCTION forbid() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'never'; END $$;
    CREATE TRIGGER kept BEFORE DELETE OR TRUNCATE ON books FOR EACH STATEMENT EXECUTE FUNCTION forbid();
    INSERT INTO shelves VALUES (1, 'hall');
    CREATE SEQUENCE tickets;
    DO $$ BEGIN PERFORM nextval('tickets'); END $$;
"""
ADD = "INSERT INTO books (shelf_id, title) VALUES (1, 'Emma') RETURNING book_id"
CHANGES = {
    "table": "CREATE TABLE guests (name text)",
    "column": "ALTER TABLE books ADD COLUMN author text",
    "default": "ALTER TABLE books ALTER COLUMN title SET DEFAULT 'none'",
    "constraint": "ALTER TABLE books ADD CONSTRAINT told CHECK (title <> '')",
    "index": "CREATE INDEX by_title ON books (title)",
    "trigger": "ALTER TABLE books DISABLE TRIGGER kept",
    "function": "CREATE OR REPLACE FUNCTION forbid() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
    "right": "GRANT SELECT ON books TO PUBLIC",
    "schema": "CREATE SCHEMA annex",
    "type": "CREATE TYPE mood AS ENUM ('glad')",
    "outside": "CREATE TABLE public.guests (name text)",
    "migration": "DELETE FROM migrations",
    "setting": "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = ''1MB''', current_database()); END $$",
    "size": "INSERT INTO books (shelf_id, title) SELECT 1, repeat('x', 500) FROM generate_series(1, 40000)",
}

_PATIENCE_S = 20


@pytest.fixture
def migrations(tmp_path: Path) -> Path:
    (tmp_path / "0001_pre_books.sql").write_text(MIGRATION)
    return tmp_path


async def test_the_next_finds_it_as_migrated(postgres: PostgresServer, migrations: Path) -> None:
    """Rows of before are gone, whatever guards them; what the migrations wrote is there; numbers go on from it."""
    names = []
    for _ in range(2):
        async with postgres.database("house", migrations) as database:
            names.append(await database.pool.fetchval("SELECT current_database()"))
            assert await database.pool.fetch("SELECT shelf_id, room FROM shelves") == [(1, "hall")]
            assert await database.pool.fetchval("SELECT count(*) FROM books") == 0
            assert await database.pool.fetchval(ADD) == 1
            assert await database.pool.fetchval("SELECT nextval('tickets')") == 2
            await database.pool.execute("UPDATE shelves SET room = 'loft'; INSERT INTO shelves VALUES (2, 'cellar')")
    assert names[0] == names[1]


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
async def test_what_was_made_into_something_else_is_given_to_nobody(
    postgres: PostgresServer, migrations: Path, change: str
) -> None:
    """A database that a test has changed in anything but rows, or filled, is dropped."""
    names = []
    for _ in range(2):
        async with postgres.database("house", migrations) as database:
            names.append(await database.pool.fetchval("SELECT current_database()"))
            await database.pool.execute(change)
    assert names[0] != names[1]
    assert await database_names(postgres) & set(names) == set()


async def test_two_at_once_have_two(postgres: PostgresServer, migrations: Path) -> None:
    """Nobody is given what somebody has."""
    async with postgres.database("house", migrations) as one, postgres.database("house", migrations) as other:
        await one.pool.execute(ADD)
        assert await other.pool.fetchval("SELECT count(*) FROM books") == 0


async def test_what_was_left_open_is_ended(postgres: PostgresServer, migrations: Path) -> None:
    """A transaction that a test forgot writes nothing into the next one, nor holds it up."""
    names = []
    async with asyncio.timeout(_PATIENCE_S):
        async with postgres.database("house", migrations) as database:
            names.append(await database.pool.fetchval("SELECT current_database()"))
            left = await database.connect()
            # Or the server itself ends it after a while.
            await left.execute("SET idle_in_transaction_session_timeout = 0")
            await left.execute("BEGIN")
            await left.execute(ADD)
        async with postgres.database("house", migrations) as database:
            names.append(await database.pool.fetchval("SELECT current_database()"))
            assert await database.pool.fetchval("SELECT count(*) FROM books") == 0
    assert names[0] == names[1]
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
        await left.execute("COMMIT")


async def test_one_in_which_something_goes_on_is_given_to_nobody(
    postgres: PostgresServer, migrations: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where what a test left open cannot be ended, the database is dropped with it."""
    monkeypatch.setattr("chassis.testing.postgres._LEFT_ENDED", "VALUES (true), (false)")
    names = []
    for _ in range(2):
        async with postgres.database("house", migrations) as database:
            names.append(await database.pool.fetchval("SELECT current_database()"))
    assert names[0] != names[1]
    assert await database_names(postgres) & set(names) == set()


async def database_names(postgres: PostgresServer) -> set[str]:
    connection = await asyncpg.connect(postgres.admin_url)
    try:
        return {name for (name,) in await connection.fetch("SELECT datname FROM pg_database")}
    finally:
        await connection.close()
