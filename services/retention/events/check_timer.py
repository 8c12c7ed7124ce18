"""Checks of promises by the clock, told to whoever runs this."""

from __future__ import annotations

import logging
import math

from chassis import logs, metrics
from chassis.lifecycle import Periodic
from services.retention.app.check_ports import CheckPorts
from services.retention.app.list_promises import list_standings
from services.retention.app.run_checks import forget_findings, run_checks
from services.retention.domain.finding import Finding, State

LOOK_EVERY_S = 5.0
"""A check that is due waits this long at most."""
FORGET_EVERY_S = 86_400.0

_log = logging.getLogger(__name__)


class CheckTimer:
    """The rounds as parts of the service."""

    def __init__(self, ports: CheckPorts) -> None:
        """A round begins every few seconds, and when woken; most find nothing due."""
        self._ports = ports
        self._told: dict[str, tuple[str, str, str]] = {}
        self._looked: set[str] = set()
        self._seen_kept: set[str] = set()
        self.runner = Periodic("checks of promises", self._round, every_s=LOOK_EVERY_S)
        self.forgetter = Periodic("old findings", self._forget, every_s=FORGET_EVERY_S)

    async def _round(self) -> None:
        for finding in await run_checks(self._ports):
            self._log(finding)
        await self._tell()

    def _log(self, finding: Finding) -> None:
        is_first = finding.check not in self._looked
        self._looked.add(finding.check)
        # Where all services start together, the first to look finds the others on their way.
        if is_first and finding.state is State.CANNOT_SAY:
            return
        said = (finding.state.value, str(finding.reason), finding.service)
        # What stays as it is need not be told anew.
        if self._told.get(finding.check, (State.KEPT.value, "", "")) != said:
            self._told[finding.check] = said
            logs.event(
                _log,
                self._level(finding),
                "promise looked at",
                check=finding.check,
                state=finding.state.value,
                reason=str(finding.reason),
                holder=finding.service,
                counts=dict(finding.figures),
            )
        if finding.state is State.KEPT:
            self._seen_kept.add(finding.check)

    def _level(self, finding: Finding) -> int:
        # One that is broken since before this process began is told by the metric, the audit and the policy's view.
        is_old = finding.state is State.BROKEN and finding.check not in self._seen_kept
        return logging.INFO if finding.state is State.KEPT or is_old else logging.WARNING

    async def _tell(self) -> None:
        now = self._ports.clock.now()
        for name, standing in (await list_standings(self._ports)).items():
            age_s = math.inf if standing.proved_at is None else max(0.0, (now - standing.proved_at).total_seconds())
            metrics.PROMISE_KEPT.labels(name).set(standing.state is State.KEPT)
            metrics.PROMISE_PROVED_AGE_SECONDS.labels(name).set(age_s)

    async def _forget(self) -> None:
        await forget_findings(self._ports)
