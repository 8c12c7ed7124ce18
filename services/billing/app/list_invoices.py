"""One page of a person's invoices."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from services.billing.app.payment_ports import InvoicePlace, KeptInvoice, PaymentPorts

PAGE_DEFAULT = 20
PAGE_MAX = 100


@dataclasses.dataclass(frozen=True)
class InvoicePage:
    """Invoices, and where the next page begins; None on the last."""

    invoices: Sequence[KeptInvoice]
    next_place: InvoicePlace | None


async def list_invoices(ports: PaymentPorts, owner_id: str, after: InvoicePlace | None, page_size: int) -> InvoicePage:
    """A person's invoices, newest first; a size of 0 means 20, and 100 is the most."""
    limit = min(page_size, PAGE_MAX) if page_size > 0 else PAGE_DEFAULT
    found = await ports.store.invoices(owner_id, after, limit + 1)
    if len(found) <= limit:
        return InvoicePage(found, None)
    last = found[limit - 1]
    return InvoicePage(found[:limit], InvoicePlace(last.created_at, last.invoice_id))
