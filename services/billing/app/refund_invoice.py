"""Pay an invoice back."""

from __future__ import annotations

from services.billing.app.look_at_customer import look_at_customer
from services.billing.app.payment_ports import PaymentPorts
from services.billing.domain.errors import InvoiceNotFound


async def refund_invoice(ports: PaymentPorts, invoice_id: str) -> None:
    """In full, and take back what is unused of its minutes. Idempotent.

    Raises InvoiceNotFound, InvoiceNotPaid, PaymentsAway, PaymentRefused, PaymentsNotSetUp.
    """
    provider = ports.provider
    customer_id = await ports.store.customer_of_invoice(invoice_id)
    if customer_id is None:
        raise InvoiceNotFound
    await provider.refund(invoice_id)
    await look_at_customer(ports, customer_id)
