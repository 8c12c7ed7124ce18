"""The erasure of somebody who pays, on PostgreSQL, with Stripe's SDK before the stand-in."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from chassis.testing.postgres import PostgresServer
from services.billing.app.assign_plan import assign_plan
from services.billing.app.erase_payer import Erased, erase_payer
from services.billing.app.expire_grants import expire_grants
from services.billing.app.look_at_customer import look_at_customer
from services.billing.app.payment_ports import PaymentPorts
from services.billing.app.reconcile import reconcile
from services.billing.app.release_seconds import release_seconds
from services.billing.app.reserve_seconds import reserve_seconds
from services.billing.app.settle_seconds import settle_seconds
from services.billing.app.start_checkout import start_checkout
from services.billing.domain.errors import AccountNotFound, PaymentsAway, ReservationReleased
from tests.integration.billing.counter import HOUR, OWNER, PRO, Counter, counter

NEIGHBOUR = "usr_bob"
_TABLES = ("accounts", "customers", "checkout_orders", "open_reservations", "open_grants")


@pytest.fixture
async def at(postgres: PostgresServer) -> AsyncIterator[Counter]:
    async with counter(postgres) as made:
        yield made


async def _rows(at: Counter, owner_id: str) -> dict[str, list[dict[str, Any]]]:
    """What is kept of a person, by table."""
    pool = at.ports.store._database.pool  # type: ignore[attr-defined]  # the real store, looked into
    held = {}
    for name in (*_TABLES, "invoices", "entries"):
        asked = f"SELECT to_jsonb(t) AS row FROM {name} t WHERE owner_id = $1"  # noqa: S608 - names of the list above
        held[name] = [json.loads(row["row"]) for row in await pool.fetch(asked, owner_id)]
    return held


async def _paying(at: Counter, owner_id: str) -> None:
    """Somebody with a subscription, a pack, minutes charged, a job that runs, and an open page."""
    await at.pay(PRO, owner_id)
    await at.pay(HOUR, owner_id)
    await at.look(owner_id)
    await at.separate(60, f"done_{owner_id}", owner_id)
    await at.hold(120, f"job_{owner_id}", owner_id)
    await start_checkout(at.ports, owner_id, HOUR, "the same request")


def _subscriptions(at: Counter, customer_id: str) -> list[str]:
    return [each["status"] for each in at.shop.world.all("subscription", customer=customer_id)]


async def test_a_payer_goes_and_what_they_paid_stays(at: Counter) -> None:
    """The subscription ends at once, pages close, minutes go back; invoices and card stay, and all of a neighbour's."""
    for owner_id in (OWNER, NEIGHBOUR):
        await _paying(at, owner_id)
    customer_id, neighbours = await at.customer_id(), await _rows(at, NEIGHBOUR)
    assert _subscriptions(at, customer_id) == ["active"]
    done = await erase_payer(at.ports, OWNER)
    assert done.is_finished
    assert {kind: done.counts[kind] for kind in ("subscriptions", "checkout_pages", "provider_customers")} == {
        "subscriptions": 1,
        "checkout_pages": 1,
        "provider_customers": 1,
    }
    assert done.counts["reservations"] == done.counts["accounts"] == done.counts["checkout_orders"] == 1
    assert await erase_payer(at.ports, OWNER) == done
    assert _subscriptions(at, customer_id) == ["canceled"]
    left = await _rows(at, OWNER)
    assert not [name for name in _TABLES if left[name] and name != "customers"]
    (record,) = left["customers"]
    assert (record["customer_id"], record["card_type"], record["card_last4"]) == (customer_id, "visa", "4242")
    assert (record["state"], record["plan"], record["paid_until"], record["usable_until"]) == ("none", None, None, None)
    assert sorted(each["total"] for each in left["invoices"]) == [300, 1200]
    assert {each["url"] for each in left["invoices"]} == {None}
    assert {entry["kind"] for entry in left["entries"]} >= {"grant", "settle", "release"}
    assert await _rows(at, NEIGHBOUR) == neighbours


async def test_no_webhook_makes_an_erased_person_anew(at: Counter) -> None:
    """Every event that ever came, delivered after the erasure, changes nothing but the invoices' states."""
    await _paying(at, OWNER)
    await erase_payer(at.ports, OWNER)
    left = await _rows(at, OWNER)
    for event in await at.events():
        await at.deliver(event)
    await at.work()
    await reconcile(at.ports, now=True)
    await at.pass_days(40)
    await expire_grants(at.ports.ledger)
    after = await _rows(at, OWNER)
    assert [{**each, "look": 0} for each in after["invoices"]] == [{**each, "look": 0} for each in left["invoices"]]
    assert {name: after[name] for name in (*_TABLES, "entries")} == {name: left[name] for name in (*_TABLES, "entries")}
    assert await at.ports.store.looks_waiting(at.ports.now()) == (0, 0)


