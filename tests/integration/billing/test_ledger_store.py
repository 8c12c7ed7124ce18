"""The ledger on a real PostgreSQL."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime
import itertools
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import asyncpg
import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from chassis.db.pool import Database
from chassis.testing.clock import ManualClock
from chassis.testing.postgres import PostgresServer
from services.billing.app.get_usage import get_usage
from services.billing.app.grant_seconds import grant_seconds
from services.billing.app.ports import Ports
from services.billing.app.release_seconds import release_seconds
from services.billing.app.reserve_seconds import reserve_seconds
from services.billing.app.retract_grant import retract_grant
from services.billing.app.settle_seconds import settle_seconds
from services.billing.domain.entries import Entry, EntryKind, Posting
from services.billing.domain.errors import GrantMismatch, MinutesExhausted, ReservationReleased
from services.billing.domain.grants import Grant, Order, Source
from services.billing.domain.month import month_of
from services.billing.domain.plans import catalogue
from services.billing.events.envelopes import encode
from services.billing.store.ledger import LedgerStore, LedgerWork
from services.billing.wiring import MIGRATIONS
from stripsession.billing.v1 import events_pb2
from tests.unit.billing.ledger_machine import LedgerMachine

SONG_S = 12 * 60  # five of these fill the free plan's hour
_EXAMPLES = 20
Call = Coroutine[Any, Any, object]


@pytest.fixture
async def database(postgres: PostgresServer) -> AsyncIterator[Database]:
    async with postgres.database("billing", MIGRATIONS) as database:
        yield database


def _ports(database: Database) -> Ports:
    return Ports(LedgerStore(database, encode), ManualClock(), catalogue("free"))


@pytest.mark.property
def test_no_sequence_of_calls_breaks_the_books(postgres: PostgresServer) -> None:
    """On PostgreSQL too, whatever is called in whatever order, balances match independent books and stay >= 0."""
    numbers = itertools.count()
    with asyncio.Runner() as runner, contextlib.ExitStack() as stack:
        opened = postgres.database("billing", MIGRATIONS)
        database = runner.run(opened.__aenter__())
        stack.callback(lambda: runner.run(opened.__aexit__(None, None, None)))
        store = LedgerStore(database, encode)

        class OnPostgres(LedgerMachine):
            """The machine among the names of earlier runs."""

            compare_every = 4

            def __init__(self) -> None:
                super().__init__(store, runner.run, f"{next(numbers)} ")

        run_state_machine_as_test(OnPostgres, settings=settings(max_examples=_EXAMPLES, stateful_step_count=25))
        assert runner.run(_unlike(database)) == {"lists": [], "grants": [], "jobs": []}


async def _unlike(database: Database) -> dict[str, list[str]]:
    """What the tables themselves say against the promises: lists unlike the ledger, sums below 0, wrong charges."""
    lists = await database.pool.fetch(
        "SELECT job_id FROM open_reservations FULL JOIN (SELECT r.job_id FROM entries r WHERE r.kind = 'reserve'"
        " AND NOT EXISTS (SELECT FROM entries e WHERE e.job_id = r.job_id AND e.kind IN ('settle', 'release'))) told"
        " USING (job_id) WHERE open_reservations.reserved_at IS NULL OR told.job_id IS NULL"
    )
    grants = await database.pool.fetch(
        "SELECT grant_id FROM postings GROUP BY grant_id HAVING sum(left_change_s) < 0 OR sum(held_change_s) <> 0"
        " OR sum(left_change_s) > sum(left_change_s) FILTER (WHERE kind = 'grant')"
    )
    jobs = await database.pool.fetch(
        "SELECT s.job_id FROM entries s LEFT JOIN entries r ON r.job_id = s.job_id AND r.kind = 'reserve'"
        " WHERE s.kind = 'settle' GROUP BY s.job_id HAVING count(*) > 1 OR sum(s.seconds) > sum(r.seconds)"
    )
    return {
        "lists": [row["job_id"] for row in lists],
        "grants": [row["grant_id"] for row in grants],
        "jobs": [row["job_id"] for row in jobs],
    }


async def test_twenty_at_once_win_as_often_as_minutes_last(database: Database) -> None:
    """Of twenty parallel reservations on an account with minutes for five, exactly five win."""
    ports = _ports(database)
    results = await asyncio.gather(
        *(reserve_seconds(ports, "usr_1", f"job_{number}", SONG_S) for number in range(20)), return_exceptions=True
    )
    assert sorted(str(result) for result in results if isinstance(result, int)) == ["0", "1440", "2160", "2880", "720"]
    assert sum(isinstance(result, MinutesExhausted) for result in results) == 15
    assert (await get_usage(ports, "usr_1")).left_s == 0


async def test_parallel_repeats_of_one_job_count_once(database: Database) -> None:
    """Ten parallel reservations and then ten charges of one job hold and charge it once, with one fact."""
    ports = _ports(database)
    assert set(await asyncio.gather(*(reserve_seconds(ports, "usr_1", "job_1", SONG_S) for _ in range(10)))) == {2880}
    settlements = await asyncio.gather(*(settle_seconds(ports, "job_1", SONG_S - 1) for _ in range(10)))
    assert {settlement.charged_s for settlement in settlements} == {SONG_S - 1}
    payloads = await database.pool.fetch("SELECT payload FROM outbox")
    assert [events_pb2.MinutesSettled.FromString(row["payload"]) for row in payloads] == [
        events_pb2.MinutesSettled(owner_id="usr_1", job_id="job_1", charged_s=SONG_S - 1)
    ]


async def test_job_ends_one_way_only(database: Database) -> None:
    """A charge and a release that race for a job: one wins, the other is refused."""
    ports = _ports(database)
    for number in range(10):
        await reserve_seconds(ports, "usr_1", f"job_{number}", 60)
        results = await asyncio.gather(
            settle_seconds(ports, f"job_{number}", 60), release_seconds(ports, f"job_{number}"), return_exceptions=True
        )
        assert sum(isinstance(result, Exception) for result in results) == 1


async def test_release_racing_its_reservation_leaves_nothing_held(database: Database) -> None:
    """Whichever of a reservation and its release comes first, nothing stays set aside."""
    ports = _ports(database)
    for number in range(10):
        results = await asyncio.gather(
            reserve_seconds(ports, "usr_1", f"job_{number}", 60),
            release_seconds(ports, f"job_{number}"),
            return_exceptions=True,
        )
        assert isinstance(results[0], int | ReservationReleased)
        assert results[1] is None
    usage = await get_usage(ports, "usr_1")
    assert (usage.reserved_s, usage.settled_s, usage.left_s) == (0, 0, 3600)


class PausedStore:
    """A store whose units of work wait before they commit."""

    def __init__(self, store: LedgerStore) -> None:
        self.reached, self.go_on = asyncio.Event(), asyncio.Event()
        self._store = store

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[LedgerWork]:
        async with self._store.transaction() as work:
            yield work
            self.reached.set()
            await self.go_on.wait()


async def _one_during_the_other(
    database: Database, first: Callable[[Ports], Call], second: Callable[[Ports], Call]
) -> list[object]:
    """What both say, where the second begins before the first commits and has gone as far as it can by then."""
    ports = _ports(database)
    paused = PausedStore(LedgerStore(database, encode))
    begun = asyncio.create_task(first(dataclasses.replace(ports, store=paused)))
    await paused.reached.wait()
    other = asyncio.create_task(second(ports))
    waits = 0
    while not (other.done() or waits):
        waits = await database.pool.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
    paused.go_on.set()
    return [*await asyncio.gather(begun, other, return_exceptions=True)]


async def test_last_seconds_go_to_one_of_two(database: Database) -> None:
    """Two reservations at once for the last seconds, spread over two grants: one wins, and nothing is left or below."""
    ports = _ports(database)
    now = ports.clock.now()
    order = Order("usr_1", Source.TOP_UP, "cs_1", 60, now, now + datetime.timedelta(days=365))
    await grant_seconds(ports, order)
    for number in range(5):
        await reserve_seconds(ports, "usr_1", f"job_{number}", SONG_S - 12)
    results = await _one_during_the_other(
        database,
        lambda paused: reserve_seconds(paused, "usr_1", "job_a", 120),
        lambda free: reserve_seconds(free, "usr_1", "job_b", 120),
    )
    assert [type(result).__name__ for result in results] == ["int", "MinutesExhausted"]
    assert (await get_usage(ports, "usr_1")).left_s == 0


async def test_history_of_a_job_is_found_by_an_index(database: Database) -> None:
    """However long the ledger is, a job's entries are found without reading it from end to end."""
    async with database.pool.acquire() as connection, connection.transaction():
        # A table of few rows is read whole unless that is forbidden; without an index it is read whole nonetheless.
        await connection.execute("SET LOCAL enable_seqscan = off")
        await connection.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        await connection.execute("PREPARE history (text) AS SELECT kind FROM entries e WHERE e.job_id = $1")
        plan = await connection.fetch("EXPLAIN EXECUTE history ('job_1')")
    assert any("Index Cond: (job_id = " in line[0] for line in plan), plan


