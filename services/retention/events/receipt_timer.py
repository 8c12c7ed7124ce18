"""Receipts by the clock: what waits is signed, and what led to erased people's is forgotten."""

from __future__ import annotations

import logging

from chassis import logs, metrics
from chassis.lifecycle import Periodic
from services.retention.app.receipt_ports import ReceiptPorts
from services.retention.app.sign_receipts import count_waiting, forget_openings, sign_receipts

_log = logging.getLogger(__name__)

SIGN_EVERY_S = 5.0
"""Evidence that was not signed as it was noted waits this long at most, where any process may sign."""
FORGET_EVERY_S = 3600.0


class ReceiptTimer:
    """The rounds as parts of the service."""

    def __init__(self, ports: ReceiptPorts) -> None:
        """A round of signing begins every five seconds."""
        self._ports = ports
        self._has_told = False
        self.signer = Periodic("signing receipts", self._sign, every_s=SIGN_EVERY_S)
        self.forgetter = Periodic("what leads to erased people's receipts", self._forget, every_s=FORGET_EVERY_S)

    async def _sign(self) -> None:
        try:
            signed = await sign_receipts(self._ports)
        finally:
            # A round that fails is what this is watched for.
            waiting = await count_waiting(self._ports)
            metrics.RECEIPTS_WAITING.set(waiting)
        if signed:
            logs.event(_log, logging.INFO, "receipts signed that had waited", count=signed)
        if waiting and not self._has_told:
            # It has no key, or another process has a newer one, which signs for both.
            logs.event(_log, logging.WARNING, "receipts wait for a key that may sign", count=waiting)
        self._has_told = waiting > 0

    async def _forget(self) -> None:
        await forget_openings(self._ports)
