"""What is paid becomes a plan and minutes, and what is paid back or ends takes them away, month by month."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from chassis.testing.postgres import PostgresServer
from services.billing.app.change_plan import change_plan
from services.billing.app.end_subscription import end_subscription
from services.billing.app.list_invoices import list_invoices
from services.billing.app.refund_invoice import refund_invoice
from services.billing.app.start_checkout import start_checkout
from services.billing.domain.errors import (
    IdempotencyKeyReused,
    InvoiceNotFound,
    NotSubscribed,
    OtherInterval,
    PaymentDeclined,
    PaymentPending,
    SubscribedAlready,
    UnknownOffer,
)
from tests.integration.billing.counter import (
    FREE_S,
    HOUR,
    OWNER,
    PRO,
    PRO_S,
    PRO_YEARLY,
    STUDIO,
    STUDIO_S,
    Counter,
    counter,
)

MONTH_DAYS = 31


@pytest.fixture
async def at(postgres: PostgresServer) -> AsyncIterator[Counter]:
    async with counter(postgres) as made:
        yield made


async def test_a_plan_is_paid_and_renews(at: Counter) -> None:
    """A paid month brings its minutes once, and each renewal new ones in place of the rest."""
    await at.pay(PRO)
    await at.look()
    await at.look()
    assert await at.stands() == ("active", "pro", PRO_S)
    await at.separate(6_000, "first")
    assert await at.stands() == ("active", "pro", PRO_S - 6_000)
    await at.pass_days(MONTH_DAYS + 1)
    await at.look()
    assert await at.stands() == ("active", "pro", PRO_S)
    record = await at.record()
    assert (record.card and (record.card.kind, record.card.last4)) == ("visa", "4242")
    states = [invoice.state for invoice in (await list_invoices(at.ports, OWNER, None, 0)).invoices]
    assert states == ["paid", "paid"]


async def test_a_pack_lasts_beside_the_plan(at: Counter) -> None:
    """A pack's minutes come on top, and stay when the month's have gone."""
    await at.pay(HOUR)
    await at.look()
    assert await at.stands() == ("none", "free", FREE_S + 3_600)
    await at.pass_days(40)
    await at.look()
    assert await at.stands() == ("none", "free", FREE_S + 3_600)
    await at.pass_days(330, work=False)
    assert (await at.usage()).left_s == FREE_S


async def test_an_upgrade_counts_at_once_and_gains_nothing(at: Counter) -> None:
    """Half a month of Pro and half of Studio are worth half of each, less what was used."""
    await at.pay(PRO)
    await at.look()
    await at.separate(3_000, "song")
    await at.pass_days(15.5)
    await change_plan(at.ports, OWNER, STUDIO)
    assert await at.stands() == ("active", "studio", PRO_S // 2 + STUDIO_S // 2 - 3_000)
    await change_plan(at.ports, OWNER, STUDIO)
    assert await at.shop.paid(await at.customer_id()) == [1200, 1200]


async def test_a_downgrade_waits_for_the_end_of_what_is_paid(at: Counter) -> None:
    """Going down keeps the larger plan and its minutes until the period ends, and can be taken back until then."""
    await at.pay(STUDIO)
    await at.look()
    await change_plan(at.ports, OWNER, PRO)
    assert await at.stands() == ("active", "studio", STUDIO_S)
    assert (await at.record()).next_plan == "pro"
    await change_plan(at.ports, OWNER, STUDIO)
    assert (await at.record()).next_plan is None
    await change_plan(at.ports, OWNER, PRO)
    await at.pass_days(MONTH_DAYS + 1)
    await at.look()
    assert await at.stands() == ("active", "pro", PRO_S)
    assert await at.shop.paid(await at.customer_id()) == [3600, 1200]


async def test_a_cancelled_plan_stays_until_it_ends(at: Counter) -> None:
    """Cancelled is usable until the paid period ends, can be resumed, and is free after that without anybody's word."""
    await at.pay(PRO)
    await at.look()
    assert (await end_subscription(at.ports, OWNER, ending=True)).record is not None
    assert await at.stands() == ("ending", "pro", PRO_S)
    await end_subscription(at.ports, OWNER, ending=False)
    assert await at.stands() == ("active", "pro", PRO_S)
    await end_subscription(at.ports, OWNER, ending=True)
    await at.ports.store.want_looks([await at.customer_id()], at.ports.now())
    await at.pass_days(MONTH_DAYS - 1)
    assert await at.stands() == ("ending", "pro", PRO_S)
    await at.pass_days(2)
    # The look that was due by itself, as no event was brought.
    assert await at.stands() == ("none", "free", FREE_S)