async def test_two_orders_at_once_grant_once(database: Database) -> None:
    """Ten deliveries of one payment at once grant its seconds once."""
    ports = _ports(database)
    now = ports.clock.now()
    order = Order("usr_1", Source.TOP_UP, "cs_1", 60, now, now + datetime.timedelta(days=365))
    granted = await asyncio.gather(*(grant_seconds(ports, order) for _ in range(10)))
    assert len(set(granted)) == 1
    assert (await get_usage(ports, "usr_1")).left_s == 3600 + 60


async def test_one_reference_is_never_granted_to_two_people(database: Database) -> None:
    """Of two people's orders at once with one reference the first is granted, and the other gets nothing."""
    now = ManualClock().now()
    orders = [
        Order(owner_id, Source.TOP_UP, "cs_1", 60, now, now + datetime.timedelta(days=365))
        for owner_id in ("usr_1", "usr_2")
    ]
    first, second = await _one_during_the_other(
        database, lambda paused: grant_seconds(paused, orders[0]), lambda free: grant_seconds(free, orders[1])
    )
    assert (isinstance(first, Grant), type(second)) == (True, GrantMismatch)
    ports = _ports(database)
    assert [(await get_usage(ports, order.owner_id)).left_s for order in orders] == [3600 + 60, 3600]


