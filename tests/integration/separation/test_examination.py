"""Separation's part of each check, on real PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

import pytest

from chassis.db.examining import Look
from chassis.db.pool import Database
from chassis.testing.clock import ManualClock
from chassis.testing.postgres import PostgresServer
from services.retention.domain.finding import State
from services.separation.events.envelopes import encode
from services.separation.store import examination
from services.separation.store.examination import Examination
from services.separation.store.jobs import PostgresJobs
from services.separation.wiring import MIGRATIONS, SERVICE
from tests.integration.examined import seen
from tests.unit.separation.erasure_promises import ADA, BOB, new_job


@pytest.fixture
async def database(postgres: PostgresServer) -> AsyncIterator[Database]:
    async with postgres.database(SERVICE, MIGRATIONS) as database:
        yield database


@pytest.fixture
def looks(database: Database) -> Mapping[str, Look]:
    return Examination(database, ManualClock()).looks()


async def test_an_unmapped_column_or_room_is_seen(
    database: Database, looks: Mapping[str, Look], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A column of jobs, or a room that stems could be stored in, that no data map names breaks the promise."""
    assert await seen(looks, "audio_data_is_mapped") is State.KEPT
    with monkeypatch.context() as changed:
        changed.setattr(examination, "STORED", frozenset({"stems", "previews"}))
        assert await seen(looks, "audio_data_is_mapped") is State.BROKEN
    await database.pool.execute("ALTER TABLE jobs ADD COLUMN mood text")
    assert await seen(looks, "audio_data_is_mapped") is State.BROKEN


async def test_a_job_of_an_erased_person_is_seen(database: Database, looks: Mapping[str, Look]) -> None:
    """A job that is left once its person's erasure is finished breaks the promise."""
    async with PostgresJobs(database, encode).transaction() as work:
        await work.insert(new_job(0, ADA))
    erased = "INSERT INTO erased_people (user_id, begun_at, finished_at) VALUES ($1, now(), now())"
    await database.pool.execute(erased, BOB)
    assert await seen(looks, "accounts_erased_in_time") is State.KEPT
    await database.pool.execute(erased, ADA)
    assert await seen(looks, "accounts_erased_in_time") is State.BROKEN