async def test_a_late_payment_has_a_week_of_grace(at: Counter) -> None:
    """A declined renewal leaves the plan and a week's share of minutes for a week, then the free plan."""
    await at.pay(PRO, card="fails_at_renewal")
    await at.look()
    await at.pass_days(MONTH_DAYS)
    await at.pass_days(1)
    await at.look()
    assert await at.stands() == ("grace", "pro", PRO_S * 7 // 30)
    await at.separate(600, "in_grace")
    await at.ports.store.want_looks([await at.customer_id()], at.ports.now())
    await at.pass_days(8)
    state, plan, left_s = await at.stands()
    assert (state, plan, left_s) == ("lapsed", "free", FREE_S)
    await at.shop.control("card", customer=await at.customer_id(), card="success")
    open_invoice = next(each for each in await at.shop.invoices(await at.customer_id()) if each.status == "open")
    await at.shop.client.v1.invoices.pay_async(open_invoice.id)
    await at.look()
    state, plan, left_s = await at.stands()
    assert (state, plan) == ("active", "pro")
    assert left_s >= PRO_S


async def test_a_late_payment_within_grace_counts_what_was_used(at: Counter) -> None:
    """What was used of a grace comes off the period once it is paid."""
    await at.pay(PRO)
    await at.look()
    await at.pass_days(MONTH_DAYS, work=False)
    await at.look()
    # The renewal's invoice is a draft for an hour.
    assert await at.stands() == ("grace", "pro", PRO_S * 7 // 30)
    await at.separate(600, "in_grace")
    await at.shop.control("clock/advance", seconds=3_700)
    await at.look()
    assert await at.stands() == ("active", "pro", PRO_S - 600)


async def test_a_refund_takes_what_is_unused(at: Counter) -> None:
    """A pack that is paid back loses what is left of it, and never what was used; a job that runs on is not cut off."""
    await at.pay(HOUR)
    await at.look()
    await at.separate(FREE_S, "free")
    await at.hold(600, "running")
    invoice = (await list_invoices(at.ports, OWNER, None, 0)).invoices[0]
    await refund_invoice(at.ports, invoice.invoice_id)
    await refund_invoice(at.ports, invoice.invoice_id)
    assert (await at.usage()).left_s == 0
    await at.let_go("running")
    assert (await at.usage()).left_s == 0
    assert [each.state for each in (await list_invoices(at.ports, OWNER, None, 0)).invoices] == ["refunded"]
    with pytest.raises(InvoiceNotFound):
        await refund_invoice(at.ports, "in_unknown")


async def test_part_of_a_payment_given_back_costs_no_minutes(at: Counter) -> None:
    """A part that is paid back is a kindness."""
    await at.pay(HOUR)
    charges = await at.shop.client.v1.charges.list_async({"customer": await at.customer_id()})
    await at.shop.control("refund", charge=charges.data[0].id, amount=100)
    await at.look()
    assert await at.stands() == ("none", "free", FREE_S + 3_600)


async def test_a_refunded_plan_ends(at: Counter) -> None:
    """A period that is paid back in full is no longer paid; the invoice may be named as it is on the paper."""
    await at.pay(PRO)
    await at.look()
    await refund_invoice(at.ports, (await list_invoices(at.ports, OWNER, None, 0)).invoices[0].number)
    assert (await at.usage()).state.plan.name == "free"
    assert (await at.usage()).left_s == FREE_S


@pytest.mark.parametrize(("ending", "left_s"), [("won", FREE_S + 3_600), ("lost", FREE_S)])
async def test_a_dispute(at: Counter, ending: str, left_s: int) -> None:
    """A disputed payment's unused minutes go, and come back only when the dispute is won."""
    await at.pay(HOUR)
    await at.look()
    charges = await at.shop.client.v1.charges.list_async({"customer": await at.customer_id()})
    dispute = await at.shop.control("dispute", charge=charges.data[0].id)
    await at.look()
    assert await at.stands() == ("none", "free", FREE_S)
    await at.shop.control("dispute/close", dispute=dispute["id"], status=ending)
    await at.look()
    await at.look()
    assert await at.stands() == ("none", "free", left_s)


async def test_a_year_is_paid_once_and_comes_by_months(at: Counter) -> None:
    """A year's payment brings each month's minutes in that month."""
    await at.pay(PRO_YEARLY)
    await at.look()
    assert await at.stands() == ("active", "pro", PRO_S)
    await at.separate(1_200, "january")
    await at.pass_days(32)
    assert await at.stands() == ("active", "pro", PRO_S)
    usage = await at.usage()
    assert usage.settled_s == 0
    with pytest.raises(OtherInterval):
        await change_plan(at.ports, OWNER, PRO)
    await change_plan(at.ports, OWNER, "stripsession_studio_yearly")
    state, plan, left_s = await at.stands()
    assert (state, plan) == ("active", "studio")
    assert PRO_S < left_s < STUDIO_S
    await at.pass_days(30)
    assert await at.stands() == ("active", "studio", STUDIO_S)


async def test_month_to_year(at: Counter) -> None:
    """A yearly price in a monthly one's place begins a year now; what is left of the month gains nothing."""
    await at.pay(PRO)
    await at.look()
    await at.pass_days(15.5)
    await change_plan(at.ports, OWNER, PRO_YEARLY)
    assert await at.stands() == ("active", "pro", PRO_S + PRO_S // 2)
    await at.pass_days(32)
    await at.look()
    assert await at.stands() == ("active", "pro", PRO_S)


async def test_what_cannot_be_bought(at: Counter) -> None:
    """Unknown offers, a second subscription and changes of nothing are refused before anything is asked for."""
    with pytest.raises(UnknownOffer):
        await start_checkout(at.ports, OWNER, "free", "")
    with pytest.raises(NotSubscribed):
        await change_plan(at.ports, OWNER, PRO)
    with pytest.raises(NotSubscribed):
        await end_subscription(at.ports, OWNER, ending=True)
    await at.pay(PRO)
    with pytest.raises(SubscribedAlready):
        await start_checkout(at.ports, OWNER, STUDIO, "")


async def test_a_declined_upgrade_changes_nothing(at: Counter) -> None:
    """A larger plan is not had for a card that declines."""
    await at.pay(PRO)
    await at.look()
    await at.shop.control("card", customer=await at.customer_id(), card="customer_fail")
    await at.pass_days(3)
    with pytest.raises(PaymentDeclined):
        await change_plan(at.ports, OWNER, STUDIO)
    await at.look()
    assert await at.stands() == ("active", "pro", PRO_S)


async def test_a_larger_plan_waits_for_the_renewal(at: Counter) -> None:
    """Between a period's beginning and its payment no larger plan is had for the difference alone; after it, it is."""
    await at.pay(PRO)
    await at.look()
    await at.pass_days(MONTH_DAYS)
    customer_id = await at.customer_id()
    assert sorted(str(each.status) for each in await at.shop.invoices(customer_id)) == ["draft", "paid"]
    for larger in (STUDIO, PRO_YEARLY):
        with pytest.raises(PaymentPending):
            await change_plan(at.ports, OWNER, larger)
    assert await at.shop.paid(customer_id) == [1200]
    await at.shop.control("clock/advance", seconds=7_200)
    await change_plan(at.ports, OWNER, STUDIO)
    assert (await at.stands())[:2] == ("active", "studio")


async def test_the_same_request_gets_the_same_page(at: Counter) -> None:
    """A key of the caller's own gives one page; with another offer it is refused."""
    first = await start_checkout(at.ports, OWNER, PRO, "click-1")
    assert await start_checkout(at.ports, OWNER, PRO, "click-1") == first
    assert await start_checkout(at.ports, OWNER, PRO, "click-2") != first
    with pytest.raises(IdempotencyKeyReused):
        await start_checkout(at.ports, OWNER, STUDIO, "click-1")
    assert len(list(at.shop.world.all("customer"))) == 1
