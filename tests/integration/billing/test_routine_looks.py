"""Looks of a reconciliation on real PostgreSQL: behind those that a payment asks for, and spread evenly."""

from __future__ import annotations

import dataclasses
import datetime
import itertools
from collections.abc import AsyncIterator
from typing import Any

import pytest

from chassis.db.pool import Database
from chassis.testing.postgres import PostgresServer
from services.billing.app.payment_ports import CustomerPage, DueLook
from services.billing.app.reconcile import reconcile
from services.billing.wiring import MIGRATIONS
from tests.integration.billing.counter import PRO, Counter, at_counter
from tests.integration.stripe.shop import opened

MINUTE = datetime.timedelta(minutes=1)
SECOND = datetime.timedelta(seconds=1)


@pytest.fixture
async def database(postgres: PostgresServer) -> AsyncIterator[Database]:
    async with postgres.database("billing", MIGRATIONS) as database:
        yield database


@pytest.fixture
async def at(database: Database) -> AsyncIterator[Counter]:
    async with opened() as shop, at_counter(shop, database) as made:
        yield made


async def reconcile_pages(at: Counter, *pages: list[str]) -> None:
    """A reconciliation in which the provider lists these customers."""

    class Paged:
        def __getattr__(self, name: str) -> Any:
            return getattr(at.provider, name)

        async def customers(self, place: str) -> CustomerPage:
            number = int(place or 0)
            following = str(number + 1) if number + 1 < len(pages) else None
            return CustomerPage(following, [(customer_id, "") for customer_id in pages[number]])

    paged: Any = Paged()
    assert await reconcile(dataclasses.replace(at.ports, given_provider=paged), now=True)


async def due(at: Counter) -> list[DueLook]:
    """Every look that is due, in the order in which they are made."""
    found = []
    while look := await at.ports.store.claim_look(at.ports.now(), at.ports.now() + MINUTE):
        found.append(look)
    return found


async def test_a_payment_does_not_wait_behind_the_reconciliation(at: Counter) -> None:
    """Whose event comes after a reconciliation wished for everybody is looked at next, wished for before or not."""
    await at.pay(PRO)
    event = next(each for each in await at.events() if each["type"] == "invoice.paid")
    store, customer_id = at.ports.store, await at.customer_id()
    await reconcile_pages(at, ["cus_1", "cus_2", "cus_known"])
    await at.shop.control("clock/advance", seconds=60)
    # The reconciliation has read all events; this one happens after it.
    assert await at.deliver(event | {"id": "evt_later"})
    await store.want_looks(["cus_known"], at.ports.now())
    subjects = [look.subject for look in await due(at)]
    assert set(subjects[:2]) == {customer_id, "cus_known"}
    assert subjects[2:] == ["cus_1", "cus_2"]


async def test_a_reconciliation_does_not_put_a_payment_off(at: Counter) -> None:
    """Who was to be looked at for a payment before a reconciliation began still is before everybody else."""
    store = at.ports.store
    await reconcile_pages(at, ["cus_1"])
    await store.want_looks(["cus_paid"], at.ports.now())
    await reconcile_pages(at, ["cus_1", "cus_paid"])
    await at.shop.control("clock/advance", seconds=60)
    assert [look.subject for look in await due(at)] == ["cus_paid", "cus_1"]


async def test_who_is_due_later_by_themselves_is_routine_until_then(at: Counter) -> None:
    """A period's end is looked at before the reconciliation's; until then the reconciliation's look is one of many."""
    store, ends_at = at.ports.store, at.ports.now() + 10 * MINUTE
    await store.want_looks(["cus_9"], at.ports.now())
    (look,) = await due(at)
    await store.finish_look(look, ends_at)
    await reconcile_pages(at, ["cus_1", "cus_9"])
    await at.shop.control("clock/advance", seconds=60)
    looks = await due(at)
    assert [each.subject for each in looks] == ["cus_1", "cus_9"]
    await store.finish_look(looks[1], ends_at)
    await store.fail_look(looks[0], "KeyError", ends_at - SECOND, parked=False)
    await at.shop.control("clock/advance", seconds=600)
    assert [each.subject for each in await due(at)] == ["cus_9", "cus_1"]


async def test_looks_are_spread_over_all_pages(at: Counter, database: Database) -> None:
    """Of three pages read in no time, looks come twenty a second, not the three first ones together."""
    customers = [f"cus_{number:02d}" for number in range(30)]
    await reconcile_pages(at, customers[:10], customers[10:20], customers[20:])
    rows = await database.pool.fetch("SELECT subject, due_at FROM due_looks ORDER BY due_at")
    assert [row["subject"] for row in rows] == customers
    assert {later["due_at"] - row["due_at"] for row, later in itertools.pairwise(rows)} == {SECOND / 20}
