"""Signed receipts, the chain that they stand in, and the keys that signed it, as they are published."""

from __future__ import annotations

from services.retention.app.receipt_ports import ReceiptPorts
from services.retention.domain.errors import IdentifierMissing, ReceiptNotFound, ReceiptsUnsigned

PAGE_DEFAULT = 100
PAGE_MAX = 200


async def get_receipt(ports: ReceiptPorts, owner_id: str, sequence: int) -> bytes:
    """A person's own. Raises IdentifierMissing, and ReceiptNotFound for what is nobody's or another's."""
    if not owner_id:
        raise IdentifierMissing
    found = await ports.receipts.of_person(owner_id, sequence)
    if found is None:
        raise ReceiptNotFound
    return found


async def read_chain(ports: ReceiptPorts, start: int, page_size: int) -> bytes:
    """A page of the chain from an entry on; a size of 0 means 100, and 200 is the most."""
    limit = min(page_size, PAGE_MAX) if page_size > 0 else PAGE_DEFAULT
    return await ports.receipts.page(max(1, start), limit)


async def read_keys(ports: ReceiptPorts) -> bytes:
    """Every key that ever signed. Raises ReceiptsUnsigned where nothing is signed here."""
    listed = await ports.receipts.keys()
    if listed is None:
        raise ReceiptsUnsigned
    return listed
