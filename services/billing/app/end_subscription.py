"""Let a subscription end with what is paid, or go on after all."""

from __future__ import annotations

from services.billing.app.get_payments import Payments, get_payments
from services.billing.app.look_at_customer import look_at_customer
from services.billing.app.payment_ports import PaymentPorts
from services.billing.domain.errors import NotSubscribed


async def end_subscription(ports: PaymentPorts, owner_id: str, *, ending: bool) -> Payments:
    """How the person stands after it. Idempotent.

    Raises NotSubscribed, PaymentsAway, PaymentRefused, PaymentsNotSetUp.
    """
    provider = ports.provider
    record = await ports.store.record_of(owner_id)
    if record is None or record.customer_id is None:
        raise NotSubscribed
    subscription = (await provider.customer(record.customer_id)).subscription
    if subscription is None:
        raise NotSubscribed
    if subscription.is_ending != ending:
        await provider.set_ending(subscription.subscription_id, ending=ending)
    await look_at_customer(ports, record.customer_id)
    return await get_payments(ports, owner_id)
