"""Changing plans: what is given back, what is asked for, and when."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from tests.integration.stripe.shop import DAY_S, START, Shop

MONTH_S = 31 * DAY_S


async def _to(shop: Shop, subscription: stripe.Subscription, price: str, **fields: Any) -> stripe.Subscription:
    item: Any = subscription["items"].data[0]
    params: Any = {"items": [{"id": item.id, "price": price}], **fields}
    return await shop.client.v1.subscriptions.update_async(subscription.id, params)


async def test_upgrade_waits_for_the_next_invoice(shop: Shop) -> None:
    """Half a month into Pro, Studio costs the half of both prices' difference, on the next invoice."""
    customer = await shop.customer()
    subscription = await shop.subscription(customer.id)
    await shop.control("clock/advance", seconds=MONTH_S // 2)
    await _to(shop, subscription, "price_studio_monthly")
    pending = await shop.client.v1.invoice_items.list_async({"customer": customer.id, "pending": True})
    assert sorted(each.amount for each in pending.data) == [-600, 1800]
    assert await shop.paid(customer.id) == [1200]
    await shop.control("clock/advance", seconds=MONTH_S)
    assert await shop.paid(customer.id) == [1200, 3600 + 1800 - 600]
    lines: Any = (await shop.invoices(customer.id))[-1].lines.data
    prorations = [each for each in lines if each.parent.subscription_item_details.proration]
    assert sum(each.amount for each in prorations) == 1200
    held = await shop.client.v1.entitlements.active_entitlements.list_async({"customer": customer.id})
    assert [each.lookup_key for each in held.data] == ["plan-studio"]


async def test_upgrade_invoiced_at_once(shop: Shop) -> None:
    """With `always_invoice` the difference is paid when the plan changes, and the period stays."""
    customer = await shop.customer()
    subscription = await shop.subscription(customer.id)
    await shop.control("clock/advance", seconds=MONTH_S // 4)
    changed = await _to(shop, subscription, "price_studio_monthly", proration_behavior="always_invoice")
    assert await shop.paid(customer.id) == [1200, 2700 - 900]
    item: Any = changed["items"].data[0]
    assert item.current_period_end == START + MONTH_S


async def test_no_proration(shop: Shop) -> None:
    """With `none` the new price counts from the next period, and nothing is given back."""
    customer = await shop.customer()
    subscription = await shop.subscription(customer.id)
    await shop.control("clock/advance", days=10)
    await _to(shop, subscription, "price_studio_monthly", proration_behavior="none")
    await shop.control("clock/advance", days=30)
    assert await shop.paid(customer.id) == [1200, 3600]


async def test_downgrade_is_credited(shop: Shop) -> None:
    """Going down at once pays nothing: the credit is kept as the customer's balance and used by later invoices."""
    customer = await shop.customer()
    subscription = await shop.subscription(customer.id, "price_studio_monthly")
    await _to(shop, subscription, "price_pro_monthly", proration_behavior="always_invoice")
    held = await shop.client.v1.customers.retrieve_async(customer.id)
    assert held.balance == -(3600 - 1200)
    credit = (await shop.invoices(customer.id))[-1]
    assert (credit.total, credit.amount_due, credit.status) == (-2400, 0, "paid")
    await shop.control("clock/advance", months=3)
    await shop.control("clock/advance", days=1)
    assert await shop.paid(customer.id) == [3600, 0, 0, 0, 1200]
    assert (await shop.client.v1.customers.retrieve_async(customer.id)).balance == 0


async def test_month_to_year(shop: Shop) -> None:
    """A change to a yearly price begins a year now, pays it less the unused part of the month, and renews in a year."""
    customer = await shop.customer()
    subscription = await shop.subscription(customer.id)
    await shop.control("clock/advance", seconds=MONTH_S // 2)
    changed = await _to(shop, subscription, "price_pro_yearly")
    assert await shop.paid(customer.id) == [1200, 12000 - 600]
    item: Any = changed["items"].data[0]
    assert changed.billing_cycle_anchor == item.current_period_start == START + MONTH_S // 2
    await shop.control("clock/advance", days=366)
    assert await shop.paid(customer.id) == [1200, 11400, 12000]


async def test_credit_honours_the_discount(shop: Shop) -> None:
    """What was bought at a discount is given back at that discount, never at more than was paid."""
    customer = await shop.customer()
    subscription = await shop.subscription(customer.id, discounts=[{"coupon": "three-months-twenty"}])
    assert await shop.paid(customer.id) == [960]
    await _to(shop, subscription, "price_studio_monthly", proration_behavior="always_invoice")
    assert await shop.paid(customer.id) == [960, 2880 - 960]


async def test_quantity(shop: Shop) -> None:
    """Another seat in the middle of a month costs its part of that month."""
    customer = await shop.customer()
    subscription = await shop.subscription(customer.id)
    await shop.control("clock/advance", seconds=MONTH_S // 2)
    item: Any = subscription["items"].data[0]
    params: Any = {"items": [{"id": item.id, "quantity": 3}], "proration_behavior": "always_invoice"}
    await shop.client.v1.subscriptions.update_async(subscription.id, params)
    assert await shop.paid(customer.id) == [1200, 1200]


async def test_repeating_discount_ends(shop: Shop) -> None:
    """A coupon for three months takes its part off three invoices."""
    customer = await shop.customer()
    await shop.subscription(customer.id, discounts=[{"promotion_code": await _code(shop)}])
    for _ in range(2):
        await shop.control("clock/advance", months=2)
    assert (await shop.paid(customer.id))[:4] == [960, 960, 960, 1200]


async def _code(shop: Shop) -> str:
    listed = await shop.client.v1.promotion_codes.list_async({"code": "THREE20"})
    return listed.data[0].id


async def test_end_of_month_is_kept(shop: Shop) -> None:
    """A plan begun on the 31st renews on each month's last day and comes back to the 31st."""
    await shop.control("clock/advance", days=16)
    customer = await shop.customer()
    await shop.subscription(customer.id)
    for _ in range(3):
        await shop.control("clock/advance", days=31)
    starts = [each.lines.data[0].period.start for each in await shop.invoices(customer.id)]
    assert [(each - START) // DAY_S for each in starts] == [16, 44, 75, 105]


async def test_trial_ended_early(shop: Shop) -> None:
    """A trial ended now is paid now, and its month begins now."""
    customer = await shop.customer()
    subscription = await shop.subscription(customer.id, trial_period_days=14)
    await shop.control("clock/advance", days=3)
    changed = await shop.client.v1.subscriptions.update_async(subscription.id, {"trial_end": "now"})
    assert (changed.status, changed.trial_end) == ("active", START + 3 * DAY_S)
    assert await shop.paid(customer.id) == [0, 1200]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"items": [{"id": "si_nosuch", "price": "price_pro_yearly"}]}, "No such subscription_item"),
        ({"items": [{"price": "price_pro_yearly"}]}, "different intervals"),
        ({"items": [{"price": "price_minutes_100"}]}, "one_time"),
        ({"collection_method": "send_invoice"}, "does not play"),
        ({"proration_date": 1}, "outside of the current period"),
    ],
)
async def test_refusals(shop: Shop, fields: Any, words: str) -> None:
    """A change that cannot be is refused, and nothing has changed."""
    customer = await shop.customer()
    subscription = await shop.subscription(customer.id)
    before = await shop.client.v1.subscriptions.retrieve_async(subscription.id)
    with pytest.raises(stripe.InvalidRequestError, match=words):
        await shop.client.v1.subscriptions.update_async(subscription.id, fields)
    assert str(await shop.client.v1.subscriptions.retrieve_async(subscription.id)) == str(before)


@pytest.mark.parametrize("behavior", ["always_invoice", "create_prorations"])
async def test_preview_is_what_comes(shop: Shop, behavior: str) -> None:
    """A preview tells the invoice that the change then makes, and changes nothing and tells nobody by itself."""
    customer = await shop.customer()
    subscription = await shop.subscription(customer.id)
    await shop.control("clock/advance", days=7)
    item: Any = subscription["items"].data[0]
    change: Any = {"items": [{"id": item.id, "price": "price_studio_monthly"}], "proration_behavior": behavior}
    preview: Any = {"subscription": subscription.id, "subscription_details": change}
    before = [each.id for each in await shop.events()]
    seen = await shop.client.v1.invoices.create_preview_async(preview)
    assert [each.id for each in await shop.events()] == before
    assert await shop.paid(customer.id) == [1200]
    await shop.client.v1.subscriptions.update_async(subscription.id, change)
    await shop.control("clock/advance", days=26)
    assert seen.amount_due == (await shop.paid(customer.id))[1]


async def test_preview_of_a_new_plan(shop: Shop) -> None:
    """The first invoice of a plan can be seen before it is ordered."""
    customer = await shop.customer(None)
    details: Any = {"customer": customer.id, "subscription_details": {"items": [{"price": "price_pro_yearly"}]}}
    seen = await shop.client.v1.invoices.create_preview_async(details)
    assert (seen.amount_due, seen.status) == (12000, "draft")
    assert (await shop.client.v1.subscriptions.list_async({"customer": customer.id})).data == []
