"""A person's customer at the provider, made when it is first needed."""

from __future__ import annotations

import datetime

from services.billing.app.payment_ports import PaymentPorts

# The provider may forget a key a day after its first use.
_KEY_KEPT = datetime.timedelta(hours=23)


async def customer_of(ports: PaymentPorts, owner_id: str) -> str:
    """The customer's id; one for each person, however often and wherever it is asked for at once.

    Raises PaymentsAway, PaymentRefused, PaymentsNotSetUp.
    """
    provider = ports.provider
    record = await ports.store.ask_customer(owner_id, ports.now())
    if record.customer_id is not None:
        return record.customer_id
    made = None
    if ports.now() - record.asked_at > _KEY_KEPT:
        # Somebody asked, and never heard the answer; the key below may mean nothing to the provider any more.
        made = await provider.made_customer(owner_id, record.asked_at)
    made = made or await provider.make_customer(owner_id, f"customer:{owner_id}")
    return await ports.store.name_customer(owner_id, made, ports.now())
