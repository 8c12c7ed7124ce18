"""The end of payment records, seven years after their account: on PostgreSQL, with Stripe's SDK before the stand-in."""

from __future__ import annotations

import asyncio
import collections
import datetime
from collections.abc import AsyncIterator, Mapping
from typing import Any

import asyncpg
import pytest

from chassis.db.pool import Database
from chassis.testing.clock import ManualClock
from chassis.testing.postgres import PostgresServer
from services.billing.app import purge_payments as verb
from services.billing.app.change_plan import change_plan
from services.billing.app.erase_payer import erase_payer
from services.billing.app.look_at_customer import look_at_customer
from services.billing.app.purge_payments import Purged, purge_payments
from services.billing.domain.payments import Invoice
from services.billing.store.examination import Examination
from services.billing.store.purging import _NOBODYS, PurgeStore
from services.billing.wiring import MIGRATIONS
from services.retention.domain.finding import State
from tests.integration.billing.counter import HOUR, OWNER, PRO, STUDIO, Counter, at_counter
from tests.integration.examined import seen
from tests.integration.stripe.shop import opened

NEIGHBOUR = "usr_bob"
OF_PERSON = ("entries", "grants", "invoices", "customers", "accounts", "open_grants")
KEPT = "interval '7 years'"
PAST = datetime.datetime(2100, 1, 1, tzinfo=datetime.UTC)
"""What a wrong clock might name: nothing younger than seven years goes by it."""


@pytest.fixture
async def database(postgres: PostgresServer) -> AsyncIterator[Database]:
    async with postgres.database("billing", MIGRATIONS) as database:
        yield database


@pytest.fixture
async def at(database: Database) -> AsyncIterator[Counter]:
    async with opened() as shop, at_counter(shop, database) as made:
        yield made


@pytest.fixture
def records(database: Database) -> PurgeStore:
    return PurgeStore(database)


async def _customer(at: Counter, owner_id: str) -> None:
    """Somebody who changed plans, bought a pack, separated songs, and has one under way."""
    await at.pay(PRO, owner_id)
    await at.look(owner_id)
    await change_plan(at.ports, owner_id, STUDIO)
    await at.pay(HOUR, owner_id)
    await at.look(owner_id)
    await at.separate(60, f"done_{owner_id}", owner_id)
    await at.hold(120, f"job_{owner_id}", owner_id)


async def _erased(at: Counter, database: Database, owner_id: str, ago: str) -> None:
    """Have them erased, and let that be so long ago."""
    assert (await erase_payer(at.ports, owner_id)).is_finished
    await _aged(database, owner_id, ago)


async def _aged(database: Database, owner_id: str, ago: str) -> None:
    for statement in (
        f"UPDATE erased_people SET begun_at = now() - ({ago}), finished_at = now() - ({ago}) WHERE user_id = $1",  # noqa: S608 - of this file
        f"UPDATE invoices SET created_at = now() - ({ago}) WHERE owner_id = $1",  # noqa: S608 - of this file
    ):
        await database.pool.execute(statement, owner_id)


async def _held(database: Database, owner_id: str) -> Mapping[str, list[str]]:
    """All rows of a person, by table; what there is none of is left out."""
    held = {
        table: await database.pool.fetch(f"SELECT t::text AS row FROM {table} t WHERE owner_id = $1", owner_id)  # noqa: S608 - names above
        for table in OF_PERSON
    }
    lines = "SELECT p::text AS row FROM postings p JOIN grants USING (grant_id) WHERE owner_id = $1"
    held["postings"] = await database.pool.fetch(lines, owner_id)
    return {table: sorted(row["row"] for row in rows) for table, rows in held.items() if rows}


