"""Whether people were told of the policy and accepted what was in force, counted on real PostgreSQL."""

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

CHECK = "versions_are_accepted"
NOW = ManualClock().now()
DAY = datetime.timedelta(days=1)
HOUR = datetime.timedelta(hours=1)
_ACCOUNT = "INSERT INTO accounts (user_id, email, email_key, display_name, created_at) VALUES ($1, $2, $2, '', $3)"
_VERSION = "INSERT INTO policy_versions (version, in_force_from, known_at) VALUES ($1, $2, $3)"
_ACCEPTANCE = "INSERT INTO policy_acceptances (user_id, version, accepted_at, at_sign_up) VALUES ($1, $2, $3, true)"
_TELLING = "INSERT INTO policy_tellings (user_id, version, way, told_at) VALUES ($1, $2, $3, $4)"


@pytest.fixture
async def database(postgres: PostgresServer) -> AsyncIterator[Database]:
    async with postgres.database(SCHEMA, MIGRATIONS) as database:
        yield database


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def looks(database: Database, clock: ManualClock) -> Mapping[str, Look]:
    parties = {"sign_in_parties": 0, "mail_parties": 0}
    return Examination(database, clock, datetime.timedelta(days=7), parties).looks()


async def published(database: Database) -> None:
    """Version 1 for years and known since then, and version 2 since an hour ago, known for ten days before."""
    await database.pool.execute(_VERSION, 1, NOW - 1000 * DAY, NOW - 900 * DAY)
    await database.pool.execute(_VERSION, 2, NOW - HOUR, NOW - 10 * DAY)


async def person(database: Database, user_id: str, made_at: datetime.datetime, *, has_address: bool = True) -> None:
    """Who signed up then, and accepted version 1."""
    await database.pool.execute(_ACCOUNT, user_id, f"{user_id}@example.org" if has_address else None, made_at)
    await database.pool.execute(_ACCEPTANCE, user_id, 1, made_at)


async def test_auth_that_was_never_told_cannot_say(looks: Mapping[str, Look]) -> None:
    """Without a version nobody knows what anybody should have been told."""
    assert await seen(looks, CHECK) is State.CANNOT_SAY


async def test_who_was_not_told_before_its_day_is_seen(database: Database, looks: Mapping[str, Look]) -> None:
    """Somebody who was here before and heard of it by neither mail nor notice breaks the promise; one way is enough."""
    await published(database)
    for number, way in enumerate(("mail", "notice")):
        user_id = f"usr_{number}"
        await person(database, user_id, NOW - 30 * DAY)
        assert await seen(looks, CHECK) is State.BROKEN
        assert (await looks[CHECK]())["people_not_told"] == 1
        await database.pool.execute(_TELLING, user_id, 2, way, NOW - 2 * DAY)
        assert await seen(looks, CHECK) is State.KEPT


async def test_who_came_as_it_began_is_asked_and_not_missed(database: Database, looks: Mapping[str, Look]) -> None:
    """Nobody can be told of a day that is past as they come; nor within the hour before, as announcing goes round."""
    await published(database)
    await person(database, "usr_just_before", NOW - HOUR - HOUR)
    await person(database, "usr_after", NOW - HOUR / 2)
    await database.pool.execute("UPDATE policy_acceptances SET version = 2 WHERE user_id = 'usr_after'")
    assert await seen(looks, CHECK) is State.KEPT


async def test_who_was_told_late_breaks_it_for_a_day(
    database: Database, looks: Mapping[str, Look], clock: ManualClock
) -> None:
    """A mail that went after the version's day is no announcement; a day later it stands in the history."""
    await published(database)
    await person(database, "usr_1", NOW - 30 * DAY)
    await database.pool.execute(_TELLING, "usr_1", 2, "mail", NOW)
    assert await seen(looks, CHECK) is State.BROKEN
    assert (await looks[CHECK]())["people_told_late"] == 1
    clock.advance(days=1, seconds=1)
    assert await seen(looks, CHECK) is State.KEPT


async def test_a_notice_after_the_mail_is_not_late(database: Database, looks: Mapping[str, Look]) -> None:
    """Who was written to in time may see the notice whenever they come."""
    await published(database)
    await person(database, "usr_1", NOW - 30 * DAY)
    await database.pool.execute(_TELLING, "usr_1", 2, "mail", NOW - 2 * DAY)
    await database.pool.execute(_TELLING, "usr_1", 2, "notice", NOW)
    assert await seen(looks, CHECK) is State.KEPT


async def test_what_auth_heard_of_first_when_it_was_in_force_is_told_within_a_day(
    database: Database, looks: Mapping[str, Look], clock: ManualClock
) -> None:
    """An installation that is brought up to date has a day to tell its people, and no more."""
    await database.pool.execute(_VERSION, 2, NOW - 30 * DAY, NOW)
    await database.pool.execute(_ACCOUNT, "usr_1", "ada@example.org", NOW - 100 * DAY)
    assert await seen(looks, CHECK) is State.KEPT
    clock.advance(days=1)
    assert await seen(looks, CHECK) is State.BROKEN
    await database.pool.execute(_TELLING, "usr_1", 2, "mail", NOW + HOUR)
    assert await seen(looks, CHECK) is State.KEPT


