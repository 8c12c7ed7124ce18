"""What the stand-in tells has the shape of Stripe's own objects."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import stripe
from stripe._object_classes import get_object_class

from stack.stripe.shapes import API_VERSION, PREFIXES
from tests.integration.stripe.shop import START, Shop
from tests.paths import SHARED_DATA

FIXTURES = SHARED_DATA / "stripe" / "fixtures3.json"
"""Stripe's example objects, from its repository stripe/openapi (MIT); lent beside the checkout, never copied."""
# Fields of the fixtures that this API version has no more: the SDK does not know them either.
GONE = {"invoice": {"subscription"}}
NEVER_TOLD_ALONE = {"deleted"}


async def _one_of_each(shop: Shop) -> dict[str, Any]:
    """An object of every kind, made by way of the API."""
    client = shop.client.v1
    customer = await shop.customer(address={"line1": "Main Street 1", "country": "DE"})
    await client.customers.tax_ids.create_async(customer.id, {"type": "eu_vat", "value": "DE123456789"})
    await shop.subscription(customer.id, discounts=[{"coupon": "three-months-twenty"}])
    clock = await client.test_helpers.test_clocks.create_async({"frozen_time": START})
    await client.test_helpers.test_clocks.advance_async(clock.id, {"frozen_time": START + 1})
    await client.invoice_items.create_async({"customer": customer.id, "amount": 100, "currency": "usd"})
    session = await client.checkout.sessions.create_async(
        {
            "mode": "payment",
            "line_items": [{"price": "price_minutes_100", "quantity": 1}],
            "success_url": "https://example.com/done",
            "invoice_creation": {"enabled": True},
        }
    )
    paid = await shop.control("pay", session=session.id, email="listener@example.com")
    await client.refunds.create_async({"payment_intent": paid["payment_intent"], "amount": 100})
    other = await client.payment_intents.create_async(
        {"amount": 500, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}
    )
    await shop.control("dispute", payment_intent=other.id)
    await client.billing_portal.sessions.create_async({"customer": customer.id, "return_url": "https://example.com"})
    found = {kind: next(iter(table.values())) for kind, table in shop.world.tables.items() if table}
    found["subscription_item"] = found["subscription"]["items"]["data"][0]
    found["line_item"] = found["invoice"]["lines"]["data"][0]
    listed: Any = await client.checkout.sessions.line_items.list_async(session.id)
    found["item"] = json.loads(str(listed.data[0]))
    summary = [each for each in shop.world.table("event").values() if "entitlement" in each["type"]]
    found["entitlements.active_entitlement_summary"] = summary[0]["data"]["object"]
    return found


def _differences(ours: Any, theirs: Any, path: str) -> Iterator[str]:
    """Where a value of ours is of another kind than the fixture's, or lacks one of its keys."""
    is_expandable = isinstance(ours, str) and isinstance(theirs, dict) and "id" in theirs
    if ours is None or theirs is None or is_expandable:
        return
    if isinstance(theirs, dict) and isinstance(ours, dict):
        # Where one kind is a choice among several, the fixture fills in all of them.
        if ours.get("object") == theirs.get("object"):
            for name in theirs.keys() & ours.keys():
                yield from _differences(ours[name], theirs[name], f"{path}.{name}")
        return
    if isinstance(theirs, list) and isinstance(ours, list):
        for each in ours[:1] if theirs else []:
            yield from _differences(each, theirs[0], f"{path}[]")
        return
    kinds = (bool, (int, float), str, list, dict)
    same = next(kind for kind in kinds if isinstance(theirs, kind))
    if not isinstance(ours, same):
        yield f"{path}: {type(ours).__name__} where Stripe has {type(theirs).__name__}"


async def test_every_kind_is_told(shop: Shop) -> None:
    """There is a way to come by an object of each kind that the stand-in knows."""
    assert set(await _one_of_each(shop)) == set(PREFIXES) | {"entitlements.active_entitlement_summary"}


async def test_fields_and_types_are_the_fixtures(shop: Shop) -> None:
    """Each object has every field of Stripe's example of it, with a value of the same type."""
    if not FIXTURES.is_file():
        pytest.skip(f"{FIXTURES} is not lent here")
    fixtures = json.loads(FIXTURES.read_text(encoding="utf-8"))["resources"]
    wrong = []
    for kind, ours in (await _one_of_each(shop)).items():
        theirs = fixtures[kind]
        missing = theirs.keys() - ours.keys() - GONE.get(kind, set())
        wrong += [f"{kind}: lacks {name}" for name in sorted(missing)]
        wrong += _differences(ours, theirs, kind)
    assert wrong == []


async def test_fields_are_known_to_the_sdk(shop: Shop) -> None:
    """Each object has every field that the SDK says is always there, and none that the SDK does not know."""
    wrong = []
    for kind, ours in (await _one_of_each(shop)).items():
        known = dict(_annotations(kind))
        wrong += [f"{kind}: {name} is unknown" for name in sorted(ours.keys() - known.keys())]
        always = {name for name, required in known.items() if required}
        wrong += [f"{kind}: lacks {name}" for name in sorted(always - ours.keys())]
        wrong += [f"{kind}: {name} is null" for name in sorted(always & ours.keys()) if ours[name] is None]
    assert wrong == []


def _annotations(kind: str) -> Iterator[tuple[str, bool]]:
    """The fields of a kind that the SDK's class declares, and whether each must hold a value."""
    for name, declared in get_object_class("V1", kind).__annotations__.items():
        if name.startswith("_") or name == "OBJECT_NAME":
            continue
        text = declared if isinstance(declared, str) else getattr(declared, "__forward_arg__", str(declared))
        may_lack = ("Optional[", "NoneType", "NotRequired")
        yield name, name not in NEVER_TOLD_ALONE and not any(word in text for word in may_lack)


def test_version_is_the_sdks() -> None:
    """The stand-in speaks the API version that the locked SDK asks for."""
    assert stripe.api_version == API_VERSION
