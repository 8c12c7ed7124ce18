"""An invoice's life: drafted, finalised, paid or not, and what follows from each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from stack.stripe import amounts, charging, discounts, failures, invoice_lines, payment_methods, standing, tax_ids
from stack.stripe.cards import Decline
from stack.stripe.clock import DAY_S, HOUR_S
from stack.stripe.shapes import Resource, empty_list
from stack.stripe.world import World

_NO_TAX = {"enabled": False, "liability": None, "status": None, "disabled_reason": None, "provider": None}


@dataclass(frozen=True)
class Wanted:
    """The invoice to be drafted."""

    customer: str
    reason: str
    currency: str
    lines: Sequence[Resource] = ()
    period: tuple[int, int] | None = None
    subscription: Resource | None = None
    discount_ids: Sequence[str] = ()
    auto_advance: bool = True
    takes_pending: bool = True
    metadata: Resource | None = None
    description: str | None = None


def draft(world: World, wanted: Wanted) -> Resource:
    """Draft an invoice of lines and of what was pending. It finalises itself in an hour if it may advance."""
    customer, subscription = wanted.customer, wanted.subscription
    owner, now = world.get("customer", customer), world.now(customer)
    start, end = wanted.period or (now, now)
    made = world.new(
        "invoice",
        customer=customer,
        account_country="US",
        account_name="StripSession (test mode)",
        amount_shipping=0,
        amount_overpaid=0,
        amount_paid=0,
        attempt_count=0,
        attempted=False,
        auto_advance=wanted.auto_advance,
        automatic_tax=dict(_NO_TAX),
        automatically_finalizes_at=now + HOUR_S if wanted.auto_advance else None,
        billing_reason=wanted.reason,
        collection_method="charge_automatically",
        currency=wanted.currency,
        customer_address=owner["address"],
        customer_email=owner["email"],
        customer_name=owner["name"],
        customer_phone=owner["phone"],
        customer_tax_exempt=owner["tax_exempt"],
        customer_tax_ids=tax_ids.told_on_invoices(world, customer),
        default_tax_rates=[],
        description=wanted.description,
        discounts=list(wanted.discount_ids),
        issuer={"type": "self"},
        metadata=dict(wanted.metadata or {}),
        parent=_parent(subscription),
        payment_settings={"default_mandate": None, "payment_method_options": None, "payment_method_types": None},
        period_start=start,
        period_end=end,
        post_payment_credit_notes_amount=0,
        pre_payment_credit_notes_amount=0,
        starting_balance=owner["balance"],
        status="draft",
        status_transitions=dict.fromkeys(("finalized_at", "marked_uncollectible_at", "paid_at", "voided_at")),
        test_clock=owner["test_clock"],
        total_discount_amounts=[],
        total_pretax_credit_amounts=[],
        total_taxes=[],
    )
    made["lines"] = empty_list(f"/v1/invoices/{made['id']}/lines")
    add_lines(world, made, [*wanted.lines, *(_pending(world, made, subscription) if wanted.takes_pending else [])])
    if subscription is not None:
        subscription["latest_invoice"] = made["id"]
    world.emit("invoice.created", made)
    return made


def _parent(subscription: Resource | None) -> Resource | None:
    if subscription is None:
        return None
    details = {"metadata": dict(subscription["metadata"]), "subscription": subscription["id"]}
    return {"type": "subscription_details", "quote_details": None, "subscription_details": details}


def _pending(world: World, invoice: Resource, subscription: Resource | None) -> list[Resource]:
    """Lines of the customer's pending items, taken up: those of this subscription, and those of none."""
    taken = []
    for each in world.all("invoiceitem", customer=invoice["customer"], invoice=None, currency=invoice["currency"]):
        details = (each["parent"] or {}).get("subscription_details")
        if details is None or (subscription is not None and details["subscription"] == subscription["id"]):
            each["invoice"] = invoice["id"]
            taken.append(invoice_lines.of_pending_item(world, each))
    return taken


def add_lines(world: World, invoice: Resource, lines: Sequence[Resource]) -> None:
    """Put lines on a draft and add it up again."""
    data = [*invoice["lines"]["data"], *(each | {"invoice": invoice["id"]} for each in lines)]
    invoice["lines"] = invoice["lines"] | {"data": data}
    add_up(world, invoice)