async def test_a_later_version_that_nobody_announced_is_seen_at_once(
    database: Database, looks: Mapping[str, Look]
) -> None:
    """One that comes into force as it is published was kept from everybody who was here."""
    await database.pool.execute(_VERSION, 1, NOW - 1000 * DAY, NOW - 900 * DAY)
    await person(database, "usr_1", NOW - 30 * DAY)
    assert await seen(looks, CHECK) is State.KEPT
    await database.pool.execute(_VERSION, 2, NOW - HOUR, NOW - HOUR / 2)
    assert await seen(looks, CHECK) is State.BROKEN


async def test_who_cannot_be_written_to_is_counted_and_breaks_nothing(
    database: Database, looks: Mapping[str, Look]
) -> None:
    """The notice waits for whoever has no address until they come, which is told and is nobody's fault."""
    await published(database)
    await person(database, "usr_1", NOW - 30 * DAY, has_address=False)
    assert await seen(looks, CHECK) is State.KEPT
    assert (await looks[CHECK]())["people_without_address"] == 1


@pytest.mark.parametrize("version", [1, 3])
async def test_an_acceptance_of_what_was_not_in_force_is_seen(
    database: Database, looks: Mapping[str, Look], version: int
) -> None:
    """One of an older version than counted then, or of one that was still to come, was never anybody's to give."""
    await published(database)
    await database.pool.execute(_VERSION, 3, NOW + DAY, NOW)
    await database.pool.execute(_ACCOUNT, "usr_1", "ada@example.org", NOW - HOUR / 2)
    await database.pool.execute(_ACCEPTANCE, "usr_1", 2, NOW - HOUR / 2)
    assert await seen(looks, CHECK) is State.KEPT
    await database.pool.execute(_ACCEPTANCE, "usr_1", version, NOW - HOUR / 3)
    assert await seen(looks, CHECK) is State.BROKEN
    assert (await looks[CHECK]())["acceptances_not_in_force"] == 1


async def test_what_was_accepted_before_auth_heard_of_the_next_was_in_force(
    database: Database, looks: Mapping[str, Look]
) -> None:
    """An installation that is brought up to date after a version's day had the one before in force until then."""
    await database.pool.execute(_VERSION, 1, NOW - 1000 * DAY, NOW - 900 * DAY)
    await database.pool.execute(_VERSION, 2, NOW - HOUR, NOW - HOUR / 2)
    await person(database, "usr_1", NOW - HOUR / 4 * 3)
    assert (await looks[CHECK]())["acceptances_not_in_force"] == 0
    await database.pool.execute(_ACCOUNT, "usr_2", "bob@example.org", NOW - HOUR / 4)
    await database.pool.execute(_ACCEPTANCE, "usr_2", 1, NOW - HOUR / 4)
    assert (await looks[CHECK]())["acceptances_not_in_force"] == 1


async def test_an_account_that_accepted_nothing_is_seen(database: Database, looks: Mapping[str, Look]) -> None:
    """One that was made since acceptances are noted; not one of before, nor one that an operator made for somebody."""
    await published(database)
    await database.pool.execute(_ACCOUNT, "usr_before", None, NOW - 950 * DAY)
    await database.pool.execute(_ACCOUNT, "usr_given", "given@example.org", NOW - HOUR / 2)
    await database.pool.execute(_TELLING, "usr_given", 2, "operator", NOW - HOUR / 2)
    assert await seen(looks, CHECK) is State.KEPT
    await database.pool.execute(_ACCOUNT, "usr_1", "ada@example.org", NOW - HOUR / 2)
    assert await seen(looks, CHECK) is State.BROKEN
    assert (await looks[CHECK]())["accounts_without_acceptance"] == 1
    await database.pool.execute("UPDATE accounts SET closed_at = now() WHERE user_id = 'usr_1'")
    assert await seen(looks, CHECK) is State.KEPT


async def test_it_says_how_many_have_accepted_and_know_of_the_next(
    database: Database, looks: Mapping[str, Look]
) -> None:
    """Figures that decide nothing: accounts, who accepted what is in force, and who was told of what comes."""
    await published(database)
    await database.pool.execute(_VERSION, 3, NOW + DAY, NOW)
    for number in range(3):
        await person(database, f"usr_{number}", NOW - 30 * DAY)
        await database.pool.execute(_TELLING, f"usr_{number}", 2, "mail", NOW - 2 * DAY)
    await database.pool.execute(_ACCEPTANCE, "usr_0", 2, NOW)
    for way in ("mail", "notice"):
        await database.pool.execute(_TELLING, "usr_1", 3, way, NOW)
    figures = await looks[CHECK]()
    assert {name: count for name, count in figures.items() if count} == {
        "accounts": 3,
        "people_accepted": 1,
        "people_told_of_next": 1,
    }
