"""Exports that wait to be prepared, and those whose time is over, by the clock."""

from __future__ import annotations

import logging

from chassis import logs, metrics
from chassis.lifecycle import Periodic
from services.retention.app.export_ports import ExportPorts
from services.retention.app.prepare_exports import oldest_s, prepare_export
from services.retention.app.sweep_exports import sweep_exports

_log = logging.getLogger(__name__)

PREPARE_EVERY_S = 1.0
SWEEP_EVERY_S = 60.0
_AT_ONCE = 2
"""Exports that one process prepares at a time: a small one waits where two large ones are under way."""


class ExportTimer:
    """The rounds as parts of the service."""

    def __init__(self, ports: ExportPorts) -> None:
        """Nothing is done yet."""
        self._ports = ports
        self.preparers = [
            Periodic(f"preparing exports {number}", self._prepare, every_s=PREPARE_EVERY_S)
            for number in range(_AT_ONCE)
        ]
        self.sweeper = Periodic("clearing away exports", self._sweep, every_s=SWEEP_EVERY_S)

    def wake(self) -> None:
        """Somebody has asked for one."""
        for preparer in self.preparers:
            preparer.wake()

    async def _prepare(self) -> None:
        while (worked := await prepare_export(self._ports)) is not None:
            export_id = worked.export.export_id
            if worked.is_news:
                logs.event(
                    _log,
                    logging.WARNING,
                    "export cannot go on yet; trying again",
                    export_id=export_id,
                    holder=worked.holder,
                    reason=worked.word,
                )
            elif worked.is_lost:
                logs.event(
                    _log,
                    logging.WARNING,
                    "a file that its holder lost is left out of an export",
                    export_id=export_id,
                    holder=worked.holder,
                    reason=worked.word,
                )
            elif not worked.holder:
                logs.event(_log, logging.INFO, "an export was worked at", export_id=export_id)

    async def _sweep(self) -> None:
        expired = await sweep_exports(self._ports)
        if expired:
            logs.event(_log, logging.INFO, "exports expired", count=expired)
        # Here, as whoever prepares may be at one for hours.
        metrics.EXPORT_PREPARING_SECONDS.set(await oldest_s(self._ports))
