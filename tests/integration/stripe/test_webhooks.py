"""Webhooks: signed, tried again, and as badly delivered as a test wants."""

from __future__ import annotations

import json
from typing import Any

import pytest
import stripe

from stack.stripe import webhook_endpoints
from tests.integration.stripe.shop import DAY_S, SECRET, START, Shop, opened


async def test_signed_for_the_sdk(shop: Shop) -> None:
    """Every event arrives once, in order, under a signature that the SDK verifies at the stand-in's time."""
    customer = await shop.customer()
    await shop.subscription(customer.id)
    told = await shop.control("deliver")
    assert told["pending"] == 0
    assert shop.mailbox.types == [each.type for each in await shop.events()]
    assert shop.mailbox.headers[0].startswith(f"t={START},v1=")
    assert (await shop.events())[0].pending_webhooks == 0


async def test_rotation(shop: Shop) -> None:
    """For a day after a rotation both secrets sign, and after it the new one alone."""
    await shop.control("rotate", secret="whsec_newer")
    await shop.customer(None)
    await shop.control("deliver")
    assert shop.mailbox.headers[0].count("v1=") == 2
    shop.mailbox.secret = "whsec_newer"
    await shop.control("clock/advance", days=1)
    await shop.customer(None)
    await shop.control("deliver")
    assert shop.mailbox.headers[-1].count("v1=") == 1
    shop.mailbox.secret = SECRET
    assert len(shop.mailbox.taken) == 2


async def test_tried_again(shop: Shop) -> None:
    """A webhook that is not taken is tried again, later each time, and given up after three days."""
    shop.mailbox.status = 500
    await shop.customer(None)
    first = await shop.control("deliver")
    assert first["deliveries"][0] | {"due": 0} == first["deliveries"][0] | {"state": "pending", "status": 500, "due": 0}
    assert (await shop.control("deliver"))["deliveries"] == []
    await shop.control("clock/advance", seconds=10)
    assert (await shop.control("deliver"))["deliveries"][0]["attempts"] == 2
    shop.mailbox.status = 200
    await shop.control("clock/advance", seconds=60)
    assert (await shop.control("deliver"))["deliveries"][0]["state"] == "delivered"
    shop.mailbox.status = 500
    await shop.customer(None)
    last: Any = (await shop.control("deliver"))["deliveries"][0]
    while last["state"] == "pending":
        await shop.control("clock/advance", to=last["due"])
        last = (await shop.control("deliver"))["deliveries"][0]
    assert (last["state"], last["attempts"]) == ("failed", 13)
    assert 2.5 * DAY_S < last["due"] - START < 3 * DAY_S


async def test_dropped_for_days(shop: Shop) -> None:
    """Events of days without webhooks never arrive, and can be read from the list all the same."""
    await shop.control("drop", days=3)
    customer = await shop.customer()
    await shop.subscription(customer.id)
    await shop.control("clock/advance", days=3)
    await shop.customer(None)
    await shop.control("deliver", everything=True)
    assert shop.mailbox.types == ["customer.created"]
    assert "invoice.paid" in [each.type for each in await shop.events()]


async def _delivered(seed: str, **adversity: float) -> list[tuple[str, str]]:
    """What an endpoint got of the same story under this adversity."""
    async with opened() as shop:
        await shop.control("adversity", seed=seed, **adversity)
        customer = await shop.customer()
        subscription = await shop.subscription(customer.id)
        await shop.client.v1.subscriptions.cancel_async(subscription.id)
        await shop.control("deliver", everything=True)
        return [(each["id"], str(each["data"]["object"].get("status"))) for each in shop.mailbox.taken]


@pytest.mark.parametrize("kind", ["drop", "duplicate", "reorder", "stale"])
async def test_adversity_is_repeatable(kind: str) -> None:
    """The same seed brings the same misfortune, another seed another, and each kind does what it is called."""
    fair, once = await _delivered("a"), await _delivered("a", **{kind: 0.4})
    assert once == await _delivered("a", **{kind: 0.4})
    assert once != await _delivered("b", **{kind: 0.4})
    ids, fair_ids = [each for each, _ in once], [each for each, _ in fair]
    if kind == "drop":
        assert set(ids) < set(fair_ids)
    elif kind == "duplicate":
        assert set(ids) == set(fair_ids)
        assert len(ids) > len(fair_ids)
    elif kind == "reorder":
        assert sorted(ids) == sorted(fair_ids)
        assert ids != fair_ids
    else:
        assert ids == fair_ids
        assert once != fair


async def test_delays(shop: Shop) -> None:
    """A delayed event arrives by the stand-in's own clock, not before."""
    await shop.control("adversity", delay=1, delay_s_max=600)
    await shop.customer(None)
    await shop.control("deliver")
    assert shop.mailbox.taken == []
    await shop.control("clock/advance", seconds=600)
    await shop.control("deliver")
    assert shop.mailbox.types == ["customer.created"]


async def test_endpoints_choose(shop: Shop) -> None:
    """An endpoint made by the API tells its secret once, and gets only the events that it asked for."""
    url = shop.world.get("webhook_endpoint", webhook_endpoints.CONFIGURED)["url"]
    await shop.client.v1.webhook_endpoints.delete_async(webhook_endpoints.CONFIGURED)
    made = await shop.client.v1.webhook_endpoints.create_async({"url": url, "enabled_events": ["invoice.paid"]})
    shop.mailbox.secret = str(made.secret)
    listed = await shop.client.v1.webhook_endpoints.list_async()
    assert "secret" not in listed.data[0]
    customer = await shop.customer()
    await shop.subscription(customer.id)
    await shop.control("deliver")
    assert shop.mailbox.types == ["invoice.paid"]


async def test_sent_once_more(shop: Shop) -> None:
    """An event can be sent again by hand, and is the same event."""
    await shop.customer(None)
    await shop.control("deliver")
    await shop.control("resend", event=shop.mailbox.taken[0]["id"])
    assert shop.mailbox.taken[0]["id"] == shop.mailbox.taken[1]["id"]


async def test_body_is_what_was_signed(shop: Shop) -> None:
    """The SDK makes its event of the body, and refuses it when a byte of it is another."""
    await shop.customer(None)
    await shop.control("deliver")
    header, event = shop.mailbox.headers[0], shop.mailbox.taken[0]
    body = json.dumps(event, indent=2)
    assert stripe.Webhook.construct_event(body, header, SECRET, tolerance=0).type == "customer.created"
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body.replace("customer", "custumer"), header, SECRET, tolerance=0)
