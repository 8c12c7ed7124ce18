"""What billing gives of a person for them to keep: plan, payments, and the ledger of minutes."""

from __future__ import annotations

from collections.abc import Mapping

from chassis.db.export import document
from chassis.db.of_person import of_each

_LINK = "a link that shows whoever has it name and address; the payment provider gives the person a new one"
_OURS = "how the service works, and nothing of the person"

DOCUMENTS = (
    document(*("accounts", "plans", "plan plan_assigned_at renewal"), order="r.owner_id"),
    document(
        "customers",
        "subscriptions",
        "customer_id state plan next_plan paid_until usable_until had_subscription card_type card_last4 asked_at",
        order="r.owner_id",
        look=_OURS,
        erased_at="set once the account is erased, of which nobody can ask any more",
    ),
    document(
        *("invoices", "invoices", "invoice_id number created_at total currency state"),
        order="r.created_at, r.invoice_id",
        url=_LINK,
        look=_OURS,
    ),
    document(
        "grants",
        "grants",
        "grant_id source plan nominal_s kept_s starts_at expires_at granted_at origin_id replaces_id",
        order="r.granted_at, r.grant_id",
    ),
    document(
        *("entries", "ledger_entries", "entry_id kind month job_id seconds balance_change_s at"),
        order="r.entry_id",
    ),
    document(
        *("postings", "ledger_entries", "entry_id grant_id kind left_change_s held_change_s"),
        rows=of_each(
            *("postings", "entry_id grant_id kind left_change_s held_change_s", "entry_id"),
            "entries AS h WHERE h.owner_id = $1",
        ),
        order="r.entry_id, r.grant_id",
    ),
    document(*("open_reservations", "reservations", "job_id reserved_at"), order="r.reserved_at, r.job_id"),
    document(
        *("checkout_orders", "checkouts", "price_lookup_key ordered_at"),
        order="r.ordered_at, r.request_key",
        request_key=_OURS,
        url=_LINK,
    ),
)

UNEXPORTED: Mapping[str, str] = {
    "erased_people": "when the records of somebody went who has no account any more",
    "open_grants": "which grants have not ended: a list of some of those that are given",
    "received_events": "names of the payment provider's events, and of nobody",
    "due_looks": "an order to ask the payment provider anew for a customer, who is given; gone within minutes",
    "reconciliation": "one row of the service's own, which says how far down a list it is",
}
