"""Billing's part of each check, on real PostgreSQL: red without the code that keeps the promise."""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Mapping

import asyncpg
import pytest

from chassis.db.examining import Look
from chassis.db.pool import Database
from chassis.testing.clock import ManualClock
from chassis.testing.postgres import PostgresServer
from services.billing.store.examination import Examination, count_card_numbers
from services.billing.wiring import MIGRATIONS, NAME
from services.retention.domain.finding import State
from tests.integration.examined import seen

YEAR = datetime.timedelta(days=366)
_INVOICE = (
    "INSERT INTO invoices (invoice_id, owner_id, number, created_at, total, currency, state, url, look)"
    " VALUES ($1, 'usr_1', $2, $3, 1, 'eur', 'paid', $4, 1)"
)


@pytest.fixture
async def database(postgres: PostgresServer) -> AsyncIterator[Database]:
    async with postgres.database(NAME, MIGRATIONS) as database:
        yield database


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def looks(database: Database, clock: ManualClock) -> Mapping[str, Look]:
    return Examination(database, clock, uses_payment_party=False).looks()


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("4242424242424242", 1),
        ("card 4242 4242 4242 4242, and 5555-5555-5555-4444.", 2),
        ("378282246310005", 1),
        ("4242424242424241", 0),
        ("in_4242424242424242x", 0),
        ("https://pay.example/i/a4242424242424242", 0),
        ("0000000000000000", 0),
        ("42424242", 0),
        ("4242", 0),
    ],
)
def test_what_a_card_could_have_is_told_from_other_digits(text: str, count: int) -> None:
    """A number of a card's length and beginning whose last digit checks is one; part of an identifier is not."""
    assert count_card_numbers([text]) == count


async def test_a_card_number_in_any_text_of_payments_is_seen(
    database: Database, looks: Mapping[str, Look], clock: ManualClock
) -> None:
    """A number in a payment's text breaks the promise, and a column that nobody mapped is searched as well."""
    await database.pool.execute(_INVOICE, "in_1", "ABC-0001", clock.now(), "https://pay.example/1")
    await database.pool.execute(
        "INSERT INTO customers (owner_id, asked_at, card_last4) VALUES ('usr_1', now(), '4242')"
    )
    assert await seen(looks, "no_card_numbers") is State.KEPT
    told = await looks["no_card_numbers"]()
    assert told["texts_searched"] >= 3
    assert told["payment_columns_searched"] >= 10
    await database.pool.execute("UPDATE invoices SET number = '4242 4242 4242 4242'")
    assert await seen(looks, "no_card_numbers") is State.BROKEN
    await database.pool.execute("UPDATE invoices SET number = 'ABC-0001'")
    await database.pool.execute("ALTER TABLE customers ADD COLUMN remark text DEFAULT 'pays by 5555555555554444'")
    assert await seen(looks, "no_card_numbers") is State.BROKEN


async def test_the_column_of_the_last_digits_takes_no_more_of_them(
    database: Database, looks: Mapping[str, Look]
) -> None:
    """The table itself refuses a whole number; where that is taken away, the check sees it."""
    planted = "INSERT INTO customers (owner_id, asked_at, card_last4) VALUES ('usr_1', now(), '4242424242424242')"
    with pytest.raises(asyncpg.CheckViolationError):
        await database.pool.execute(planted)
    await database.pool.execute("ALTER TABLE customers DROP CONSTRAINT customers_card_last4_check")
    await database.pool.execute(planted)
    assert await seen(looks, "no_card_numbers") is State.BROKEN


async def test_payment_records_past_seven_years_are_seen(
    database: Database, looks: Mapping[str, Look], clock: ManualClock
) -> None:
    """Records of an erased account break the promise seven years and a day after it, and none of a living one does."""
    await database.pool.execute(_INVOICE, "in_1", "ABC-0001", clock.now(), None)
    clock.advance(days=8 * 366)
    assert await seen(looks, "payments_purged_in_time") is State.KEPT
    erased = "INSERT INTO erased_people (user_id, begun_at, finished_at) VALUES ('usr_1', $1, $1)"
    await database.pool.execute(erased, clock.now() - 6 * YEAR)
    assert await looks["payments_purged_in_time"]() == {"payment_records_past_seven_years": 0, "erased_payers": 1}
    assert await seen(looks, "payments_purged_in_time") is State.KEPT
    clock.advance(days=2 * 366)
    assert await seen(looks, "payments_purged_in_time") is State.BROKEN
    await database.pool.execute("UPDATE erased_people SET finished_at = NULL")
    assert await seen(looks, "payments_purged_in_time") is State.BROKEN


async def test_what_no_reconciliation_removes_is_seen(
    database: Database, looks: Mapping[str, Look], clock: ManualClock
) -> None:
    """An event that is kept longer than its forty days breaks the promise."""
    await database.pool.execute("INSERT INTO received_events VALUES ('evt_1', 'x', $1, $1)", clock.now())
    clock.advance(days=42)
    assert await seen(looks, "expired_things_purged") is State.KEPT
    clock.advance(seconds=1)
    assert await seen(looks, "expired_things_purged") is State.BROKEN


async def test_what_is_left_of_an_erased_person_is_seen(database: Database, looks: Mapping[str, Look]) -> None:
    """Of an erased person the payment records may stay, and nothing else."""
    await database.pool.execute("INSERT INTO erased_people VALUES ('usr_1', now(), now())")
    await database.pool.execute("INSERT INTO customers (owner_id, asked_at, erased_at) VALUES ('usr_1', now(), now())")
    assert await seen(looks, "accounts_erased_in_time") is State.KEPT
    await database.pool.execute("INSERT INTO accounts (owner_id) VALUES ('usr_1')")
    assert await seen(looks, "accounts_erased_in_time") is State.BROKEN


async def test_an_unmapped_column_is_seen(database: Database, looks: Mapping[str, Look]) -> None:
    """A column that the data map does not name breaks the promise."""
    assert await seen(looks, "account_data_is_mapped") is State.KEPT
    await database.pool.execute("ALTER TABLE accounts ADD COLUMN nickname text")
    assert await seen(looks, "account_data_is_mapped") is State.BROKEN


async def test_whoever_takes_payment_is_a_party(database: Database, clock: ManualClock) -> None:
    """Real money is with a payment provider, which the policy lists."""
    looks = Examination(database, clock, uses_payment_party=True).looks()
    assert await looks["third_parties_are_named"]() == {"payment_parties": 1}
    assert await seen(looks, "third_parties_are_named") is State.KEPT
