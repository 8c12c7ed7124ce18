"""Events come twice, late, in any order, or not at all, and all ends as it would have in the best of worlds."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import itertools
import json
import os
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from chassis.db.pool import Database
from chassis.testing.postgres import PostgresServer
from services.billing.app.make_due_looks import ATTEMPTS_MAX, Told, make_due_looks
from services.billing.app.payment_ports import CustomerPage, PaymentPorts
from services.billing.app.receive_event import receive_event
from services.billing.app.reconcile import reconcile
from services.billing.app.start_checkout import start_checkout
from services.billing.domain.errors import PaymentsAway, SignatureInvalid
from services.billing.domain.payments import CustomerState
from services.billing.wiring import MIGRATIONS
from stack.stripe import signing
from tests.integration.billing.counter import FREE_S, HOUR, OWNER, PRO, PRO_S, STUDIO_S, Counter, at_counter, counter
from tests.integration.stripe.shop import SECRET, opened

BEGUN = ("checkout.session.completed", "customer.subscription.created", "invoice.paid")
CHANGED = ("customer.subscription.updated", "invoice.paid")
HALF_A_MONTH_S = 15 * 86_400 + 43_200
ORDERS = tuple(itertools.permutations(range(len(BEGUN) + len(CHANGED))))
SAMPLE = 7
"""Of the 120 orders, every seventh where the whole is not asked for."""


@pytest.fixture
async def database(postgres: PostgresServer) -> AsyncIterator[Database]:
    async with postgres.database("billing", MIGRATIONS) as database:
        yield database


@pytest.fixture
async def at(database: Database) -> AsyncIterator[Counter]:
    async with opened() as shop, at_counter(shop, database) as made:
        yield made


async def _told_of(at: Counter, customer_id: str, kinds: Sequence[str], skip: int = 0) -> list[dict[str, Any]]:
    """A customer's events of these kinds, the newest of each but the first `skip` of all."""
    of_customer = [each for each in await at.events() if each["data"]["object"].get("customer") == customer_id]
    return [[each for each in of_customer[skip:] if each["type"] == kind][-1] for kind in kinds]


async def _account(at: Counter, owner_id: str) -> dict[str, Any]:
    """All that a person can see of what they paid for, without names of ours."""
    usage = await at.usage(owner_id)
    grants = [
        (
            *(sheet.grant.source.value, sheet.grant.plan, sheet.grant.nominal_s, sheet.grant.starts_at.isoformat()),
            *(sheet.grant.expires_at.isoformat(), sheet.charged_s, sheet.left_s),
        )
        for sheet in usage.state.sheets
        if not sheet.is_closed
    ]
    invoices = await at.ports.store.invoices(owner_id, None, 50)
    record = dataclasses.asdict(await at.record(owner_id)) | {"owner_id": "", "customer_id": "", "asked_at": None}
    return {
        "grants": sorted(grants),
        "plan": usage.state.plan.name,
        "renewal": usage.state.period,
        "left_s": usage.left_s,
        "settled_s": usage.settled_s,
        "invoices": sorted((each.state, each.total, each.currency) for each in invoices),
        "record": record,
    }


