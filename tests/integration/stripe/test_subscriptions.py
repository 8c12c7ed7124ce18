"""A subscription's life, through Stripe's own SDK."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from tests.integration.stripe.shop import DAY_S, START, Shop


async def test_first_invoice_paid(shop: Shop) -> None:
    """A subscription with a good card is active at once, with its first month paid and told in Stripe's order."""
    customer = await shop.customer()
    subscription = await shop.subscription(customer.id, expand=["latest_invoice.payments"])
    assert subscription.status == "active"
    invoice: Any = subscription.latest_invoice
    assert (invoice.status, invoice.amount_paid, invoice.billing_reason) == ("paid", 1200, "subscription_create")
    assert invoice.parent.subscription_details.subscription == subscription.id
    payment = await shop.client.v1.payment_intents.retrieve_async(invoice.payments.data[0].payment.payment_intent)
    assert payment.status == "succeeded"
    item: Any = subscription["items"].data[0]
    assert item.current_period_start == START
    assert item.current_period_end == START + 31 * DAY_S
    told = [each.type for each in await shop.events()]
    story = [
        "customer.created",
        "customer.subscription.created",
        "invoice.created",
        "invoice.finalized",
        "charge.succeeded",
        "payment_intent.succeeded",
        "invoice.paid",
        "customer.subscription.updated",
    ]
    assert [each for each in told if each in story] == [*story]


async def test_renewals(shop: Shop) -> None:
    """Three months later there are four paid invoices, each an hour after its period began."""
    customer = await shop.customer()
    await shop.subscription(customer.id)
    await shop.control("clock/advance", months=3, days=1)
    invoices = await shop.invoices(customer.id)
    assert [each.amount_paid for each in invoices] == [1200] * 4
    assert [each.billing_reason for each in invoices] == ["subscription_create", *["subscription_cycle"] * 3]
    assert all(each.status_transitions.paid_at == each.created + 3600 for each in invoices[1:])
    assert len({each.number for each in invoices}) == 4


