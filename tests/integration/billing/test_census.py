"""What billing says that it holds of somebody who pays, on PostgreSQL, with Stripe's SDK before the stand-in."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from chassis.db.census import Basis, Holdings, Kept
from chassis.db.pool import Database
from chassis.testing.postgres import PostgresServer
from services.billing.app.assign_plan import assign_plan
from services.billing.app.erase_payer import erase_payer
from services.billing.store.holdings import KINDS
from tests.integration.billing.counter import OWNER, Counter, counter
from tests.integration.billing.test_erase_payer import NEIGHBOUR, _paying


@pytest.fixture
async def at(postgres: PostgresServer) -> AsyncIterator[Counter]:
    async with counter(postgres) as made:
        yield made


def _holdings(at: Counter) -> Holdings:
    database: Database = at.ports.store._database  # type: ignore[attr-defined]  # the real store, looked into
    return Holdings(database, KINDS)


async def test_a_payers_records_are_counted(at: Counter) -> None:
    """Subscription, card, invoices, minutes and pages are counted, each once, and a neighbour's are not among them."""
    for owner_id in (OWNER, NEIGHBOUR):
        await _paying(at, owner_id)
    await assign_plan(at.ports.ledger, OWNER, "studio")
    found = {each.kind.name: each.count for each in await _holdings(at).of(OWNER)}
    expected = {"subscriptions": 1, "customers": 1, "cards": 1, "invoices": 2, "reservations": 1, "checkouts": 1}
    assert {name: found[name] for name in expected} == expected
    assert found["plans"] == 1
    assert found["grants"] > 1
    assert found["ledger_entries"] > found["grants"]


async def test_only_what_the_law_has_kept_is_held_of_who_was_erased(at: Counter) -> None:
    """After the erasure there are payment records alone, each said to be kept for seven years by a duty of law."""
    await _paying(at, OWNER)
    assert (await erase_payer(at.ports, OWNER)).is_finished
    left = await _holdings(at).of(OWNER)
    assert {each.kind.name for each in left} == {"customers", "cards", "invoices", "grants", "ledger_entries"}
    assert {(each.kind.kept, each.kind.basis) for each in left} == {(Kept.SEVEN_YEARS, Basis.LEGAL_DUTY)}


async def test_nothing_is_held_of_who_never_paid_and_was_erased(at: Counter) -> None:
    """Of somebody with free minutes alone the entries of these stay, and no customer."""
    await at.separate(60, "job_1")
    assert (await erase_payer(at.ports, OWNER)).is_finished
    assert {each.kind.name for each in await _holdings(at).of(OWNER)} == {"grants", "ledger_entries"}