async def _all_orders(at: Counter, orders: Sequence[Sequence[int]]) -> dict[str, Any]:
    """Each order happens to a person of its own: pay for Pro, half a month, take Studio. Their accounts in the end."""
    people = {f"usr_{number}": order for number, order in enumerate(orders)} | {"serial": tuple(range(5))}
    customers, happened = {}, {}
    for owner_id in people:
        # A song before, so that everybody has the free month's minutes as well.
        await at.separate(60, f"first_of_{owner_id}", owner_id)
        await at.pay(PRO, owner_id)
        customers[owner_id] = await at.customer_id(owner_id)
        happened[owner_id] = await _told_of(at, customers[owner_id], BEGUN)

    async def bring(owner_id: str, numbers: Sequence[int]) -> None:
        for number in numbers:
            is_serial = owner_id == "serial"
            # One of five is lost, another one each time, and what is not comes twice.
            if not is_serial and number == list(people).index(owner_id) % 5:
                continue
            for _ in range(1 if is_serial else 2):
                await at.deliver(happened[owner_id][number])
            await at.work()

    before = {owner_id: list(itertools.takewhile(lambda each: each < 3, order)) for owner_id, order in people.items()}
    for owner_id, numbers in before.items():
        await bring(owner_id, numbers)
    await at.shop.control("clock/advance", seconds=HALF_A_MONTH_S)
    for owner_id, order in people.items():
        await at.separate(600, f"song_of_{owner_id}", owner_id)
        customer = await at.provider.customer(customers[owner_id])
        subscription = customer.subscriptions[0]
        # By the portal, say: nothing of ours hears of it.
        price = (await at.provider.prices(["stripsession_studio_monthly"]))[0].price_id
        await at.provider.change_price(subscription.subscription_id, subscription.item_id, price, at_once=True)
        happened[owner_id] += await _told_of(at, customers[owner_id], CHANGED)
        await bring(owner_id, order[len(before[owner_id]) :])
    assert await reconcile(at.ports, now=True)
    await at.shop.control("clock/advance", seconds=60)
    await at.work()
    return {owner_id: await _account(at, owner_id) for owner_id in people}


@pytest.mark.property
async def test_orders_of_events(at: Counter) -> None:
    """Orders of five events, each event doubled and one lost, end as the serial one; all 120 in `make property`."""
    orders = ORDERS if os.environ.get("HYPOTHESIS_PROFILE") == "long" else ORDERS[::SAMPLE]
    accounts = await _all_orders(at, orders)
    serial = accounts.pop("serial")
    assert serial["left_s"] == PRO_S // 2 + STUDIO_S // 2 + FREE_S - 660
    assert len(accounts) == len(orders)
    assert [owner_id for owner_id, account in accounts.items() if account != serial] == []


async def test_three_days_without_webhooks(at: Counter) -> None:
    """After three days in which no event came, one reconciliation knows of everybody who paid, refunds included."""
    await at.pay(PRO, "usr_pro")
    await at.pay(HOUR, "usr_hour")
    await at.shop.control("clock/advance", days=1)
    await at.pay(HOUR, "usr_refunded")
    charges = await at.shop.client.v1.charges.list_async({"customer": await at.customer_id("usr_refunded")})
    await at.shop.control("refund", charge=charges.data[0].id)
    await at.shop.control("clock/advance", days=2)
    assert (await at.usage("usr_pro")).left_s == FREE_S
    assert await reconcile(at.ports, now=True)
    await at.shop.control("clock/advance", seconds=60)
    await at.work()
    assert await at.stands("usr_pro") == ("active", "pro", PRO_S)
    assert await at.stands("usr_hour") == ("none", "free", FREE_S + 3_600)
    assert await at.stands("usr_refunded") == ("none", "free", FREE_S)
    # What the reconciliation has seen is known when it is brought after all.
    assert not any([await at.deliver(each) for each in await at.events()])


async def test_reconciliation_is_daily_and_goes_on_where_it_was(at: Counter) -> None:
    """A reconciliation that was cut off goes on at its page; a whole one is not begun again within the day."""
    await at.pay(PRO)
    pages: list[str] = []

    class Failing:
        def __getattr__(self, name: str) -> Any:
            return getattr(at.provider, name)

        async def customers(self, place: str) -> CustomerPage:
            pages.append(place)
            if len(pages) == 2:
                raise PaymentsAway
            if len(pages) == 3:
                return CustomerPage(None, [])
            return dataclasses.replace(await at.provider.customers(place), next_place="cus_next")

    failing: Any = Failing()
    ports = dataclasses.replace(at.ports, given_provider=failing)
    with pytest.raises(PaymentsAway):
        await reconcile(ports)
    assert await reconcile(ports)
    assert pages == ["", "cus_next", "cus_next"]
    assert not await reconcile(at.ports)
    await at.shop.control("clock/advance", days=1)
    assert await reconcile(at.ports)


