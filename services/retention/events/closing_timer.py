"""Closings that come due, by the clock."""

from __future__ import annotations

import logging
from collections.abc import Callable

from chassis import logs, metrics
from chassis.lifecycle import Periodic
from services.retention.app.begin_closings import begin_closings, forget_closings, late_s
from services.retention.app.closing_ports import ClosingPorts

_log = logging.getLogger(__name__)

BEGIN_EVERY_S = 1.0
"""A closing begins this long after it is due, at most."""
FORGET_EVERY_S = 3600.0


class ClosingTimer:
    """The rounds as parts of the service."""

    def __init__(self, ports: ClosingPorts, erase: Callable[[], None]) -> None:
        """`erase` wakes the timer of erasures."""
        self._ports = ports
        self._erase = erase
        self.beginner = Periodic("closing accounts", self._round, every_s=BEGIN_EVERY_S)
        self.forgetter = Periodic("old closings", self._forget, every_s=FORGET_EVERY_S)

    async def _round(self) -> None:
        try:
            begun = await begin_closings(self._ports)
            if begun:
                logs.event(_log, logging.INFO, "closings of accounts begun", count=begun)
                self._erase()
        finally:
            # A round that fails is what this is watched for.
            metrics.ACCOUNT_CLOSING_LATE_SECONDS.set(await late_s(self._ports))

    async def _forget(self) -> None:
        await forget_closings(self._ports)
