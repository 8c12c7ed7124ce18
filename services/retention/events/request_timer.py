"""Requests about privacy, by the clock: people are told, and what is over goes."""

from __future__ import annotations

import logging

from chassis import logs, metrics
from chassis.lifecycle import Periodic
from services.retention.app.request_ports import RequestPorts
from services.retention.app.sweep_requests import left_s, sweep_requests
from services.retention.app.tell_requests import tell_requests, untold_s

_log = logging.getLogger(__name__)

TELL_EVERY_S = 5.0
"""Whoever was answered is written to this long after it, at most, while auth answers."""
SWEEP_EVERY_S = 3600.0


class RequestTimer:
    """The rounds as parts of the service."""

    def __init__(self, ports: RequestPorts) -> None:
        """Nothing is done yet."""
        self._ports = ports
        self._fault = ""
        self.teller = Periodic("telling of requests", self._tell, every_s=TELL_EVERY_S)
        self.sweeper = Periodic("clearing away requests", self._sweep, every_s=SWEEP_EVERY_S)

    async def _tell(self) -> None:
        try:
            told = await tell_requests(self._ports)
            if told.fault and told.fault != self._fault:
                logs.event(_log, logging.WARNING, "senders of requests not told; trying again", fault=told.fault)
            self._fault = told.fault
        finally:
            # A round that fails is what this is watched for.
            metrics.PRIVACY_REQUEST_LEFT_SECONDS.set(await left_s(self._ports))
            metrics.PRIVACY_REQUEST_UNTOLD_SECONDS.set(await untold_s(self._ports))

    async def _sweep(self) -> None:
        emptied = await sweep_requests(self._ports)
        if emptied:
            logs.event(_log, logging.INFO, "requests emptied", count=emptied)
