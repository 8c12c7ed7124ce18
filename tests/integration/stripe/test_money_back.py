"""Refunds, disputes and invoices by hand."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from tests.integration.stripe.shop import Shop


async def _charge(shop: Shop, card: str = "pm_card_visa") -> stripe.PaymentIntent:
    customer = await shop.customer(card)
    method = (await shop.client.v1.payment_methods.list_async({"customer": customer.id})).data[0].id
    return await shop.client.v1.payment_intents.create_async(
        {"customer": customer.id, "amount": 1000, "currency": "usd", "payment_method": method, "confirm": True}
    )


async def test_refunds_in_parts(shop: Shop) -> None:
    """A charge is given back in parts, never more than it was, and the last part makes it refunded."""
    payment = await _charge(shop)
    first = await shop.client.v1.refunds.create_async({"payment_intent": payment.id, "amount": 300})
    assert (first.status, first.amount) == ("succeeded", 300)
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded amount"):
        await shop.client.v1.refunds.create_async({"payment_intent": payment.id, "amount": 701})
    rest = await shop.control("refund", payment_intent=payment.id)
    assert rest["amount"] == 700
    charge = await shop.client.v1.charges.retrieve_async(str(payment.latest_charge), {"expand": ["refunds"]})
    assert (charge.refunded, charge.amount_refunded) == (True, 1000)
    assert charge.refunds is not None
    assert [each.amount for each in charge.refunds.data] == [700, 300]
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await shop.client.v1.refunds.create_async({"payment_intent": payment.id})
    assert refused.value.code == "charge_already_refunded"
    told = await shop.events(type="charge.refunded")
    assert [each.data.object["amount_refunded"] for each in told] == [300, 1000]


@pytest.mark.parametrize(("status", "events"), [("won", 4), ("lost", 3)])
async def test_dispute(shop: Shop, status: str, events: int) -> None:
    """A disputed charge cannot be refunded; the bank decides once, and a dispute that is won gives the money back."""
    payment = await _charge(shop)
    dispute = await shop.control("dispute", payment_intent=payment.id, reason="fraudulent")
    assert (dispute["status"], dispute["amount"]) == ("needs_response", 1000)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await shop.client.v1.refunds.create_async({"payment_intent": payment.id})
    assert refused.value.code == "charge_disputed"
    await shop.control("dispute/close", dispute=dispute["id"], status=status)
    assert (await shop.client.v1.disputes.retrieve_async(dispute["id"])).status == status
    assert len(await shop.events(type="charge.dispute.*")) == events
    with pytest.raises(stripe.InvalidRequestError):
        await shop.client.v1.disputes.close_async(dispute["id"])


async def test_evidence(shop: Shop) -> None:
    """Stripe's test words in the evidence decide a dispute, which a certain card brings about by itself."""
    payment = await _charge(shop, "pm_card_createDispute")
    disputes = await shop.client.v1.disputes.list_async({"payment_intent": payment.id})
    evidence: Any = {"evidence": {"uncategorized_text": "winning_evidence"}, "submit": True}
    won = await shop.client.v1.disputes.update_async(disputes.data[0].id, evidence)
    assert won.status == "won"


async def test_invoice_by_hand(shop: Shop) -> None:
    """An invoice takes up what is pending, is numbered when final, and is paid, voided or written off once."""
    customer = await shop.customer()
    items, invoices = shop.client.v1.invoice_items, shop.client.v1.invoices
    for amount in (500, 250):
        await items.create_async({"customer": customer.id, "amount": amount, "currency": "usd", "description": "Work"})
    drafted = await invoices.create_async({"customer": customer.id})
    assert (drafted.status, drafted.total, drafted.number) == ("draft", 750, None)
    final = await invoices.finalize_invoice_async(str(drafted.id))
    assert (final.status, final.number) == ("open", f"{customer.invoice_prefix}-0001")
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await invoices.finalize_invoice_async(str(drafted.id))
    assert refused.value.code == "invoice_not_editable"
    paid = await invoices.pay_async(str(drafted.id))
    assert (paid.status, paid.amount_paid, paid.amount_remaining) == ("paid", 750, 0)
    for act in (invoices.pay_async, invoices.void_invoice_async, invoices.mark_uncollectible_async):
        with pytest.raises(stripe.InvalidRequestError):
            await act(str(drafted.id))
    payments = await shop.client.v1.invoice_payments.list_async({"invoice": str(drafted.id)})
    assert [each.amount_paid for each in payments.data] == [750]


async def test_open_invoices_end(shop: Shop) -> None:
    """An open invoice can be written off and then voided, and after that is owed by nobody."""
    customer = await shop.customer()
    items, invoices = shop.client.v1.invoice_items, shop.client.v1.invoices
    await items.create_async({"customer": customer.id, "amount": 500, "currency": "usd"})
    drafted = await invoices.create_async({"customer": customer.id})
    await invoices.finalize_invoice_async(str(drafted.id))
    assert (await invoices.mark_uncollectible_async(str(drafted.id))).status == "uncollectible"
    gone = await invoices.void_invoice_async(str(drafted.id))
    assert (gone.status, gone.amount_remaining) == ("void", 0)


async def test_drafts_finalise_themselves(shop: Shop) -> None:
    """A draft that may advance is final and paid an hour later."""
    customer = await shop.customer()
    await shop.client.v1.invoice_items.create_async({"customer": customer.id, "amount": 500, "currency": "usd"})
    await shop.client.v1.invoices.create_async({"customer": customer.id, "auto_advance": True})
    assert await shop.paid(customer.id) == []
    await shop.control("clock/advance", seconds=3600)
    assert await shop.paid(customer.id) == [500]


async def test_invoice_page(shop: Shop) -> None:
    """An open invoice is paid on its page, which tells a decline, and is there as a PDF."""
    customer = await shop.customer()
    await shop.client.v1.invoice_items.create_async(
        {"customer": customer.id, "amount": 500, "currency": "usd", "description": "Work (of art)"}
    )
    drafted = await shop.client.v1.invoices.create_async({"customer": customer.id})
    final = await shop.client.v1.invoices.finalize_invoice_async(str(drafted.id))
    page = str(final.hosted_invoice_url)
    assert "5.00 USD" in (await shop.http.get(page)).text
    declined = await shop.http.post(page, data={"card": "insufficient_funds"})
    assert (declined.status_code, "insufficient funds" in declined.text) == (402, True)
    assert (await shop.http.post(page, data={"card": "success"})).status_code == 303
    assert "Status: paid" in (await shop.http.get(page)).text
    pdf = await shop.http.get(str(final.invoice_pdf))
    assert pdf.content.startswith(b"%PDF-1.4")
    assert b"Work \\(of art\\)" in pdf.content
    assert b"Test mode: no money moves" in pdf.content


async def test_deleted_customer(shop: Shop) -> None:
    """A deleted customer's plans have ended, its cards are gone, and its id says that it was deleted."""
    customer = await shop.customer()
    subscription = await shop.subscription(customer.id)
    assert (await shop.client.v1.customers.delete_async(customer.id)).deleted
    assert (await shop.client.v1.customers.retrieve_async(customer.id)).deleted
    assert (await shop.client.v1.subscriptions.retrieve_async(subscription.id)).status == "canceled"
    await shop.control("clock/advance", months=2)
    assert (await shop.client.v1.payment_methods.list_async({"customer": customer.id})).data == []