async def test_what_is_paid_after_the_erasure_ends_too(at: Counter) -> None:
    """A customer that was made and paid in the very moment is ended by the look that its event asks for."""
    await erase_payer(at.ports, OWNER)
    late = await at.shop.customer(metadata={"user_id": OWNER})
    await at.shop.subscription(late.id)
    await look_at_customer(at.ports, late.id)
    assert _subscriptions(at, late.id) == ["canceled"]
    left = await _rows(at, OWNER)
    assert not [name for name in _TABLES if left[name]]
    assert [each["total"] for each in left["invoices"]] == [1200]


async def test_an_erased_person_gets_nothing_new(at: Counter) -> None:
    """No minutes, no plan, no page to pay on; the end of a job that was under way is heard and changes nothing."""
    await at.hold(60, "job_1")
    assert (await erase_payer(at.ports, OWNER)).counts == {"accounts": 1, "open_grants": 1, "reservations": 1}
    with pytest.raises(ReservationReleased):
        await settle_seconds(at.ports.ledger, "job_1", 60)
    await release_seconds(at.ports.ledger, "job_1")
    await release_seconds(at.ports.ledger, "job_never_reserved")
    with pytest.raises(AccountNotFound):
        await reserve_seconds(at.ports.ledger, OWNER, "job_2", 60)
    with pytest.raises(AccountNotFound):
        await assign_plan(at.ports.ledger, OWNER, "pro")
    for request_key in ("", "a request"):
        with pytest.raises(AccountNotFound):
            await start_checkout(at.ports, OWNER, PRO, request_key)
    assert not [name for name, rows in (await _rows(at, OWNER)).items() if rows and name != "entries"]


async def test_while_stripe_is_away_nothing_counts_as_erased(at: Counter) -> None:
    """A subscription that cannot be ended now is ended when it can; nothing new begins meanwhile."""
    await _paying(at, OWNER)
    customer_id = await at.customer_id()
    await at.shop.control("fail", kind="before", status=503, times=3)
    with pytest.raises(PaymentsAway):
        await erase_payer(at.ports, OWNER)
    with pytest.raises(AccountNotFound):
        await reserve_seconds(at.ports.ledger, OWNER, "job_2", 60)
    assert (await erase_payer(at.ports, OWNER)).is_finished
    assert _subscriptions(at, customer_id) == ["canceled"]


async def test_without_keys_the_rows_go(at: Counter) -> None:
    """Where payments are not set up nobody is asked; somebody unknown is finished at once."""
    ports: PaymentPorts = dataclasses.replace(at.ports, given_provider=None)
    await at.hold(60, "job_1")
    assert (await erase_payer(ports, OWNER)).is_finished
    assert not (await _rows(at, OWNER))["accounts"]
    assert await erase_payer(ports, "usr_nobody") == Erased(True, {})


async def test_nothing_of_the_person_is_left_at_stripe_but_what_was_paid(at: Counter) -> None:
    """The customer with name, address and cards is removed; the invoices that the law asks for are still there."""
    await _paying(at, OWNER)
    customer_id = await at.customer_id()
    await erase_payer(at.ports, OWNER)
    world = at.shop.world
    assert not [each for each in world.all("customer") if each["id"] == customer_id]
    assert not list(world.all("payment_method", customer=customer_id))
    assert len(list(world.all("invoice", customer=customer_id))) == 2
    assert (
        json.dumps([each["status"] for each in world.all("checkout.session", customer=customer_id)]).count("open") == 0
    )


@pytest.mark.parametrize("path", ["/v1/subscriptions/", "/v1/customers/"])
async def test_a_lost_answer_drops_nothing_of_the_rest(at: Counter, path: str) -> None:
    """What a try ended without being heard counts as ended; the rest is ended all the same."""
    await _paying(at, OWNER)
    customer_id = await at.customer_id()
    await at.shop.control("fail", kind="lost", status=503, method="DELETE", path=path)
    done = await erase_payer(at.ports, OWNER)
    assert done.is_finished
    assert _subscriptions(at, customer_id) == ["canceled"]
    assert not [each for each in at.shop.world.all("customer") if each["id"] == customer_id]
    assert (done.counts["subscriptions"], done.counts["provider_customers"]) == (1, 1)


async def test_a_customer_of_other_keys_holds_up_no_erasure(at: Counter) -> None:
    """Where the provider never had the customer, nothing of them is there to end."""
    await at.pay(PRO)
    await at.look()
    pool = at.ports.store._database.pool  # type: ignore[attr-defined]  # the real store, looked into
    await pool.execute("UPDATE customers SET customer_id = 'cus_of_other_keys' WHERE owner_id = $1", OWNER)
    assert (await erase_payer(at.ports, OWNER)).is_finished
