"""Pay an invoice back."""

from __future__ import annotations

from services.billing.app.look_at_customer import look_at_customer
from services.billing.app.payment_ports import PaymentPorts
from services.billing.domain.errors import InvoiceNotFound


async def refund_invoice(ports: PaymentPorts, name: str) -> None:
    """In full, and take back what is unused of its minutes. Idempotent. `name` is the invoice's id or its number.

    Raises InvoiceNotFound, InvoiceNotPaid, PaymentsAway, PaymentRefused, PaymentsNotSetUp.
    """
    provider = ports.provider
    found = await ports.store.invoice_named(name)
    if found is None:
        raise InvoiceNotFound
    invoice_id, customer_id = found
    await provider.refund(invoice_id)
    await look_at_customer(ports, customer_id)
