"""Checkout: by the API, by the page, with codes, trials, packs and refusals."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import stripe

from tests.integration.stripe.shop import DAY_S, START, Shop


async def _session(shop: Shop, **fields: Any) -> stripe.checkout.Session:
    params: Any = {
        "mode": "subscription",
        "line_items": [{"price": "price_pro_monthly", "quantity": 1}],
        "success_url": "https://shop.example/done?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "https://shop.example/plans",
        **fields,
    }
    return await shop.client.v1.checkout.sessions.create_async(params)


async def _post(shop: Shop, session: stripe.checkout.Session, **form: str) -> httpx.Response:
    """Send the page's form, as a browser would: without any key."""
    return await shop.http.post(str(session.url), data=form, headers={"Authorization": ""})


async def test_page_sells_a_subscription(shop: Shop) -> None:
    """The page says that no money moves, takes a test card, and leads back to the shop with the session's id."""
    session = await _session(shop)
    page = await shop.http.get(str(session.url), headers={"Authorization": ""})
    assert page.status_code == 200
    assert "Test mode: no money moves" in page.text
    assert "<script" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    paid = await _post(shop, session, action="pay", email="listener@example.com", card="success", country="DE")
    assert (paid.status_code, paid.headers["location"]) == (303, f"https://shop.example/done?session={session.id}")
    told = await shop.client.v1.checkout.sessions.retrieve_async(
        session.id, {"expand": ["subscription", "customer", "line_items"]}
    )
    assert (told.status, told.payment_status, told.amount_total, told.url) == ("complete", "paid", 1200, None)
    subscription: Any = told.subscription
    customer: Any = told.customer
    assert (subscription.status, customer.email) == ("active", "listener@example.com")
    assert told.customer_details is not None
    assert told.customer_details.address is not None
    assert told.customer_details.address.country == "DE"
    assert [each.type for each in await shop.events()][-1] == "checkout.session.completed"


async def test_declined_card_stays(shop: Shop) -> None:
    """A declined card is told on the page, makes nothing, and another may be tried."""
    session = await _session(shop, customer_email="listener@example.com")
    refused = await _post(shop, session, action="pay", card="declined")
    assert refused.status_code == 402
    assert 'role="alert"' in refused.text
    assert "Your card was declined." in refused.text
    assert (await shop.client.v1.checkout.sessions.retrieve_async(session.id)).status == "open"
    assert (await shop.client.v1.customers.list_async()).data == []
    assert (await _post(shop, session, action="pay", card="success")).status_code == 303


async def test_authentication_is_refused(shop: Shop) -> None:
    """A card that wants its owner to prove themselves is refused, and the page says why."""
    session = await _session(shop, customer_email="listener@example.com")
    refused = await _post(shop, session, action="pay", card="requires_action")
    assert (refused.status_code, "authentication" in refused.text) == (402, True)


async def test_promotion_code(shop: Shop) -> None:
    """A code typed on the page takes its part off the first month alone, whatever its letters' case."""
    session = await _session(shop, allow_promotion_codes=True, customer_email="listener@example.com")
    assert "cannot be used" in (await _post(shop, session, action="apply", promotion_code="NOSUCH")).text
    assert "6.00 USD" in (await _post(shop, session, action="apply", promotion_code="encore50")).text
    await _post(shop, session, action="pay", card="success")
    told = await shop.client.v1.checkout.sessions.retrieve_async(session.id)
    assert (told.amount_subtotal, told.amount_total) == (1200, 600)
    await shop.control("clock/advance", months=2)
    await shop.control("clock/advance", days=1)
    assert await shop.paid(str(told.customer)) == [600, 1200, 1200]
    codes = await shop.client.v1.promotion_codes.list_async({"code": "ENCORE50"})
    assert codes.data[0].times_redeemed == 1


async def test_trial(shop: Shop) -> None:
    """A trial asks for a card and takes nothing until its days are over."""
    session = await _session(shop, subscription_data={"trial_period_days": 7, "metadata": {"account": "a1"}})
    assert session.amount_total == 0
    paid = await shop.control("pay", session=session.id, email="listener@example.com")
    assert paid["payment_status"] == "no_payment_required"
    subscription = await shop.client.v1.subscriptions.retrieve_async(paid["subscription"])
    assert (subscription.status, subscription.trial_end) == ("trialing", START + 7 * DAY_S)
    assert subscription.metadata["account"] == "a1"
    await shop.control("clock/advance", days=8)
    assert await shop.paid(paid["customer"]) == [0, 1200]


