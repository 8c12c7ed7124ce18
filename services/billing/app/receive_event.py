"""Take an event of the payment provider."""

from __future__ import annotations

from services.billing.app.payment_ports import PaymentPorts


async def receive_event(ports: PaymentPorts, body: bytes, signature: str) -> bool:
    """Whether a look is due because of it. The event and the look are kept together; what it says is not believed.

    Raises SignatureInvalid, PaymentsNotSetUp.
    """
    now = ports.now()
    event = ports.provider.read_event(body, signature, now)
    return bool(await ports.store.receive([event], now)) and event.subject is not None