async def _unbalanced(database: Database, under_way: str = "") -> list[Any]:
    """Entries that are not what their postings say, and grants below zero or whose line is torn.

    Whose purge is under way may have grants without all of their entries: nobody reads those any more.
    """
    return [
        *await database.pool.fetch(
            "SELECT entry_id FROM entries LEFT JOIN postings USING (entry_id) WHERE owner_id IS NOT NULL"
            " GROUP BY entry_id HAVING coalesce(sum(left_change_s), 0) <> balance_change_s"
        ),
        *await database.pool.fetch(
            "SELECT grant_id FROM grants JOIN postings USING (grant_id) WHERE owner_id <> $1 GROUP BY grant_id"
            " HAVING sum(left_change_s) < 0 OR sum(held_change_s) < 0",
            under_way,
        ),
        *await database.pool.fetch(
            "SELECT g.grant_id FROM grants g WHERE NOT EXISTS (SELECT FROM grants o WHERE o.grant_id = g.origin_id)"
        ),
    ]


async def test_a_day_before_the_seven_years_nothing_goes_and_after_them_all_does(
    at: Counter, database: Database, records: PurgeStore
) -> None:
    """Of whom was erased seven years ago nothing is left; who was a day less ago, or is here, loses nothing at all."""
    for owner_id in (OWNER, "usr_later", NEIGHBOUR):
        await _customer(at, owner_id)
    await _erased(at, database, OWNER, f"{KEPT} + interval '-1 day'")
    await _erased(at, database, "usr_later", f"{KEPT} + interval '-1 day'")
    before = {each: await _held(database, each) for each in (OWNER, "usr_later", NEIGHBOUR)}
    assert before[OWNER].keys() == {"entries", "grants", "invoices", "customers", "postings"}
    usage = await at.usage(NEIGHBOUR)
    assert await purge_payments(records, PAST) == Purged(True, {})
    assert {each: await _held(database, each) for each in before} == before

    await _aged(database, OWNER, f"{KEPT} + interval '1 minute'")
    done = await purge_payments(records, PAST)
    assert done.is_finished
    assert done.counts == {
        "ledger_entries": len(before[OWNER]["entries"]),
        "grants": len(before[OWNER]["grants"]),
        "invoices": 3,
        "customers": 1,
        "people": 1,
    }
    assert await _held(database, OWNER) == {}
    assert {each: await _held(database, each) for each in ("usr_later", NEIGHBOUR)} == {
        each: before[each] for each in ("usr_later", NEIGHBOUR)
    }
    assert await purge_payments(records, PAST) == Purged(True, {})
    assert await _unbalanced(database) == []
    assert await at.usage(NEIGHBOUR) == usage
    await at.let_go(f"job_{NEIGHBOUR}")
    await at.separate(60, "after", NEIGHBOUR)
    assert await _unbalanced(database) == []


async def test_a_moment_before_the_end_keeps_what_the_law_would_let_go(
    at: Counter, database: Database, records: PurgeStore
) -> None:
    """Nothing goes that ended after the moment that retention names, however long ago that is."""
    await _customer(at, OWNER)
    await _erased(at, database, OWNER, "interval '9 years'")
    before = await _held(database, OWNER)
    ten_years_ago = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=3653)
    assert await purge_payments(records, ten_years_ago) == Purged(True, {})
    assert await _held(database, OWNER) == before
    assert (await purge_payments(records, PAST)).counts["invoices"] == 3


@pytest.mark.parametrize("ago", [None, f"{KEPT} + interval '-1 day'"], ids=["here", "erased"])
@pytest.mark.parametrize("table", ["postings", "entries", "grants", "invoices"])
async def test_the_database_refuses_to_remove_what_is_to_be_kept(
    at: Counter, database: Database, table: str, ago: str | None
) -> None:
    """No statement takes a record of somebody who is here, or who was erased less than seven years ago."""
    await _customer(at, OWNER)
    if ago:
        await _erased(at, database, OWNER, ago)
    before = await _held(database, OWNER)
    remove = (
        "WITH lines AS (DELETE FROM postings WHERE entry_id IN (SELECT entry_id FROM entries))"
        if table in ("entries", "grants")
        else ""
    )
    with pytest.raises(asyncpg.RaiseError, match="kept for seven years"):
        await database.pool.execute(f"{remove} DELETE FROM {table}")  # noqa: S608 - names above
    assert await _held(database, OWNER) == before


