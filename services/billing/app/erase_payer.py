"""Erase all that is held of a person, but for the records of what they paid."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Mapping

from services.billing.app.payment_ports import CustomerRecord, PaymentPorts
from services.billing.app.release_seconds import release_seconds
from services.billing.domain.errors import CustomerMissing, ReservationSettled


@dataclasses.dataclass(frozen=True)
class Erased:
    """How far it has come, and what it took away in all, by kind."""

    is_finished: bool
    counts: Mapping[str, int]


async def erase_payer(ports: PaymentPorts, owner_id: str) -> Erased:
    """End what they pay for, give back what jobs hold, and forget the rest. Idempotent.

    It is asked again until it is finished. Where payments are not set up nobody pays, and the rows alone go. Raises
    PaymentsAway, PaymentRefused.
    """
    await ports.store.close(owner_id)
    record = await ports.store.record_of(owner_id)
    if record is not None and ports.given_provider is not None:
        # Made with the keys of another account: nothing of them is there to end.
        with contextlib.suppress(CustomerMissing):
            await _end_payments(ports, record)
    for job_id in await ports.store.open_jobs(owner_id):
        with contextlib.suppress(ReservationSettled):
            await release_seconds(ports.ledger, job_id)
            await ports.store.note_erased(owner_id, {"reservations": 1})
    return Erased(*await ports.store.empty(owner_id, ports.now()))


async def _end_payments(ports: PaymentPorts, record: CustomerRecord) -> None:
    customer_id = record.customer_id
    if customer_id is None:
        # Somebody asked for a customer and never heard the answer.
        customer_id = await ports.provider.made_customer(record.owner_id, record.asked_at)
    if customer_id is None:
        return
    # What they paid until now is read once more: the provider tells no more of it than the law asks for.
    look = await ports.store.next_look()
    customer = await ports.provider.customer(customer_id)
    await ports.store.keep_invoices(look, record.owner_id, customer.invoices)
    ended = await ports.provider.end_customer(customer_id)
    counts = {
        "checkout_pages": ended.pages,
        "subscriptions": ended.subscriptions,
        "provider_customers": ended.customers,
    }
    await ports.store.note_erased(record.owner_id, counts)
