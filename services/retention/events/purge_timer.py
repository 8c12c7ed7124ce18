"""What is past its life, removed by the clock, and told to whoever runs this."""

from __future__ import annotations

import logging

from chassis import logs, metrics
from chassis.lifecycle import Periodic
from services.retention.app.purge_due import Asked, late_s, purge_due
from services.retention.app.purge_ports import PurgePorts

_log = logging.getLogger(__name__)

PURGE_EVERY_S = 60.0
"""What is due waits this long at most; most rounds find nothing due."""


class PurgeTimer:
    """The round as a part of the service."""

    def __init__(self, ports: PurgePorts) -> None:
        """A round begins each minute."""
        self._ports = ports
        self.purger = Periodic("removing what is past its life", self._round, every_s=PURGE_EVERY_S)

    async def _round(self) -> None:
        try:
            for asked in await purge_due(self._ports):
                _tell(asked)
        finally:
            # A round that fails is what this is watched for.
            metrics.PURGE_LATE_SECONDS.set(await late_s(self._ports))


def _tell(asked: Asked) -> None:
    holder, data_class = asked.purge.holder, asked.purge.data_class
    if asked.removed:
        metrics.PURGED.labels(data_class).inc(sum(asked.removed.values()))
        logs.event(
            _log,
            logging.INFO,
            "removed past its life",
            holder=holder,
            data_class=data_class,
            counts=dict(asked.removed),
        )
    if asked.is_news:
        logs.event(
            _log,
            logging.WARNING,
            "not purged; trying again",
            holder=holder,
            data_class=data_class,
            reason=asked.purge.fault,
        )
