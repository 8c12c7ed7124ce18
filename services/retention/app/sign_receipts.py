"""Sign what waits: evidence from before there were receipts, and of a process that was not to sign."""

from __future__ import annotations

from services.retention.app.receipt_ports import ReceiptPorts
from services.retention.domain.deletion import ACCOUNT_RECEIPT_LIFE

BATCH = 100
"""In one transaction; the end of the chain is held for as long as that takes, some tens of milliseconds."""


async def sign_receipts(ports: ReceiptPorts) -> int:
    """Sign all that waits, batch by batch, so that deletions of this moment come in between; how many."""
    signed = 0
    while count := await ports.receipts.sign_waiting(ports.clock.now(), BATCH):
        signed += count
    return signed


async def count_waiting(ports: ReceiptPorts) -> int:
    """How many still wait: where this process must not sign, or could not."""
    return await ports.receipts.waiting()


async def forget_openings(ports: ReceiptPorts) -> int:
    """Let nothing lead any more from people who are erased for long to their receipts."""
    return await ports.receipts.forget_openings(ports.clock.now() - ACCOUNT_RECEIPT_LIFE)
