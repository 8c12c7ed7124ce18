"""Auth's part of each check, on real PostgreSQL: red without the code that keeps the promise."""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Mapping

import pytest

from chassis.db.examining import Look
from chassis.db.pool import Database
from chassis.testing.clock import ManualClock
from chassis.testing.postgres import PostgresServer
from services.auth.store.examination import Examination
from services.auth.store.store import MIGRATIONS, SCHEMA
from services.retention.domain.finding import State
from tests.integration.examined import seen

PARTIES = {"sign_in_parties": 0, "mail_parties": 0}
_ACCOUNT = "INSERT INTO accounts (user_id, display_name, created_at) VALUES ($1, '', now())"


@pytest.fixture
async def database(postgres: PostgresServer) -> AsyncIterator[Database]:
    async with postgres.database(SCHEMA, MIGRATIONS) as database:
        yield database


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def looks(database: Database, clock: ManualClock) -> Mapping[str, Look]:
    return Examination(database, clock, datetime.timedelta(days=7), PARTIES).looks()


async def test_a_schema_that_asks_nobody_is_seen(database: Database, looks: Mapping[str, Look]) -> None:
    """Where no account keeps that an age was confirmed, the promise is broken, with accounts or without."""
    await database.pool.execute("ALTER TABLE accounts DROP COLUMN age_confirmed_at")
    assert await seen(looks, "children_are_refused") is State.BROKEN
    await database.pool.execute(_ACCOUNT, "usr_1")
    assert await looks["children_are_refused"]() == {
        "accounts": 1,
        "accounts_without_confirmed_age": 1,
        "sign_up_asks_no_age": 1,
    }


async def test_an_account_without_a_confirmed_age_is_seen(database: Database, looks: Mapping[str, Look]) -> None:
    """One account without breaks the promise, until its person says so, or it is closed and waits for its erasure."""
    assert await seen(looks, "children_are_refused") is State.KEPT
    await database.pool.execute(_ACCOUNT, "usr_1")
    assert await seen(looks, "children_are_refused") is State.BROKEN
    await database.pool.execute("UPDATE accounts SET age_confirmed_at = now()")
    assert await seen(looks, "children_are_refused") is State.KEPT
    await database.pool.execute(_ACCOUNT, "usr_2")
    assert await looks["children_are_refused"]() == {
        "accounts": 2,
        "accounts_without_confirmed_age": 1,
        "sign_up_asks_no_age": 0,
    }
    await database.pool.execute("UPDATE accounts SET closed_at = now() WHERE user_id = 'usr_2'")
    assert await seen(looks, "children_are_refused") is State.KEPT


async def test_an_unmapped_column_is_seen(database: Database, looks: Mapping[str, Look]) -> None:
    """A column of accounts that the data map does not name breaks the promise, whoever made it."""
    assert await seen(looks, "account_data_is_mapped") is State.KEPT
    await database.pool.execute("ALTER TABLE accounts ADD COLUMN shoe_size integer")
    assert await seen(looks, "account_data_is_mapped") is State.BROKEN


async def test_usage_that_nobody_consented_to_cannot_be_stored_unseen(
    database: Database, looks: Mapping[str, Look]
) -> None:
    """No column holds usage now. One that is mapped so, or that nobody mapped, and the promise is proved no more."""
    for check in ("usage_only_with_consent", "usage_purged_in_time"):
        assert await seen(looks, check) is State.KEPT
    await database.pool.execute("CREATE TABLE page_views (page text)")
    for check in ("usage_only_with_consent", "usage_purged_in_time"):
        assert await seen(looks, check) is State.CANNOT_SAY


async def test_what_no_purge_removes_is_seen(database: Database, looks: Mapping[str, Look], clock: ManualClock) -> None:
    """A session that ended longer ago than it may be kept breaks the promise, one within its time does not."""
    await database.pool.execute(_ACCOUNT, "usr_1")
    opened = clock.now()
    await database.pool.execute(
        "INSERT INTO sessions (session_id, user_id, created_at, last_used_at, expires_at, device)"
        " VALUES ('ses_1', 'usr_1', $1, $1, $1, '')",
        opened,
    )
    clock.advance(days=8)
    assert await seen(looks, "expired_things_purged") is State.KEPT
    clock.advance(seconds=1)
    assert await seen(looks, "expired_things_purged") is State.BROKEN
    await database.pool.execute("DELETE FROM sessions")
    assert await seen(looks, "expired_things_purged") is State.KEPT


async def test_dead_letters_that_nobody_forgets_are_seen(
    database: Database, looks: Mapping[str, Look], clock: ManualClock
) -> None:
    """What every service keeps of its messages is past its life like everything else."""
    await database.pool.execute(
        "INSERT INTO dead_letters (consumer, message_id, subject, payload, reason, parked_at)"
        " VALUES ('c', '1', 's', '', '', $1)",
        clock.now(),
    )
    clock.advance(days=91)
    assert await seen(looks, "expired_things_purged") is State.KEPT
    clock.advance(seconds=1)
    assert await seen(looks, "expired_things_purged") is State.BROKEN


async def test_what_is_left_of_an_erased_person_is_seen(database: Database, looks: Mapping[str, Look]) -> None:
    """An account that stands after its erasure is finished breaks the promise; while it is under way it does not."""
    await database.pool.execute(_ACCOUNT, "usr_1")
    await database.pool.execute("INSERT INTO erased_people (user_id, begun_at) VALUES ('usr_1', now())")
    assert await seen(looks, "accounts_erased_in_time") is State.KEPT
    await database.pool.execute("UPDATE erased_people SET finished_at = now()")
    assert await seen(looks, "accounts_erased_in_time") is State.BROKEN


async def test_mail_by_somebody_elses_server_is_a_party_that_is_not_listed(
    database: Database, clock: ManualClock
) -> None:
    """The policy lists those who sign people in, and nobody who carries mail."""
    for parties, state in (
        ({"sign_in_parties": 3, "mail_parties": 0}, State.KEPT),
        ({"sign_in_parties": 0, "mail_parties": 1}, State.BROKEN),
    ):
        looks = Examination(database, clock, datetime.timedelta(days=7), parties).looks()
        assert await seen(looks, "third_parties_are_named") is state
