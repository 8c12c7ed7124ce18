"""Claims of looks and of the reconciliation on real PostgreSQL: what comes meanwhile counts; who lost one is out."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import AsyncIterator
from typing import Any

import pytest

from chassis.testing.postgres import PostgresServer
from services.billing.app.make_due_looks import ATTEMPTS_MAX, Told, make_due_looks
from services.billing.app.payment_ports import CustomerPage, DueLook
from services.billing.app.reconcile import reconcile
from tests.integration.billing.counter import PRO, Counter, counter

MINUTE = datetime.timedelta(minutes=1)


@pytest.fixture
async def at(postgres: PostgresServer) -> AsyncIterator[Counter]:
    async with counter(postgres) as made:
        yield made


async def claimed(at: Counter, lease: datetime.timedelta = MINUTE) -> DueLook | None:
    return await at.ports.store.claim_look(at.ports.now(), at.ports.now() + lease)


async def test_a_wish_that_comes_during_a_look_that_fails_is_not_put_off(at: Counter) -> None:
    """An event that comes while a look fails for the seventh time is seen to at once, not after ten minutes."""
    await at.pay(PRO)
    customer_id = await at.customer_id()
    await at.ports.store.want_looks([customer_id], at.ports.now())
    for _ in range(ATTEMPTS_MAX - 2):
        failed = await claimed(at)
        assert failed is not None
        await at.ports.store.fail_look(failed, "KeyError", at.ports.now(), parked=False)
    look = await claimed(at)
    assert look is not None
    assert look.attempts == ATTEMPTS_MAX - 1
    await at.ports.store.want_looks([customer_id], at.ports.now())
    await at.ports.store.fail_look(look, "KeyError", at.ports.now() + 11 * MINUTE, parked=False)
    results: list[str] = []
    await make_due_looks(at.ports, Told(results.append))
    assert results == ["made"]
    assert (await at.stands())[:2] == ("active", "pro")


@pytest.mark.parametrize("how", ["made", "made for now", "failed", "parked"])
async def test_who_lost_the_claim_of_a_look_changes_nothing(at: Counter, how: str) -> None:
    """A worker that took too long neither ends nor frees the look that another one makes now."""
    store, later = at.ports.store, at.ports.now() + 11 * MINUTE
    await store.want_looks(["cus_1"], at.ports.now())
    slow = await claimed(at)
    assert slow is not None
    await at.shop.control("clock/advance", seconds=61)
    present = await claimed(at)
    assert present is not None
    if how.startswith("made"):
        await store.finish_look(slow, later if how == "made for now" else None)
    else:
        await store.fail_look(slow, "KeyError", later, parked=how == "parked")
    assert await claimed(at) is None
    assert await store.looks_waiting(at.ports.now()) == (1, 0)
    await store.finish_look(present, None)
    assert await store.looks_waiting(later) == (0, 0)


async def test_who_lost_the_claim_of_the_reconciliation_leaves_it(at: Counter) -> None:
    """A reconciliation that another process went on with and ended is neither gone on with nor begun anew."""
    await at.pay(PRO)
    pages: list[str] = []

    class Slow:
        def __getattr__(self, name: str) -> Any:
            return getattr(at.provider, name)

        async def customers(self, place: str) -> CustomerPage:
            pages.append(place)
            if len(pages) == 1:
                await at.shop.control("clock/advance", seconds=301)
                assert await reconcile(at.ports)
            return dataclasses.replace(await at.provider.customers(place), next_place="cus_next")

    slow: Any = Slow()
    assert not await reconcile(dataclasses.replace(at.ports, given_provider=slow))
    assert pages == [""]
    state = await at.ports.store.claim_reconciliation(at.ports.now(), at.ports.now())
    assert state is not None
    assert (state.phase, state.place, state.ended_at) == ("idle", "", at.ports.now())
