"""Receipts by the clock: what waits is signed, and what led to erased people's is forgotten."""

from __future__ import annotations

import logging

from chassis import logs, metrics
from chassis.lifecycle import Periodic
from services.retention.app.receipt_ports import ReceiptPorts
from services.retention.app.sign_receipts import forget_openings, sign_receipts

_log = logging.getLogger(__name__)

SIGN_EVERY_S = 5.0
"""Evidence that was not signed as it was noted waits this long at most, where any process may sign."""


class ReceiptTimer:
    """The round as a part of the service."""

    def __init__(self, ports: ReceiptPorts) -> None:
        """A round begins every five seconds."""
        self._ports = ports
        self._has_told = False
        self.signer = Periodic("signing receipts", self.round, every_s=SIGN_EVERY_S)

    async def round(self) -> None:
        """Sign, forget, and tell how much waits."""
        done = await sign_receipts(self._ports)
        await forget_openings(self._ports)
        if done.signed:
            logs.event(_log, logging.INFO, "receipts signed that had waited", count=done.signed)
        if done.waiting and not self._has_told:
            # It has no key, or another process has a newer one, which signs for both.
            logs.event(_log, logging.WARNING, "receipts wait for a key that may sign", count=done.waiting)
        self._has_told = done.waiting > 0
        metrics.RECEIPTS_WAITING.set(done.waiting)
