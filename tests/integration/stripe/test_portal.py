"""The customer portal: plans, cards and invoices by form, without a script."""

from __future__ import annotations

from typing import Any

import httpx

from tests.integration.stripe.shop import DAY_S, START, Shop


class Visit:
    """A customer in the portal."""

    def __init__(self, shop: Shop, url: str, subscription: str) -> None:
        self._shop = shop
        self._url = url
        self._subscription = subscription

    async def page(self) -> str:
        return (await self._shop.http.get(self._url, headers={"Authorization": ""})).text

    async def send(self, action: str, **form: str) -> httpx.Response:
        data = {"action": action, "subscription": self._subscription, **form}
        return await self._shop.http.post(self._url, data=data, headers={"Authorization": ""})


async def _visit(shop: Shop, card: str = "pm_card_visa", **fields: Any) -> tuple[Visit, str, str]:
    """A portal of a customer on Pro; their id and their subscription's."""
    customer = await shop.customer(card)
    subscription = await shop.subscription(customer.id)
    params: Any = {"customer": customer.id, "return_url": "https://shop.example/plan", **fields}
    if "flow_data" in fields:
        kind = fields["flow_data"]["type"]
        params["flow_data"] = fields["flow_data"] | {kind: {"subscription": subscription.id}}
    session = await shop.client.v1.billing_portal.sessions.create_async(params)
    return Visit(shop, session.url, subscription.id), customer.id, subscription.id


async def test_page(shop: Shop) -> None:
    """The portal shows plan, card and invoices, says that no money moves, and leads back to the shop."""
    visit, _, _ = await _visit(shop)
    page = await visit.page()
    for words in ("Test mode: no money moves", "StripSession Pro", "Renews on 15 February 2027", "ending 4242"):
        assert words in page
    assert "https://shop.example/plan" in page
    assert "<script" not in page


async def test_cancel_and_keep(shop: Shop) -> None:
    """A plan is cancelled for its period's end, and kept again."""
    visit, _, subscription = await _visit(shop)
    assert (await visit.send("cancel")).status_code == 303
    assert "Ends on 15 February 2027" in await visit.page()
    assert (await shop.client.v1.subscriptions.retrieve_async(subscription)).cancel_at == START + 31 * DAY_S
    await visit.send("resume")
    assert (await shop.client.v1.subscriptions.retrieve_async(subscription)).cancel_at is None


async def test_change_of_plan(shop: Shop) -> None:
    """Another plan is chosen and its difference paid at once."""
    visit, customer, _ = await _visit(shop)
    await visit.send("plan", price="price_studio_monthly")
    assert "StripSession Studio" in await visit.page()
    assert await shop.paid(customer) == [1200, 2400]


async def test_change_of_card(shop: Shop) -> None:
    """A plan that is past due goes on after its card was changed there and its invoice paid."""
    visit, customer, subscription = await _visit(shop, "pm_card_failsAtRenewal")
    await shop.control("clock/advance", days=32)
    assert "The last payment failed" in await visit.page()
    assert "declined" in (await visit.send("card", card="declined")).text
    assert (await visit.send("card", card="success")).status_code == 303
    page = str((await shop.invoices(customer))[-1].hosted_invoice_url)
    await shop.http.post(page, data={"card": "success"})
    assert (await shop.client.v1.subscriptions.retrieve_async(subscription)).status == "active"


async def test_flow_leads_back(shop: Shop) -> None:
    """A portal opened for one thing leads back to the shop when that is done."""
    after = {"type": "redirect", "redirect": {"return_url": "https://shop.example/cancelled"}}
    visit, _, _ = await _visit(shop, flow_data={"type": "subscription_cancel", "after_completion": after})
    assert (await visit.send("cancel")).headers["location"] == "https://shop.example/cancelled"


async def test_confirms_what_was_chosen(shop: Shop) -> None:
    """A portal that was opened to confirm a change has the new price chosen already."""
    customer = await shop.customer()
    subscription = await shop.subscription(customer.id)
    item: Any = subscription["items"].data[0]
    change = {"subscription": subscription.id, "items": [{"id": item.id, "price": "price_studio_yearly"}]}
    flow: Any = {"type": "subscription_update_confirm", "subscription_update_confirm": change}
    params: Any = {"customer": customer.id, "flow_data": flow}
    session = await shop.client.v1.billing_portal.sessions.create_async(params)
    page = (await shop.http.get(session.url)).text
    assert 'value="price_studio_yearly" checked' in page


async def test_configuration_bounds_it(shop: Shop) -> None:
    """What a configuration does not offer is neither shown nor done."""
    made = await shop.client.v1.billing_portal.configurations.create_async(
        {"features": {"invoice_history": {"enabled": True}}}
    )
    visit, _, subscription = await _visit(shop, configuration=made.id)
    page = await visit.page()
    assert "Change plan" not in page
    assert "Cancel" not in page
    assert (await visit.send("cancel")).status_code == 402
    assert (await shop.client.v1.subscriptions.retrieve_async(subscription)).cancel_at is None


async def test_others_plans_are_out_of_reach(shop: Shop) -> None:
    """One customer's portal changes nothing of another's."""
    visit, _, _ = await _visit(shop)
    other = await shop.customer()
    theirs = await shop.subscription(other.id)
    refused = await visit.send("cancel", subscription=theirs.id)
    assert "No such subscription" in refused.text
    assert (await shop.client.v1.subscriptions.retrieve_async(theirs.id)).cancel_at is None
