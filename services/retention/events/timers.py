"""What retention does by the clock, whether or not any message arrives."""

from __future__ import annotations

import asyncio
import contextlib
import logging

from chassis import logs, metrics
from chassis.lifecycle import Periodic
from services.retention.app.erase_due import erase_due, lateness_s
from services.retention.app.ports import Ports
from services.retention.app.reconcile import reconcile
from services.retention.domain.errors import LibraryAway

_log = logging.getLogger(__name__)

ERASE_EVERY_S = 1.0
"""Erasures that no message hastens wait this long at most."""
_STOP_S = 5.0


class Timers:
    """The two rounds of retention as parts of the service."""

    def __init__(self, ports: Ports, reconcile_every_s: float) -> None:
        """Each reconciliation that finds something wakes the erasing round."""
        self._ports = ports
        self._library_was_away = False
        self.eraser = Periodic("erasing what is due", self._erase, every_s=ERASE_EVERY_S)
        self.reconciler = Periodic("reconciling with the library", self._reconcile, every_s=reconcile_every_s)

    async def _erase(self) -> None:
        round_ = asyncio.create_task(self._round())
        try:
            await asyncio.shield(round_)
        except asyncio.CancelledError:
            # What the library has erased must become evidence as well, or it would be asked again after the claim.
            with contextlib.suppress(Exception):
                await asyncio.wait_for(round_, _STOP_S)
            raise

    async def _round(self) -> None:
        done = await erase_due(self._ports)
        for erasure in done.erased:
            metrics.UPLOADS_ERASED.labels(erasure.reason.value).inc()
            logs.event(
                _log,
                logging.INFO,
                "upload erased",
                upload_id=erasure.upload_id,
                reason=erasure.reason.value,
                objects=erasure.objects,
            )
        if done.failed and not self._library_was_away:
            logs.event(_log, logging.WARNING, "uploads not erased; trying again", count=len(done.failed))
        for upload_id, fault in done.unnoted.items():
            logs.event(_log, logging.WARNING, "erasure not noted; trying again", upload_id=upload_id, fault=fault)
        self._library_was_away = done.library_away
        metrics.UPLOAD_ERASURE_LATE_SECONDS.set(await lateness_s(self._ports))

    async def _reconcile(self) -> None:
        try:
            count = await reconcile(self._ports)
        except LibraryAway as error:
            logs.event(_log, logging.DEBUG, "library is away; reconciling later", reason=str(error))
            return
        if count:
            self.eraser.wake()
