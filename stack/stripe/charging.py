"""Taking a payment: an intent, a charge for each attempt, and what the test card's bank says."""

from __future__ import annotations

import copy

from stack.stripe import disputing, failures, payment_methods
from stack.stripe.cards import Card, Decline
from stack.stripe.shapes import Resource
from stack.stripe.world import World

AMOUNT_MIN = 50
"""Less than half a unit of the currency is not worth a bank's while."""


def intent(
    world: World,
    *,
    amount: int,
    currency: str,
    customer: str | None,
    description: str | None = None,
    metadata: Resource | None = None,
    **fields: object,
) -> Resource:
    """An intent to take this amount, with nothing to take it from yet."""
    base: Resource = {
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "capture_method": "automatic",
        "confirmation_method": "automatic",
        "payment_method_options": {"card": {"network": None, "request_three_d_secure": "automatic"}},
        "payment_method_types": ["card"],
        "status": "requires_payment_method",
    }
    made = world.new(
        "payment_intent",
        customer=customer,
        amount=amount,
        currency=currency,
        description=description,
        metadata=dict(metadata or {}),
        **(base | fields),
    )
    made["client_secret"] = f"{made['id']}_secret_{world.letters(made['id'], 25)}"
    world.emit("payment_intent.created", made)
    return made


def answer_of(card: Card, *, on_session: bool) -> Decline | None:
    """What the bank says to a charge: None where it pays."""
    return card.first if on_session else card.later


def attempt(world: World, payment: Resource, method: Resource, *, on_session: bool) -> Decline | None:
    """Charge the intent's amount to a card; the decline where the bank refuses. Tells the events of either."""
    card = payment_methods.card_of(world, method)
    decline = answer_of(card, on_session=on_session)
    charge = _charge(world, payment, method, decline)
    if decline is not None:
        error = declined_body(decline, charge, method)
        payment.update(status="requires_payment_method", latest_charge=charge["id"], last_payment_error=error)
        payment["payment_method"] = None
        world.changes += 1
        world.emit("charge.failed", charge)
        world.emit("payment_intent.payment_failed", payment)
        return decline
    payment.update(
        status="succeeded",
        latest_charge=charge["id"],
        last_payment_error=None,
        amount_received=payment["amount"],
        payment_method=method["id"],
    )
    world.changes += 1
    world.emit("charge.succeeded", charge)
    world.emit("payment_intent.succeeded", payment)
    if card.disputed:
        disputing.make(world, charge, reason="fraudulent")
    return None


def declined_body(decline: Decline, charge: Resource, method: Resource) -> Resource:
    """The error of a declined charge, as intents keep it."""
    more: Resource = {"charge": charge["id"], "payment_method": copy.deepcopy(method)}
    return failures.card_refused(decline.code, decline.decline_code, decline.message, **more).body


def refusal(decline: Decline, payment: Resource) -> failures.Refused:
    """The answer to a request whose payment was declined."""
    return failures.card_refused(
        decline.code,
        decline.decline_code,
        decline.message,
        charge=payment["latest_charge"],
        payment_intent=copy.deepcopy(payment),
    )


def _charge(world: World, payment: Resource, method: Resource, decline: Decline | None) -> Resource:
    card, paid = method["card"], decline is None
    details = {name: card[name] for name in ("brand", "checks", "country", "exp_month", "exp_year", "fingerprint")}
    made = world.new(
        "charge",
        customer=payment["customer"],
        amount=payment["amount"],
        amount_captured=payment["amount"] if paid else 0,
        amount_refunded=0,
        balance_transaction=f"txn_{world.letters(f'txn:{world.serial}', 24)}" if paid else None,
        billing_details=copy.deepcopy(method["billing_details"]),
        calculated_statement_descriptor="STRIPSESSION TEST",
        captured=paid,
        currency=payment["currency"],
        description=payment["description"],
        disputed=False,
        failure_code=None if decline is None else decline.code,
        failure_message=None if decline is None else decline.message,
        fraud_details={},
        metadata=dict(payment["metadata"]),
        outcome=_outcome(decline),
        paid=paid,
        payment_intent=payment["id"],
        payment_method=method["id"],
        payment_method_details={
            "card": details
            | {
                "amount_authorized": payment["amount"] if paid else None,
                "funding": card["funding"],
                "installments": None,
                "last4": card["last4"],
                "mandate": None,
                "network": card["brand"],
                "three_d_secure": None,
                "wallet": None,
            },
            "type": "card",
        },
        receipt_email=payment["receipt_email"],
        refunded=False,
        status="succeeded" if paid else "failed",
    )
    made["receipt_url"] = f"{world.address}/receipts/{made['id']}" if paid else None
    return made


def _outcome(decline: Decline | None) -> Resource:
    base: Resource = {"advice_code": None, "network_advice_code": None, "network_decline_code": None}
    if decline is None:
        return base | {
            "network_status": "approved_by_network",
            "reason": None,
            "seller_message": "Payment complete.",
            "type": "authorized",
        }
    return base | {
        "network_status": "declined_by_network",
        "reason": decline.decline_code or decline.code,
        "seller_message": "The bank did not return any further details with this decline.",
        "type": "issuer_declined",
    }
