"""Disputes: a customer asks their bank for the money back."""

from __future__ import annotations

from stack.stripe import failures, listing
from stack.stripe.clock import DAY_S
from stack.stripe.routing import Call, Route
from stack.stripe.shapes import Resource
from stack.stripe.world import World

REASONS = ("fraudulent", "duplicate", "general", "product_not_received", "subscription_canceled", "unrecognized")
CLOSED = ("won", "lost")
_ANSWER_DAYS = 20
_EVIDENCE = [
    "access_activity_log",
    "billing_address",
    "cancellation_policy",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "customer_communication",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "customer_signature",
    "duplicate_charge_documentation",
    "duplicate_charge_explanation",
    "duplicate_charge_id",
    "product_description",
    "receipt",
    "refund_policy",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "service_date",
    "service_documentation",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_documentation",
    "shipping_tracking_number",
    "uncategorized_file",
    "uncategorized_text",
]
# Words that stand for the bank's verdict, as Stripe has them in test mode.
_VERDICTS = {"winning_evidence": "won", "losing_evidence": "lost"}


def make(world: World, charge: Resource, *, amount: int | None = None, reason: str = "general") -> Resource:
    """Let a charge be disputed: its amount leaves the account until the bank decides. Raises Refused."""
    left = charge["amount"] - charge["amount_refunded"]
    if charge["status"] != "succeeded" or charge["disputed"] or left <= 0:
        raise failures.refused(f"Charge {charge['id']} cannot be disputed.")
    disputed = left if amount is None else amount
    if not 0 < disputed <= left:
        raise failures.parameter_invalid("amount", "The amount disputed must be within the charge.")
    now = world.now(charge["customer"])
    made = world.new(
        "dispute",
        created=now,
        amount=disputed,
        balance_transactions=[],
        charge=charge["id"],
        currency=charge["currency"],
        enhanced_eligibility_types=[],
        evidence=dict.fromkeys(_EVIDENCE) | {"enhanced_evidence": {}},
        evidence_details={
            "due_by": now + _ANSWER_DAYS * DAY_S,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        is_charge_refundable=False,
        payment_intent=charge["payment_intent"],
        payment_method_details={
            "card": {
                "brand": charge["payment_method_details"]["card"]["brand"],
                "case_type": "chargeback",
                "network": "visa",
                "network_reason_code": "10.4",
            },
            "type": "card",
        },
        reason=reason,
        status="needs_response",
    )
    charge["disputed"] = True
    world.emit("charge.dispute.created", made)
    world.emit("charge.dispute.funds_withdrawn", made)
    return made


def close(world: World, dispute: Resource, status: str) -> None:
    """Let the bank decide: won gives the money back, lost does not. Raises Refused when it has decided."""
    if dispute["status"] in CLOSED:
        raise failures.refused("This dispute is already closed.", "dispute_already_closed")
    dispute["status"] = status
    world.changes += 1
    world.emit("charge.dispute.closed", dispute)
    if status == "won":
        world.emit("charge.dispute.funds_reinstated", dispute)


def _update(call: Call) -> Resource:
    dispute, params, world = call.named("dispute"), call.params, call.world
    given = params.group("evidence")
    given.refuse_unknown(_EVIDENCE)
    if dispute["status"] in CLOSED and params.has("evidence"):
        raise failures.refused("This dispute is already closed.", "dispute_already_closed")
    evidence = dispute["evidence"] | {name: given.text(name) for name in given.names()}
    submitted = params.has("evidence") and params.flag("submit") is not False
    details = dispute["evidence_details"] | {
        "has_evidence": any(value for name, value in evidence.items() if name != "enhanced_evidence"),
        "submission_count": dispute["evidence_details"]["submission_count"] + submitted,
    }
    fields: Resource = {"metadata": params.metadata(dispute["metadata"])}
    if submitted:
        fields["status"] = "under_review"
    world.update(dispute, "charge.dispute.updated", evidence=evidence, evidence_details=details, **fields)
    verdict = _VERDICTS.get(evidence["uncategorized_text"] or "")
    if submitted and verdict is not None:
        close(world, dispute, verdict)
    return dispute


def _close(call: Call) -> Resource:
    dispute = call.named("dispute")
    close(call.world, dispute, "lost")
    return dispute


def _list(call: Call) -> Resource:
    charge, payment = call.params.text("charge"), call.params.text("payment_intent")
    found = [
        each
        for each in call.world.all("dispute")
        if (charge is None or each["charge"] == charge) and (payment is None or each["payment_intent"] == payment)
    ]
    return listing.page(found, call.params, "/v1/disputes")


ROUTES = (
    Route("GET", "/v1/disputes", _list, f"charge payment_intent {listing.PARAMETERS}"),
    Route("GET", "/v1/disputes/{id}", lambda call: call.named("dispute")),
    Route("POST", "/v1/disputes/{id}", _update, "evidence metadata submit"),
    Route("POST", "/v1/disputes/{id}/close", _close),
)