async def test_signatures(at: Counter) -> None:
    """Only what is signed with our secret within five minutes of now is taken, whichever way the clock is wrong."""
    await at.pay(PRO)
    event = (await at.events())[-1]
    body, now = json.dumps(event).encode(), at.shop.world.clock.now()
    for when in (now - 301, now + 301, now + 86_400, 0):
        with pytest.raises(SignatureInvalid):
            await receive_event(at.ports, body, signing.signature(body, [SECRET], when))
    good = signing.signature(body, [SECRET], now)
    timed = f"t={now},{good}"
    forged = (good.replace("v1=", "v0="), "", "t=", f"t={now}", f"{good},t={now + 9}", timed, "t=1e9", f"t={now},v1=é")
    for signature in (*forged, signing.signature(body, ["whsec_another"], now)):
        with pytest.raises(SignatureInvalid):
            await receive_event(at.ports, body, signature)
    with pytest.raises(SignatureInvalid):
        await receive_event(at.ports, body + b" ", good)
    no_event = b'{"id": "evt_1"}'
    with pytest.raises(SignatureInvalid):
        await receive_event(at.ports, no_event, signing.signature(no_event, [SECRET], now))
    # Two secrets sign while one takes over from the other.
    assert await receive_event(at.ports, body, signing.signature(body, ["whsec_newer", SECRET], now - 299))


async def test_unknown_events_are_noted(at: Counter, database: Database) -> None:
    """An event of a kind that we do not know is kept as known and nothing follows from it."""
    await at.pay(PRO)
    event = (await at.events())[-1] | {"id": "evt_new", "type": "quantum.entangled"}
    assert not await at.deliver(event)
    async with database.pool.acquire() as connection:
        kinds = await connection.fetch("SELECT kind FROM received_events WHERE event_id = 'evt_new'")
        assert [row["kind"] for row in kinds] == ["quantum.entangled"]
        assert await connection.fetchval("SELECT count(*) FROM due_looks") == 0


async def test_entitlements_are_read_anew(at: Counter) -> None:
    """An event of entitlements is a reason to look, and its own summary is not believed."""
    await at.pay(PRO)
    summary = next(each for each in await at.events() if each["type"].startswith("entitlements."))
    summary["data"]["object"] = dict(summary["data"]["object"], entitlements={"data": [], "object": "list"})
    assert await at.deliver(summary)
    await at.work()
    assert await at.stands() == ("active", "pro", PRO_S)


async def test_a_price_of_ones_own_counts_by_its_entitlement(at: Counter) -> None:
    """A price that no plan names, as for a school, gives the plan whose feature its product carries."""
    await at.shop.client.v1.prices.update_async("price_pro_monthly", {"lookup_key": ""})
    customer_id = await at.provider.make_customer(OWNER, "customer:by_hand")
    methods = await at.shop.client.v1.payment_methods.attach_async("pm_card_visa", {"customer": customer_id})
    settings: Any = {"invoice_settings": {"default_payment_method": methods.id}}
    await at.shop.client.v1.customers.update_async(customer_id, settings)
    await at.shop.subscription(customer_id)
    await reconcile(at.ports, now=True)
    await at.work()
    assert await at.stands() == ("active", "pro", PRO_S)


