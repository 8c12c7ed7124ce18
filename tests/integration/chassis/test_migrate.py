"""Migrations are applied once, in order, by one process, as they were written."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from chassis.db.migrate import MigrationFault, migrate
from chassis.db.pool import Database
from chassis.testing.postgres import PostgresServer


@pytest.fixture
async def database(postgres: PostgresServer) -> AsyncIterator[Database]:
    async with postgres.database("things") as database:
        yield database


def _write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name.removeprefix('m')}.sql").write_text(text)
    return folder


async def test_files_are_applied_once_in_order(database: Database, tmp_path: Path) -> None:
    """The outbox and each file are applied in order of name; a second run applies only what is new."""
    _write(tmp_path, m0002_post_b="ALTER TABLE a ADD COLUMN b int", m0001_pre_a="CREATE TABLE a (a int)")
    assert await migrate(database, tmp_path) == ["0000_pre_outbox.sql", "0001_pre_a.sql", "0002_post_b.sql"]
    _write(tmp_path, m0003_pre_c="CREATE TABLE c (c int)")
    assert await migrate(database, tmp_path) == ["0003_pre_c.sql"]
    assert await migrate(database, tmp_path) == []


async def test_a_stage_applies_its_files_alone(database: Database, tmp_path: Path) -> None:
    """Before a roll-out the pre files are applied, after it the post files."""
    _write(tmp_path, m0001_pre_post_office="CREATE TABLE a (a int)", m0002_post_b="ALTER TABLE a ADD COLUMN b int")
    assert await migrate(database, tmp_path, stage="pre") == ["0000_pre_outbox.sql", "0001_pre_post_office.sql"]
    assert await migrate(database, tmp_path, stage="post") == ["0002_post_b.sql"]


async def test_a_changed_file_is_refused(database: Database, tmp_path: Path) -> None:
    """A file that was edited after it was applied stops the migration by name."""
    await migrate(database, _write(tmp_path, m0001_pre_a="CREATE TABLE a (a int)"))
    with pytest.raises(MigrationFault, match=r"0001_pre_a\.sql was changed"):
        await migrate(database, _write(tmp_path, m0001_pre_a="CREATE TABLE a (a bigint)"))


async def test_a_missing_file_is_no_fault(database: Database, tmp_path: Path) -> None:
    """Older code, which lacks a newer migration, still starts after a roll-back."""
    await migrate(database, _write(tmp_path, m0001_pre_a="CREATE TABLE a (a int)"))
    (tmp_path / "0001_pre_a.sql").unlink()
    assert await migrate(database, tmp_path) == []


@pytest.mark.parametrize("name", ["m1_pre_a", "m0001_a", "m0001_during_a", "m0001_pre_A", "mnotes"])
async def test_a_bad_name_is_refused(database: Database, tmp_path: Path, name: str) -> None:
    """A file whose name says neither order nor stage stops the migration."""
    with pytest.raises(MigrationFault, match="not a migration's name"):
        await migrate(database, _write(tmp_path, **{name: "SELECT 1"}))


async def test_a_missing_folder_is_refused(database: Database, tmp_path: Path) -> None:
    """A package built without its migrations fails instead of finding nothing to do."""
    with pytest.raises(MigrationFault, match="no folder"):
        await migrate(database, tmp_path / "nowhere")


async def test_a_failed_file_leaves_nothing(database: Database, tmp_path: Path) -> None:
    """A file that fails half-way is undone whole, and those before it stay."""
    _write(tmp_path, m0001_pre_a="CREATE TABLE a (a int)", m0002_pre_b="CREATE TABLE b (b int); SELECT 1/0")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate(database, tmp_path)
    assert await database.pool.fetchval("SELECT to_regclass('b')") is None
    assert await database.pool.fetchval("SELECT max(name) FROM migrations") == "0001_pre_a.sql"


async def test_processes_that_start_together_migrate_once(database: Database, tmp_path: Path) -> None:
    """Of several migrations at once one does the work, and the others wait for it, also longer than a lock may take."""
    slow = "SELECT pg_sleep(5)"  # sleep: the migration is the slow one, and what the others wait for is its end
    _write(tmp_path, m0001_pre_slow=f"SET LOCAL statement_timeout = 0; CREATE TABLE a (a int); {slow}")
    done = await asyncio.gather(*(migrate(database, tmp_path) for _ in range(3)))
    assert sorted(map(len, done)) == [0, 0, 2]