def add_up(world: World, invoice: Resource) -> None:
    """Set a draft's sums from its lines, its discounts and the customer's balance."""
    data, ids = invoice["lines"]["data"], invoice["discounts"]
    invoice["starting_balance"] = world.get("customer", invoice["customer"])["balance"]
    found = amounts.sums(
        [(each["amount"], each["discountable"]) for each in data],
        discounts.reductions(world, ids),
        invoice["starting_balance"],
    )
    for place, each in enumerate(data):
        off = zip(ids, (taken[place] for taken in found.discounts), strict=True)
        each["discount_amounts"] = [{"amount": amount, "discount": name} for name, amount in off]
    invoice.update(
        subtotal=found.subtotal,
        subtotal_excluding_tax=found.subtotal,
        total=found.total,
        total_excluding_tax=found.total,
        total_discount_amounts=[
            {"amount": amount, "discount": name} for name, amount in zip(ids, found.taken_off, strict=True)
        ],
        amount_due=found.due,
        amount_remaining=found.due,
    )
    world.changes += 1


def finalize(world: World, invoice: Resource) -> None:
    """Number a draft and make it payable; one that asks for nothing is paid by that. Raises Refused."""
    require(invoice, ("draft",), "finalized")
    owner, now = world.get("customer", invoice["customer"]), world.now(invoice["customer"])
    add_up(world, invoice)
    for each in invoice["total_discount_amounts"]:
        if each["amount"]:
            world.note(each["discount"])["used"] = True
    after = min(0, invoice["total"] + invoice["starting_balance"])
    number = f"{owner['invoice_prefix']}-{owner['next_invoice_sequence']:04d}"
    world.update(owner, "customer.updated", next_invoice_sequence=owner["next_invoice_sequence"] + 1, balance=after)
    page = f"{world.address}/invoices/{invoice['id']}"
    invoice.update(
        automatically_finalizes_at=None,
        effective_at=now,
        ending_balance=after,
        hosted_invoice_url=page,
        invoice_pdf=f"{page}/pdf",
        number=number,
        status="open",
        status_transitions=invoice["status_transitions"] | {"finalized_at": now},
    )
    world.emit("invoice.finalized", invoice)
    if invoice["amount_due"] == 0:
        _mark_paid(world, invoice)
        return
    payment = charging.intent(
        world,
        amount=invoice["amount_due"],
        currency=invoice["currency"],
        customer=invoice["customer"],
        description=f"Payment for invoice {number}",
        receipt_email=owner["email"],
        setup_future_usage="off_session",
    )
    world.new(
        "invoice_payment",
        created=now,
        amount_requested=invoice["amount_due"],
        currency=invoice["currency"],
        invoice=invoice["id"],
        is_default=True,
        payment={"type": "payment_intent", "payment_intent": payment["id"]},
        status="open",
        status_transitions={"canceled_at": None, "paid_at": None},
    )


def pay(
    world: World, invoice: Resource, *, on_session: bool, method: Resource | None = None
) -> tuple[Decline | None, Resource | None]:
    """Try to collect an open invoice: the decline where the bank refuses, and the intent that was tried."""
    require(invoice, ("open", "uncollectible"), "paid")
    chosen = method or _method_of(world, invoice)
    payment = world.get("payment_intent", payment_of(world, invoice)["payment"]["payment_intent"])
    if chosen is None:
        _note_failure(world, invoice, on_session=on_session)
        return Decline("missing_payment_method", "", "This customer has no payment method."), payment
    decline = charging.attempt(world, payment, chosen, on_session=on_session)
    if decline is None:
        _mark_paid(world, invoice)
    else:
        _note_failure(world, invoice, on_session=on_session)
    return decline, payment


def payment_of(world: World, invoice: Resource) -> Resource:
    """The payment that stands for an invoice."""
    return next(world.all("invoice_payment", invoice=invoice["id"]))