async def test_retraction_beside_a_release_leaves_nothing(database: Database) -> None:
    """Whichever of a refund and the job's release comes first, nothing of the refunded grant is left after both."""
    ports = _ports(database)
    now = ports.clock.now()
    for number in range(2):
        order = Order("usr_1", Source.TOP_UP, f"cs_{number}", 600, now, now + datetime.timedelta(days=20 + number))
        grant_id = (await grant_seconds(ports, order)).grant_id
        await reserve_seconds(ports, "usr_1", f"job_{number}", 300)

        def refund(by: Ports, grant_id: str = grant_id) -> Call:
            return retract_grant(by, "usr_1", grant_id)

        def end(by: Ports, job_id: str = f"job_{number}") -> Call:
            return release_seconds(by, job_id)

        await _one_during_the_other(database, *((refund, end) if number else (end, refund)))
        async with ports.store.transaction() as work:
            sheet = await work.sheet(grant_id)
        assert sheet
        assert (sheet.left_s, sheet.retracted_s) == (0, 600)


@pytest.mark.parametrize(
    ("postings", "reason"),
    [
        ((Posting("top_up:cs_1", -10, 10),), "not what its postings say"),
        ((Posting("top_up:cs_1", -61, 61),), "below zero"),
    ],
)
async def test_database_itself_refuses_wrong_books(database: Database, postings: tuple[Posting], reason: str) -> None:
    """An entry that its postings do not add up to, or that takes a grant below zero, is not committed."""
    ports = _ports(database)
    now = ports.clock.now()
    await grant_seconds(ports, Order("usr_1", Source.TOP_UP, "cs_1", 60, now, now + datetime.timedelta(days=365)))
    seconds = 61
    entry = Entry(EntryKind.RESERVE, "usr_1", month_of(now), "job_1", seconds, -seconds, now, postings)
    with pytest.raises(asyncpg.RaiseError, match=reason):
        async with LedgerStore(database, encode).transaction() as work:
            await work.append(entry)
    assert await database.pool.fetchval("SELECT count(*) FROM entries WHERE kind = 'reserve'") == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET seconds = 1 WHERE false",
        "DELETE FROM postings",
        "WITH lines AS (DELETE FROM postings) DELETE FROM entries",
        "WITH lines AS (DELETE FROM postings) DELETE FROM grants",
        "TRUNCATE entries CASCADE",
        "UPDATE postings SET left_change_s = 1 WHERE false",
        "UPDATE grants SET nominal_s = 1 WHERE false",
    ],
)
async def test_entries_are_never_changed(database: Database, statement: str) -> None:
    """The database refuses to change or remove an entry of the ledger, a posting or a grant."""
    await reserve_seconds(_ports(database), "usr_1", "job_1", 60)
    with pytest.raises(asyncpg.RaiseError, match=r"never changed|kept for seven years"):
        await database.pool.execute(statement)
