"""The schema with grants under the code and the data from before there were any."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import random
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chassis.db.migrate import migrate
from chassis.db.pool import Database
from chassis.db.transaction import transaction
from chassis.testing.clock import ManualClock
from chassis.testing.postgres import PostgresServer
from services.billing.app.expire_grants import expire_grants
from services.billing.app.get_usage import get_usage
from services.billing.app.grant_seconds import grant_seconds
from services.billing.app.list_entries import list_entries
from services.billing.app.list_open_reservations import list_open_reservations
from services.billing.app.ports import Ports
from services.billing.app.release_seconds import release_seconds
from services.billing.app.reserve_seconds import reserve_seconds
from services.billing.app.retract_grant import retract_grant
from services.billing.app.settle_seconds import settle_seconds
from services.billing.domain.entries import EntryKind
from services.billing.domain.errors import MinutesExhausted
from services.billing.domain.grants import Order, Source
from services.billing.domain.plans import catalogue
from services.billing.events.envelopes import encode
from services.billing.store.ledger import LedgerStore
from services.billing.wiring import MIGRATIONS
from tests.integration.billing.older_code import OlderBilling

FIRST = "0001_pre_ledger.sql"
UP_TO_NOW = datetime.timedelta(seconds=-1)
JANUARY = "plan_month:usr_1:2030-01"


@pytest.fixture
async def older_schema(postgres: PostgresServer, tmp_path: Path) -> AsyncIterator[Database]:
    """A database as it was before grants."""
    shutil.copy(MIGRATIONS / FIRST, tmp_path / FIRST)
    async with postgres.database("billing", tmp_path) as database:
        yield database


@pytest.fixture
async def database(postgres: PostgresServer) -> AsyncIterator[Database]:
    async with postgres.database("billing", MIGRATIONS) as database:
        yield database


def _ports(database: Database, clock: ManualClock | None = None) -> Ports:
    return Ports(LedgerStore(database, encode), clock or ManualClock(), catalogue("free"))


async def _heaps(ports: Ports, grant_id: str) -> tuple[int, int, int, int, int]:
    async with ports.store.transaction() as work:
        sheet = await work.sheet(grant_id)
    assert sheet
    return sheet.granted_s, sheet.left_s, sheet.held_s, sheet.charged_s, sheet.expired_s


async def test_entries_from_before_become_grants_that_end_with_their_month(older_schema: Database) -> None:
    """After the migration each month is a grant with the seconds left, held and charged that its entries said."""
    older, clock = OlderBilling(older_schema), ManualClock()
    december = clock.now() - datetime.timedelta(days=3)
    await older.reserve("usr_1", "job_past", 100, december)
    await older.settle("job_past", 40, december)
    await older.reserve("usr_1", "job_done", 900, clock.now())
    await older.settle("job_done", 800, clock.now())
    await older.reserve("usr_1", "job_free", 500, clock.now())
    await older.release("job_free", clock.now())
    await older.release("job_never", clock.now())
    await older.reserve("usr_1", "job_open", 700, clock.now())
    await older.lower("usr_1", 3000, clock.now())
    await migrate(older_schema, MIGRATIONS)
    ports = _ports(older_schema, clock)
    assert await _heaps(ports, JANUARY) == (3000, 1500, 700, 800, 0)
    assert await _heaps(ports, "plan_month:usr_1:2029-12") == (3600, 3560, 0, 40, 0)
    page = await list_open_reservations(ports, UP_TO_NOW, None, 0)
    assert [each.job_id for each in page.reservations] == ["job_open"]
    assert (await settle_seconds(ports, "job_open", 700)).charged_s == 700
    await expire_grants(ports)
    assert await _heaps(ports, "plan_month:usr_1:2029-12") == (3600, 0, 0, 40, 3560)
    assert len((await list_entries(ports, "usr_1", None, 0)).entries) == 12


_ENTRIES_READ = "SELECT kind FROM entries WHERE job_id = 'job_1'"
_ACCOUNT_LOCKED = "SELECT plan FROM accounts WHERE owner_id = 'usr_1' FOR UPDATE"


@pytest.mark.parametrize(
    ("first", "then"),
    [(_ENTRIES_READ, _ACCOUNT_LOCKED), (_ACCOUNT_LOCKED, _ENTRIES_READ)],
    ids=["reservation", "change of plan"],
)
async def test_migration_lets_older_work_that_has_begun_go_on(older_schema: Database, first: str, then: str) -> None:
    """Whichever table older code took first, it gets the other one too, and the migration comes after it."""
    await OlderBilling(older_schema).reserve("usr_1", "job_0", 60, ManualClock().now())
    async with transaction(older_schema) as tx:
        await tx.connection.fetch(first)
        migrated = asyncio.create_task(migrate(older_schema, MIGRATIONS))
        waits = 0
        while not (migrated.done() or waits):
            waits = await older_schema.pool.fetchval(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND (wait_event_type = 'Lock' OR wait_event = 'PgSleep')"
            )
        await tx.connection.fetch(then)
    assert await migrated == sorted(file.name for file in MIGRATIONS.glob("*.sql") if file.name > FIRST)


async def test_older_code_writes_on_beside_newer(database: Database) -> None:
    """Older and newer code at once on one account: what one reserves the other counts, settles and releases."""
    older, clock = OlderBilling(database), ManualClock()
    ports, now = _ports(database, clock), clock.now()
    assert await older.reserve("usr_1", "job_1", 600, now) == 3000
    assert await reserve_seconds(ports, "usr_1", "job_2", 600) == 2400
    assert (await settle_seconds(ports, "job_1", 590)).charged_s == 590
    assert await older.settle("job_2", 580, now) == 580
    assert await older.reserve("usr_1", "job_3", 100, now) == 2330
    assert await reserve_seconds(ports, "usr_1", "job_4", 100) == 2230
    await release_seconds(ports, "job_3")
    await older.release("job_4", now)
    assert await older.left("usr_1", now) == (await get_usage(ports, "usr_1")).left_s == 2430
    assert await _heaps(ports, JANUARY) == (3600, 2430, 0, 1170, 0)


async def test_older_code_never_overdraws_what_newer_code_granted(database: Database) -> None:
    """Older code gives none of the seconds beside the month's, and ends jobs that draw on both as newer code does."""
    older, clock = OlderBilling(database), ManualClock()
    ports, now = _ports(database, clock), clock.now()
    order = Order("usr_1", Source.TOP_UP, "cs_1", 1000, now, now + datetime.timedelta(days=365))
    grant = await grant_seconds(ports, order)
    for number in range(4):
        await reserve_seconds(ports, "usr_1", f"job_{number}", 850)
    await reserve_seconds(ports, "usr_1", "job_split", 300)
    assert await _heaps(ports, grant.grant_id) == (1000, 900, 100, 0, 0)
    with pytest.raises(MinutesExhausted):
        await older.reserve("usr_1", "job_more", 1, now)
    await retract_grant(ports, "usr_1", grant.grant_id)
    await older.settle("job_split", 250, now)
    # What ends first was charged; the rest went back to the pack, which was refunded meanwhile.
    assert await _heaps(ports, JANUARY) == (3600, 0, 3400, 200, 0)
    assert await _heaps(ports, grant.grant_id) == (1000, 0, 0, 50, 0)
    kinds = [each.entry.kind for each in (await list_entries(ports, "usr_1", None, 2)).entries]
    assert kinds == [EntryKind.RETRACT, EntryKind.SETTLE]