@pytest.mark.parametrize(
    "change",
    [
        *("UPDATE entries SET seconds = 0", "UPDATE grants SET kept_s = 0", "TRUNCATE postings"),
        *("TRUNCATE invoices", "UPDATE invoices SET state = 'draft'", "UPDATE invoices SET owner_id = 'usr_gone'"),
    ],
)
async def test_no_age_lets_anybody_change_the_ledger(at: Counter, database: Database, change: str) -> None:
    """What is past its life is removed or stays: it is never changed, and no table is emptied at once."""
    await _customer(at, OWNER)
    await _erased(at, database, OWNER, "interval '8 years'")
    with pytest.raises(asyncpg.RaiseError, match="added, never changed"):
        await database.pool.execute(change)


_BACK = {
    "an account": "INSERT INTO accounts (owner_id) VALUES ($1)",
    "a job": "INSERT INTO open_reservations VALUES ('job_x', $1, now())",
    "a grant": "INSERT INTO open_grants VALUES ('grant_x', $1, now())",
    "a customer": "UPDATE customers SET erased_at = NULL WHERE owner_id = $1",
    "a late invoice": (
        "INSERT INTO invoices (invoice_id, owner_id, created_at, total, currency, state, look)"
        " VALUES ('in_late', $1, now() - interval '7 years' + interval '1 minute', 1, 'eur', 'paid', 1)"
    ),
    "an unfinished erasure": "UPDATE erased_people SET finished_at = NULL WHERE user_id = $1",
    "no note": "DELETE FROM erased_people WHERE user_id = $1",
}


@pytest.mark.parametrize("back", _BACK.values(), ids=_BACK)
async def test_whoever_is_not_gone_altogether_is_not_touched(
    at: Counter, database: Database, records: PurgeStore, back: str
) -> None:
    """Whom a backup brought back, whose erasure is not over, or of whom an invoice is younger, loses nothing."""
    await _customer(at, OWNER)
    await _erased(at, database, OWNER, "interval '8 years'")
    await database.pool.execute(back, OWNER)
    before = await _held(database, OWNER)
    assert await purge_payments(records, PAST) == Purged(True, {})
    assert await _held(database, OWNER) == before