def _method_of(world: World, invoice: Resource) -> Resource | None:
    own = world.table("payment_method").get(invoice["default_payment_method"] or "")
    return own or payment_methods.default_of(world, invoice["customer"], standing.subscription_of(world, invoice))


def _mark_paid(world: World, invoice: Resource) -> None:
    now = world.now(invoice["customer"])
    asked = invoice["amount_due"]
    invoice.update(
        amount_paid=asked,
        amount_remaining=0,
        attempted=True,
        attempt_count=invoice["attempt_count"] + (asked > 0),
        next_payment_attempt=None,
        auto_advance=False,
        status="paid",
        status_transitions=invoice["status_transitions"] | {"paid_at": now},
    )
    world.changes += 1
    if asked:
        settled = payment_of(world, invoice)
        settled.update(
            amount_paid=asked, status="paid", status_transitions=settled["status_transitions"] | {"paid_at": now}
        )
        world.emit("invoice_payment.paid", settled)
    world.emit("invoice.paid", invoice)
    world.emit("invoice.payment_succeeded", invoice)
    standing.paid(world, invoice)


def _note_failure(world: World, invoice: Resource, *, on_session: bool) -> None:
    """Count the failed attempt, set the next one by the dunning schedule, and let the subscription know."""
    gaps, is_first_invoice = world.dunning.gaps_days, invoice["billing_reason"] == "subscription_create"
    count = invoice["attempt_count"] + 1
    if on_session and invoice["attempted"]:
        # Somebody tried by hand in between: the schedule goes on as it was.
        world.update(invoice, "invoice.updated", attempt_count=count)
        world.emit("invoice.payment_failed", invoice)
        return
    tried = world.note(invoice["id"]).get("dunned", 0)
    world.note(invoice["id"])["dunned"] = tried + 1
    is_last = tried >= len(gaps)
    then = None if is_first_invoice or is_last else world.now(invoice["customer"]) + gaps[tried] * DAY_S
    if invoice["billing_reason"] == "manual" and not invoice["auto_advance"]:
        then = None
    world.update(invoice, "invoice.updated", attempt_count=count, attempted=True, next_payment_attempt=then)
    world.emit("invoice.payment_failed", invoice)
    standing.failed(world, invoice, is_last=is_last)


def void(world: World, invoice: Resource) -> None:
    """Let nobody owe an open invoice any more. Raises Refused."""
    require(invoice, ("open", "uncollectible"), "voided")
    now = world.now(invoice["customer"])
    _stop(world, invoice)
    times = invoice["status_transitions"] | {"voided_at": now}
    world.update(invoice, None, status="void", amount_remaining=0, status_transitions=times)
    world.emit("invoice.voided", invoice)


def mark_uncollectible(world: World, invoice: Resource) -> None:
    """Write an open invoice off. Raises Refused."""
    require(invoice, ("open",), "marked uncollectible")
    times = invoice["status_transitions"] | {"marked_uncollectible_at": world.now(invoice["customer"])}
    fields = {"auto_advance": False, "next_payment_attempt": None, "status_transitions": times}
    world.update(invoice, None, status="uncollectible", **fields)
    world.emit("invoice.marked_uncollectible", invoice)


def _stop(world: World, invoice: Resource) -> None:
    world.update(invoice, None, auto_advance=False, next_payment_attempt=None)
    for settled in world.all("invoice_payment", invoice=invoice["id"], status="open"):
        payment = world.get("payment_intent", settled["payment"]["payment_intent"])
        now = world.now(invoice["customer"])
        world.update(payment, None, status="canceled", canceled_at=now, cancellation_reason="void_invoice")
        world.emit("payment_intent.canceled", payment)
        settled.update(status="canceled", status_transitions=settled["status_transitions"] | {"canceled_at": now})


def require(invoice: Resource, statuses: Sequence[str], done: str) -> None:
    """Refuse what an invoice's status does not allow."""
    if invoice["status"] not in statuses:
        message = f"Invoice {invoice['id']} is {invoice['status']} and cannot be {done}."
        if invoice["status"] == "paid" and done == "paid":
            message = "Invoice is already paid"
        code = "invoice_not_editable" if done in {"finalized", "changed"} else ""
        raise failures.refused(message, code)
