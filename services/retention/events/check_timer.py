"""Checks of promises by the clock, told to whoever runs this."""

from __future__ import annotations

import logging
import math

from chassis import logs, metrics
from chassis.lifecycle import Periodic
from services.retention.app.check_ports import CheckPorts
from services.retention.app.list_promises import list_standings
from services.retention.app.run_checks import Looked, forget_findings, run_checks
from services.retention.domain.finding import State, is_alarming, is_news

LOOK_EVERY_S = 5.0
"""A check that is due waits this long at most."""
FORGET_EVERY_S = 86_400.0

_log = logging.getLogger(__name__)


class CheckTimer:
    """The rounds as parts of the service. What was told before is in the store: processes take turns with a check."""

    def __init__(self, ports: CheckPorts) -> None:
        """A round begins every few seconds, and when woken; most find nothing due."""
        self._ports = ports
        self.runner = Periodic("checks of promises", self._round, every_s=LOOK_EVERY_S)
        self.forgetter = Periodic("old findings", self._forget, every_s=FORGET_EVERY_S)

    async def _round(self) -> None:
        for looked in await run_checks(self._ports):
            if is_news(looked.before, looked.finding):
                _tell(looked)
        await self._measure()

    async def _measure(self) -> None:
        now = self._ports.clock.now()
        for name, standing in (await list_standings(self._ports)).items():
            age_s = math.inf if standing.proved_at is None else max(0.0, (now - standing.proved_at).total_seconds())
            metrics.PROMISE_KEPT.labels(name).set(standing.state is State.KEPT)
            metrics.PROMISE_PROVED_AGE_SECONDS.labels(name).set(age_s)

    async def _forget(self) -> None:
        await forget_findings(self._ports)


def _tell(looked: Looked) -> None:
    finding = looked.finding
    logs.event(
        _log,
        logging.WARNING if is_alarming(looked.before, finding) else logging.INFO,
        "promise looked at",
        check=finding.check,
        state=finding.state.value,
        reason=str(finding.reason),
        holder=finding.service,
        fault=finding.fault,
        counts=dict(finding.figures),
    )