async def test_the_provider_is_waited_for_and_the_poisoned_are_parked(at: Counter) -> None:
    """A look is tried for as long as the provider is away; one that fails by itself is given up until it is wanted."""
    await at.pay(PRO)
    customer_id = await at.customer_id()
    results: list[str] = []
    waiting: list[tuple[int, int]] = []
    told = Told(results.append, lambda *figures: waiting.append(figures))

    @dataclasses.dataclass
    class Failing:
        error: Exception
        is_test: bool = True

        async def customer(self, customer_id: str) -> CustomerState:
            raise self.error

    async def try_for_days(error: Exception) -> None:
        failing: Any = Failing(error)
        ports = dataclasses.replace(at.ports, given_provider=failing)
        await at.ports.store.want_looks([customer_id], at.ports.now())
        for _ in range(2 * ATTEMPTS_MAX):
            await make_due_looks(ports, told)
            await at.shop.control("clock/advance", seconds=3_600)

    await try_for_days(PaymentsAway("away"))
    assert set(results) == {"failed"}
    assert len(results) == 2 * ATTEMPTS_MAX
    results.clear()
    await try_for_days(KeyError("sk_live_never_to_be_told"))
    assert results == ["failed"] * (ATTEMPTS_MAX - 1) + ["parked"]
    assert waiting[-1] == (0, 1)
    assert await reconcile(at.ports, now=True)
    await make_due_looks(at.ports, told)
    assert (results[-1], waiting[-1]) == ("made", (0, 0))
    assert (await at.stands())[:2] == ("active", "pro")


async def test_a_look_that_began_earlier_never_overwrites(at: Counter) -> None:
    """Of two looks at once, the state of the one that began later stays, whichever ends last."""
    await at.pay(PRO)
    began, goes_on = asyncio.Event(), asyncio.Event()

    class Slow:
        def __getattr__(self, name: str) -> Any:
            return getattr(at.provider, name)

        async def customer(self, customer_id: str) -> CustomerState:
            seen = await at.provider.customer(customer_id)
            began.set()
            await goes_on.wait()
            return seen

    slow: Any = Slow()
    await at.ports.store.want_looks([await at.customer_id()], at.ports.now())
    early = asyncio.create_task(make_due_looks(dataclasses.replace(at.ports, given_provider=slow)))
    await began.wait()
    subscription = (await at.provider.customer(await at.customer_id())).subscriptions[0]
    await at.provider.set_ending(subscription.subscription_id, ending=True)
    await at.look()
    goes_on.set()
    await early
    assert (await at.record()).state.value == "ending"


async def test_two_workers_share_the_work(at: Counter) -> None:
    """Each look is made by one of them, and an event that comes during a look is not taken for done with it."""
    people = [f"usr_{number}" for number in range(6)]
    for owner_id in people:
        await at.pay(HOUR, owner_id)
        await at.ports.store.want_looks([await at.customer_id(owner_id)], at.ports.now())
    results: list[str] = []
    told = Told(results.append)
    await asyncio.gather(make_due_looks(at.ports, told), make_due_looks(at.ports, told))
    assert results == ["made"] * len(people)
    subject = await at.customer_id(people[0])
    await at.ports.store.want_looks([subject], at.ports.now())
    look = await at.ports.store.claim_look(at.ports.now(), at.ports.now())
    assert look is not None
    await at.ports.store.want_looks([subject], at.ports.now())
    await at.ports.store.finish_look(look, None)
    assert await at.ports.store.looks_waiting(at.ports.now()) == (1, 0)


async def test_one_customer_for_each_person(at: Counter) -> None:
    """However often and late payment is begun, a person is one customer, though an answer was lost a day ago."""
    await asyncio.gather(*(start_checkout(at.ports, OWNER, PRO, f"click-{number}") for number in range(4)))
    assert len(list(at.shop.world.all("customer"))) == 1
    await at.shop.control("fail", kind="lost", method="POST", path="/v1/customers", times=3)
    with contextlib.suppress(PaymentsAway):
        await start_checkout(at.ports, "usr_late", PRO, "")
    made = len(list(at.shop.world.all("customer")))
    await at.shop.control("clock/advance", days=2)
    await start_checkout(at.ports, "usr_late", PRO, "")
    assert len(list(at.shop.world.all("customer"))) == made == 2


async def test_without_keys(postgres: PostgresServer) -> None:
    """Where payments are not set up nothing is worked on, and everything else goes on."""
    async with counter(postgres) as at:
        ports = PaymentPorts(at.ports.ledger, at.ports.store, at.ports.terms)
        assert not await reconcile(ports, now=True)
        await make_due_looks(ports)
        assert (await at.usage()).left_s == FREE_S