async def test_a_crash_in_the_middle_goes_on(
    at: Counter, database: Database, records: PurgeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever step was the last before a process died, the next removes the rest, and together they tell it once."""
    monkeypatch.setattr(verb, "STEP", 2)
    for owner_id in (OWNER, NEIGHBOUR):
        await _customer(at, owner_id)
    await _erased(at, database, OWNER, "interval '8 years'")
    left = await _held(database, OWNER)
    told: collections.Counter[str] = collections.Counter()
    while (step := await records.purge_some(PAST, verb.STEP)) is not None:
        # As far as this a process came that died now.
        told.update(step)
        assert sum(step.values()) <= verb.STEP
        assert await _unbalanced(database, under_way=OWNER) == []
        if await _held(database, OWNER):
            assert await records.holds_any(PAST)
    assert told == {
        "ledger_entries": len(left["entries"]),
        "grants": len(left["grants"]),
        "invoices": 3,
        "customers": 1,
        "people": 1,
    }
    assert await _held(database, OWNER) == {}
    assert not await records.holds_any(PAST)


async def test_a_step_that_fails_takes_nothing_away(at: Counter, database: Database, records: PurgeStore) -> None:
    """The step that notes that nothing is left is one with what it removes: a failure in it keeps both."""
    await _customer(at, OWNER)
    await _erased(at, database, OWNER, "interval '8 years'")
    await database.pool.execute("ALTER TABLE erased_people ADD CHECK (records_purged_at IS NULL)")
    with pytest.raises(asyncpg.CheckViolationError):
        await purge_payments(records, PAST)
    assert (await _held(database, OWNER)).keys() == {"customers"}
    await database.pool.execute("ALTER TABLE erased_people DROP CONSTRAINT erased_people_records_purged_at_check")
    assert await purge_payments(records, PAST) == Purged(True, {"customers": 1, "people": 1})
    assert await _held(database, OWNER) == {}


async def test_several_at_once_share_the_people(
    at: Counter, database: Database, records: PurgeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four purges at once remove everything once: what they tell together is what there was."""
    monkeypatch.setattr(verb, "STEP", 3)
    people = [f"usr_{number}" for number in range(6)]
    for owner_id in people:
        await at.separate(60, f"done_{owner_id}", owner_id)
        await at.hold(60, f"job_{owner_id}", owner_id)
        await _erased(at, database, owner_id, "interval '8 years'")
    entries = await database.pool.fetchval("SELECT count(*) FROM entries")
    done = await asyncio.gather(*(purge_payments(records, PAST) for _ in range(4)))
    told = sum((collections.Counter(each.counts) for each in done), collections.Counter[str]())
    assert (told["ledger_entries"], told["grants"]) == (entries, len(people))
    assert await purge_payments(records, PAST) == Purged(True, {})
    assert not [owner_id for owner_id in people if await _held(database, owner_id)]


async def test_one_that_another_is_at_is_not_called_finished(
    at: Counter, database: Database, records: PurgeStore
) -> None:
    """Whoever finds that another process has the last of it says so, and is asked again."""
    await _customer(at, OWNER)
    await _erased(at, database, OWNER, "interval '8 years'")
    async with database.pool.acquire() as other, other.transaction():
        await other.execute("SELECT 1 FROM erased_people WHERE user_id = $1 FOR UPDATE", OWNER)
        assert await purge_payments(records, PAST) == Purged(False, {})
    assert (await purge_payments(records, PAST)).is_finished


async def test_time_that_runs_out_is_told(
    at: Counter, database: Database, records: PurgeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A purge that would take too long for one answer says that there is more, and goes on when it is asked again."""
    await _customer(at, OWNER)
    await _erased(at, database, OWNER, "interval '8 years'")
    monkeypatch.setattr(verb, "_PATIENCE_S", 0.0)
    assert await purge_payments(records, PAST) == Purged(False, {})
    monkeypatch.undo()
    assert (await purge_payments(records, PAST)).is_finished


async def test_nothing_that_comes_late_is_kept_anew(at: Counter, database: Database, records: PurgeStore) -> None:
    """A look at a customer, or an invoice, of somebody whose records are gone keeps nothing of them."""
    await _customer(at, OWNER)
    await _erased(at, database, OWNER, "interval '8 years'")
    await purge_payments(records, PAST)
    late = await at.shop.customer(metadata={"user_id": OWNER})
    await at.shop.subscription(late.id)
    await look_at_customer(at.ports, late.id)
    invoice = Invoice("in_1", "N-1", "paid", False, PAST, PAST, 1, "eur", "", ())
    await at.ports.store.keep_invoices(9, OWNER, [invoice])
    await at.let_go("job_unknown")
    assert await _held(database, OWNER) == {}
    assert (await erase_payer(at.ports, OWNER)).is_finished
    assert await _held(database, OWNER) == {}


async def test_who_had_no_records_brings_a_purge_nearer_to_its_end(database: Database, records: PurgeStore) -> None:
    """Whoever never paid is gone through and counted: retention takes it for no standstill, and goes on at once."""
    await database.pool.execute(
        "INSERT INTO erased_people (user_id, begun_at, finished_at) SELECT 'usr_' || n, moment, moment"
        " FROM generate_series(1, 3) AS n, (SELECT now() - interval '8 years' AS moment)"
    )
    step = await records.purge_some(PAST, 10)
    assert step is not None
    assert any(step.values())
    assert await purge_payments(records, PAST) == Purged(True, {"people": 2})


async def test_what_is_nobodys_is_found_without_reading_the_ledger(database: Database) -> None:
    """Every step asks for it: what is anybody's, or younger, is not gone through."""
    async with database.pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL enable_seqscan = off")
        for question in (f"SELECT EXISTS (SELECT 1{_NOBODYS})", f"SELECT entry_id{_NOBODYS} ORDER BY at LIMIT 10"):
            plan = await connection.fetch(f"EXPLAIN {question.replace('$1::timestamptz', 'now()')}")
            assert "entries_of_nobody" in "".join(row[0] for row in plan)


async def test_what_is_nobodys_goes_by_its_own_age(database: Database, records: PurgeStore) -> None:
    """The end of a job that never reserved names nobody: it goes seven years after it was written."""
    await database.pool.execute(
        "INSERT INTO entries (kind, job_id, seconds, balance_change_s, at) VALUES"
        " ('release', 'job_old', 0, 0, now() - interval '7 years 1 minute'),"
        " ('release', 'job_new', 0, 0, now() - interval '6 years 364 days')"
    )
    assert await purge_payments(records, PAST) == Purged(True, {"ledger_entries": 1})
    assert [row["job_id"] for row in await database.pool.fetch("SELECT job_id FROM entries")] == ["job_new"]
    with pytest.raises(asyncpg.RaiseError, match="kept for seven years"):
        await database.pool.execute("DELETE FROM entries")


async def test_the_check_sees_whatever_no_purge_removes(at: Counter, database: Database, records: PurgeStore) -> None:
    """Records a day past their life break the promise, somebody's or nobody's, until they are purged."""
    clock = ManualClock(datetime.datetime.now(datetime.UTC))
    looks = Examination(database, clock, uses_payment_party=False).looks()
    name = "payments_purged_in_time"
    await _customer(at, OWNER)
    await _customer(at, NEIGHBOUR)
    await _erased(at, database, OWNER, f"{KEPT} + interval '1 day' - interval '1 minute'")
    assert await seen(looks, name) is State.KEPT
    assert (await looks[name]())["erased_payers"] == 1
    clock.advance(minutes=2)
    assert await seen(looks, name) is State.BROKEN
    await purge_payments(records, PAST)
    assert await looks[name]() == {"payment_records_past_seven_years": 0, "erased_payers": 0}
    await database.pool.execute(
        "INSERT INTO entries (kind, job_id, seconds, balance_change_s, at)"
        " VALUES ('release', 'job_old', 0, 0, now() - interval '7 years 2 days')"
    )
    assert await seen(looks, name) is State.BROKEN
    await purge_payments(records, PAST)
    assert await seen(looks, name) is State.KEPT


async def test_a_large_account_goes_in_small_steps(at: Counter, database: Database, records: PurgeStore) -> None:
    """However much there is of a person, no step removes more than it may."""
    async with database.pool.acquire() as connection, connection.transaction():
        await connection.execute(
            "INSERT INTO grants (grant_id, owner_id, source, nominal_s, starts_at, expires_at, origin_id, kept_s,"
            " granted_at) SELECT 'g' || n, $1, 'top_up', 10, now(), now() + interval '1 day', 'g' || n, 0, now()"
            " FROM generate_series(1, 2500) AS n",
            OWNER,
        )
        await connection.execute(
            "WITH made AS (INSERT INTO entries (kind, owner_id, seconds, balance_change_s, at)"
            " SELECT 'grant', $1, 10, 10, now() FROM generate_series(1, 2500) RETURNING entry_id),"
            " numbered AS (SELECT entry_id, row_number() OVER (ORDER BY entry_id) AS n FROM made)"
            " INSERT INTO postings SELECT entry_id, 'g' || n, 'grant', 10, 0 FROM numbered",
            OWNER,
        )
    await _erased(at, database, OWNER, "interval '8 years'")
    done = await purge_payments(records, PAST)
    assert done == Purged(True, {"ledger_entries": 2500, "grants": 2500, "people": 1})
