"""How a person stands with what they pay for."""

from __future__ import annotations

import dataclasses

from services.billing.app.payment_ports import CustomerRecord, PaymentPorts


@dataclasses.dataclass(frozen=True)
class Payments:
    """What is set up here, and the person's record as the last look left it; None for who never came near paying."""

    is_set_up: bool
    is_test: bool
    record: CustomerRecord | None


async def get_payments(ports: PaymentPorts, owner_id: str) -> Payments:
    """How they stand. Nobody else is asked, so it answers while the provider is away."""
    provider = ports.given_provider
    record = await ports.store.record_of(owner_id)
    return Payments(provider is not None, provider is not None and provider.is_test, record)