async def test_dunning_ends_in_cancellation(shop: Shop) -> None:
    """A card that fails at renewal makes the plan past due, is tried on the days set, and then ends the plan."""
    customer = await shop.customer("pm_card_failsAtRenewal")
    subscription = await shop.subscription(customer.id)
    assert subscription.status == "active"
    await shop.control("clock/advance", days=32)
    late = await shop.client.v1.subscriptions.retrieve_async(subscription.id)
    assert late.status == "past_due"
    renewal = (await shop.invoices(customer.id))[-1]
    failed_first = renewal.created + 3600
    assert (renewal.status, renewal.attempt_count) == ("open", 1)
    assert renewal.next_payment_attempt == failed_first + 3 * DAY_S
    await shop.control("clock/advance", days=20)
    failures = await shop.events(type="invoice.payment_failed")
    days = [(each.created - failed_first) // DAY_S for each in failures]
    assert days == [0, 3, 8, 15]
    ended = await shop.client.v1.subscriptions.retrieve_async(subscription.id)
    assert (ended.status, ended.cancellation_details and ended.cancellation_details.reason) == (
        "canceled",
        "payment_failed",
    )
    assert [each.type for each in await shop.events(type="customer.subscription.deleted")]


async def test_dunning_recovers(shop: Shop) -> None:
    """A good card put in place between attempts makes the next one succeed, and the plan active again."""
    customer = await shop.customer("pm_card_failsAtRenewal")
    subscription = await shop.subscription(customer.id)
    await shop.control("clock/advance", days=32)
    await shop.control("card", customer=customer.id, card="success")
    await shop.control("clock/advance", days=3)
    mended = await shop.client.v1.subscriptions.retrieve_async(subscription.id)
    assert mended.status == "active"
    assert await shop.paid(customer.id) == [1200, 1200]


@pytest.mark.parametrize("ending", ["unpaid", "past_due"])
async def test_dunning_endings(shop: Shop, ending: str) -> None:
    """After the last attempt the plan becomes what the account's settings say."""
    await shop.control("dunning", gaps_days=[1], ending=ending)
    customer = await shop.customer("pm_card_failsAtRenewal")
    subscription = await shop.subscription(customer.id)
    await shop.control("clock/advance", days=40)
    assert (await shop.client.v1.subscriptions.retrieve_async(subscription.id)).status == ending


async def test_first_payment_declined(shop: Shop) -> None:
    """A declined first payment leaves the plan incomplete, and 23 hours later it has expired with its invoice void."""
    customer = await shop.customer("pm_card_chargeCustomerFail")
    subscription = await shop.subscription(customer.id)
    assert subscription.status == "incomplete"
    await shop.control("clock/advance", days=1)
    expired = await shop.client.v1.subscriptions.retrieve_async(subscription.id)
    assert expired.status == "incomplete_expired"
    assert [each.status for each in await shop.invoices(customer.id)] == ["void"]


async def test_trial(shop: Shop) -> None:
    """A trial costs nothing, is announced to end three days before, and then is paid."""
    customer = await shop.customer()
    subscription = await shop.subscription(customer.id, trial_period_days=14)
    assert subscription.status == "trialing"
    assert subscription.trial_end == START + 14 * DAY_S
    await shop.control("clock/advance", days=12)
    warned = await shop.events(type="customer.subscription.trial_will_end")
    assert [each.created for each in warned] == [START + 11 * DAY_S]
    await shop.control("clock/advance", days=3)
    assert (await shop.client.v1.subscriptions.retrieve_async(subscription.id)).status == "active"
    assert await shop.paid(customer.id) == [0, 1200]


@pytest.mark.parametrize(("behavior", "status"), [("cancel", "canceled"), ("pause", "paused")])
async def test_trial_without_card(shop: Shop, behavior: str, status: str) -> None:
    """A trial that ends without a card is cancelled or paused as was asked, and a paused plan can be resumed."""
    customer = await shop.customer(None)
    settings = {"end_behavior": {"missing_payment_method": behavior}}
    subscription = await shop.subscription(customer.id, trial_period_days=7, trial_settings=settings)
    await shop.control("clock/advance", days=8)
    assert (await shop.client.v1.subscriptions.retrieve_async(subscription.id)).status == status
    if status == "paused":
        await shop.control("card", customer=customer.id, card="success")
        resumed = await shop.client.v1.subscriptions.resume_async(subscription.id)
        assert resumed.status == "active"
        assert (await shop.paid(customer.id))[-1] == 1200


async def test_cancel_at_period_end(shop: Shop) -> None:
    """A plan cancelled for its period's end works until then, can be kept after all, and else ends on that second."""
    customer = await shop.customer()
    subscription = await shop.subscription(customer.id)
    change = shop.client.v1.subscriptions.update_async
    going = await change(subscription.id, {"cancel_at_period_end": True})
    assert (going.status, going.cancel_at) == ("active", START + 31 * DAY_S)
    kept = await change(subscription.id, {"cancel_at_period_end": False})
    assert (kept.cancel_at, kept.canceled_at) == (None, None)
    await change(subscription.id, {"cancel_at_period_end": True})
    await shop.control("clock/advance", days=40)
    ended = await shop.client.v1.subscriptions.retrieve_async(subscription.id)
    assert (ended.status, ended.ended_at) == ("canceled", START + 31 * DAY_S)
    assert await shop.paid(customer.id) == [1200]


async def test_cancel_now(shop: Shop) -> None:
    """A plan cancelled at once is gone from the list of living ones, and cannot be cancelled again."""
    customer = await shop.customer()
    subscription = await shop.subscription(customer.id)
    await shop.client.v1.subscriptions.cancel_async(subscription.id)
    assert (await shop.client.v1.subscriptions.list_async({"customer": customer.id})).data == []
    every = await shop.client.v1.subscriptions.list_async({"customer": customer.id, "status": "all"})
    assert [each.status for each in every.data] == ["canceled"]
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await shop.client.v1.subscriptions.cancel_async(subscription.id)
    assert refused.value.code == "resource_missing"


async def test_entitlements(shop: Shop) -> None:
    """A plan's features are entitlements while it runs, and each change is told by a summary."""
    customer = await shop.customer()
    subscription = await shop.subscription(customer.id)
    held = await shop.client.v1.entitlements.active_entitlements.list_async({"customer": customer.id})
    assert [each.lookup_key for each in held.data] == ["plan-pro"]
    await shop.client.v1.subscriptions.cancel_async(subscription.id)
    held = await shop.client.v1.entitlements.active_entitlements.list_async({"customer": customer.id})
    assert held.data == []
    told = await shop.events(type="entitlements.active_entitlement_summary.updated")
    assert [len(each.data.object["entitlements"]["data"]) for each in told] == [1, 0]


async def test_test_clock(shop: Shop) -> None:
    """A customer of a test clock lives in its time, which goes at most two of its intervals at once."""
    clocks = shop.client.v1.test_helpers.test_clocks
    clock = await clocks.create_async({"frozen_time": START + 5 * DAY_S})
    customer = await shop.customer(test_clock=clock.id)
    assert customer.created == START + 5 * DAY_S
    await shop.subscription(customer.id)
    assert (await shop.client.v1.subscriptions.list_async()).data == []
    assert len((await shop.client.v1.subscriptions.list_async({"test_clock": clock.id})).data) == 1
    with pytest.raises(stripe.InvalidRequestError, match="two intervals"):
        await clocks.advance_async(clock.id, {"frozen_time": START + 100 * DAY_S})
    advanced = await clocks.advance_async(clock.id, {"frozen_time": START + 40 * DAY_S})
    assert advanced.status == "advancing"
    assert (await clocks.retrieve_async(clock.id)).status == "ready"
    assert await shop.paid(customer.id) == [1200, 1200]
    assert shop.world.clock.now() == START
