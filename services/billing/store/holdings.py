"""What billing holds of a person, kind by kind. Payment records alone outlive the account."""

from __future__ import annotations

from collections.abc import Mapping

from chassis.datamap.classes import DataClass
from chassis.db.census import Basis, Kept, Kind

KINDS = (
    Kind(
        *("plans", DataClass.PAYMENT, Kept.ACCOUNT_LIFE, Basis.CONTRACT, ("accounts",)),
        "accounts WHERE owner_id = $1 AND plan IS NOT NULL",
        "plan_assigned_at",
    ),
    Kind(
        *("subscriptions", DataClass.PAYMENT, Kept.ACCOUNT_LIFE, Basis.CONTRACT),
        (
            *("customers.state", "customers.plan", "customers.next_plan", "customers.paid_until"),
            *("customers.usable_until", "customers.had_subscription"),
        ),
        "customers WHERE owner_id = $1 AND (state <> 'none' OR had_subscription)",
        "asked_at",
    ),
    Kind(
        *("customers", DataClass.PSEUDONYMOUS, Kept.SEVEN_YEARS, Basis.LEGAL_DUTY),
        ("customers.owner_id", "customers.customer_id"),
        "customers WHERE owner_id = $1",
        "asked_at",
    ),
    Kind(
        *("cards", DataClass.PAYMENT, Kept.SEVEN_YEARS, Basis.LEGAL_DUTY),
        ("customers.card_type", "customers.card_last4"),
        "customers WHERE owner_id = $1 AND card_last4 IS NOT NULL",
    ),
    Kind(
        *("invoices", DataClass.PAYMENT, Kept.SEVEN_YEARS, Basis.LEGAL_DUTY),
        tuple(
            f"invoices.{name}"
            for name in ("invoice_id", "owner_id", "number", "created_at", "total", "currency", "state")
        ),
        "invoices WHERE owner_id = $1",
        "created_at",
    ),
    Kind(
        *("invoice_links", DataClass.SECRET, Kept.ACCOUNT_LIFE, Basis.CONTRACT, ("invoices.url",)),
        "invoices WHERE owner_id = $1 AND url IS NOT NULL",
        "created_at",
    ),
    Kind(
        *("grants", DataClass.PAYMENT, Kept.SEVEN_YEARS, Basis.LEGAL_DUTY, ("grants",)),
        "grants WHERE owner_id = $1",
        "granted_at",
    ),
    Kind(
        *("ledger_entries", DataClass.PAYMENT, Kept.SEVEN_YEARS, Basis.LEGAL_DUTY, ("entries",)),
        "entries WHERE owner_id = $1",
        "at",
    ),
    Kind(
        *("reservations", DataClass.PSEUDONYMOUS, Kept.PURGED, Basis.CONTRACT, ("open_reservations",)),
        "open_reservations WHERE owner_id = $1",
        "reserved_at",
    ),
    Kind(
        *("checkouts", DataClass.PAYMENT, Kept.PURGED, Basis.CONTRACT, ("checkout_orders",)),
        "checkout_orders WHERE owner_id = $1",
        "ordered_at",
    ),
)

UNCOUNTED: Mapping[str, str] = {
    "postings": "the lines of ledger entries, which are counted",
    "open_grants": "which grants have not ended: a list of some of those that are counted",
    "due_looks": "an order to ask the payment provider anew for a customer, who is counted; gone within minutes",
    "reconciliation": "one row of the service's own, which says how far down a list it is",
}