async def test_what_older_code_gives_back_to_a_month_that_is_over_expires(database: Database) -> None:
    """A job that older code ends in the next month gives nothing back that can be used."""
    older, clock = OlderBilling(database), ManualClock()
    ports = _ports(database, clock)
    await older.reserve("usr_1", "job_1", 600, clock.now())
    clock.advance(days=40)
    await expire_grants(ports)
    await older.release("job_1", clock.now())
    assert await _heaps(ports, JANUARY) == (3600, 0, 0, 0, 3600)


@pytest.mark.parametrize("seed", range(3))
async def test_older_and_newer_processes_race_without_overdraft(database: Database, seed: int) -> None:
    """Jobs reserved and ended by both at once, at random: both count the same, and no grant is below zero."""
    older, clock = OlderBilling(database), ManualClock()
    ports, now = _ports(database, clock), clock.now()
    rng = random.Random(seed)
    # No more at once than there are connections, so that none waits for one longer than it may.
    processes = asyncio.Semaphore(4)

    async def live(number: int) -> None:
        async with processes:
            await one_job(number)

    async def one_job(number: int) -> None:
        job_id, seconds, ends_old, charged = f"job_{number}", rng.randint(50, 300), rng.random() < 0.5, rng.random()
        begin = older.reserve("usr_1", job_id, seconds, now)
        begins_old = rng.random() < 0.5
        if not begins_old:
            begin.close()
            begin = reserve_seconds(ports, "usr_1", job_id, seconds)
        with contextlib.suppress(MinutesExhausted):
            await begin
            if charged < 0.5:
                await (older.settle(job_id, 60, now) if ends_old else settle_seconds(ports, job_id, 60))
            else:
                await (older.release(job_id, now) if ends_old else release_seconds(ports, job_id))

    await asyncio.gather(*(live(number) for number in range(24)))
    granted_s, left_s, held_s, charged_s, _ = await _heaps(ports, JANUARY)
    assert (granted_s, held_s) == (3600, 0)
    assert left_s + charged_s == 3600
    assert await older.left("usr_1", now) == (await get_usage(ports, "usr_1")).left_s == left_s