@pytest.mark.parametrize("invoices", [True, False])
async def test_pack_of_minutes(shop: Shop, invoices: bool) -> None:
    """A pack is paid once, with an invoice where one was asked for, and carries the metadata that was given."""
    customer = await shop.customer()
    session = await _session(
        shop,
        mode="payment",
        customer=customer.id,
        line_items=[{"price": "price_minutes_500", "quantity": 2}],
        invoice_creation={"enabled": invoices},
        payment_intent_data={"metadata": {"account": "a1"}},
    )
    paid = await shop.control("pay", session=session.id)
    assert (paid["status"], paid["amount_total"]) == ("complete", 3000)
    payment = await shop.client.v1.payment_intents.retrieve_async(paid["payment_intent"])
    assert (payment.status, payment.amount_received, payment.customer) == ("succeeded", 3000, customer.id)
    assert payment.metadata["account"] == "a1"
    assert await shop.paid(customer.id) == ([3000] if invoices else [])
    await shop.control("clock/advance", months=2)
    assert len((await shop.client.v1.charges.list_async({"customer": customer.id})).data) == 1


async def test_tax_id(shop: Shop) -> None:
    """A business's tax id is checked for its form, kept with the customer and printed on the invoice."""
    customer = await shop.customer()
    with pytest.raises(stripe.InvalidRequestError, match="customer_update"):
        await _session(shop, customer=customer.id, tax_id_collection={"enabled": True})
    session = await _session(
        shop, customer=customer.id, tax_id_collection={"enabled": True}, customer_update={"name": "auto"}
    )
    wrong = await _post(shop, session, action="pay", card="success", tax_id_type="eu_vat", tax_id="12")
    assert (wrong.status_code, "Invalid value" in wrong.text) == (402, True)
    await _post(
        shop, session, action="pay", card="success", tax_id_type="eu_vat", tax_id="DE123456789", name="Band Ltd"
    )
    kept = await shop.client.v1.customers.tax_ids.list_async(customer.id)
    assert [(each.type, each.value) for each in kept.data] == [("eu_vat", "DE123456789")]
    assert (await shop.client.v1.customers.retrieve_async(customer.id)).name == "Band Ltd"
    assert (await shop.invoices(customer.id))[0].customer_tax_ids[0].value == "DE123456789"


async def test_expiry(shop: Shop) -> None:
    """A session that nobody pays is over after a day, tells so, and its page can no longer be paid."""
    session = await _session(shop)
    await shop.control("clock/advance", days=1)
    assert (await shop.client.v1.checkout.sessions.retrieve_async(session.id)).status == "expired"
    assert (await _post(shop, session, action="pay", email="a@example.com", card="success")).status_code == 410
    assert [each.type for each in await shop.events(types=["checkout.session.expired"])]
    with pytest.raises(stripe.InvalidRequestError):
        await shop.client.v1.checkout.sessions.expire_async(session.id)


async def test_paid_once(shop: Shop) -> None:
    """A page that is sent twice is paid once."""
    session = await _session(shop, customer_email="listener@example.com")
    await _post(shop, session, action="pay", card="success")
    again = await _post(shop, session, action="pay", card="success")
    assert "This is paid" in again.text
    assert len((await shop.client.v1.subscriptions.list_async()).data) == 1


async def test_hostile_words_stay_words(shop: Shop) -> None:
    """What people and products are called is shown as text, whatever is in it."""
    customer = await shop.customer(name='<img src=x onerror="alert(1)">')
    session = await _session(shop, customer=customer.id)
    page = await shop.http.get(str(session.url))
    assert "<img" not in page.text
    assert "&lt;img" in page.text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"mode": "payment"}, "recurring price"),
        ({"line_items": [{"price": "price_minutes_100", "quantity": 1}]}, "at least one recurring"),
        ({"success_url": "javascript:alert(1)"}, "URL"),
        ({"line_items": [{"price": "price_nosuch", "quantity": 1}]}, "No such price"),
        ({"expires_at": START + 60}, "30 minutes"),
        ({"allow_promotion_codes": True, "discounts": [{"coupon": "first-month-half"}]}, "only specify one"),
        ({"automatic_tax": {"enabled": True}}, "does not play"),
    ],
)
async def test_refusals(shop: Shop, fields: Any, words: str) -> None:
    """A session that could not be paid as meant is refused when it is made."""
    with pytest.raises(stripe.InvalidRequestError, match=words):
        await _session(shop, **fields)
