"""Where to change card and address, and see what was paid."""

from __future__ import annotations

from services.billing.app.payment_ports import PaymentPorts
from services.billing.domain.errors import NotSubscribed


async def open_portal(ports: PaymentPorts, owner_id: str) -> str:
    """Address of the provider's page. Raises NotSubscribed, PaymentsAway, PaymentRefused, PaymentsNotSetUp."""
    provider = ports.provider
    record = await ports.store.record_of(owner_id)
    if record is None or record.customer_id is None:
        raise NotSubscribed
    return await provider.portal(record.customer_id)
