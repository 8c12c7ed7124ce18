"""The erasure of people by the clock, told to whoever runs this."""

from __future__ import annotations

import logging

from chassis import logs, metrics
from chassis.lifecycle import Periodic
from services.retention.app.account_ports import AccountPorts
from services.retention.app.erase_accounts import erase_accounts, waiting_s
from services.retention.domain.account_erasure import AccountErasure

_log = logging.getLogger(__name__)

ERASE_EVERY_S = 1.0
"""A holder that is due to be asked again waits this long at most."""


class AccountTimer:
    """The round as a part of the service."""

    def __init__(self, ports: AccountPorts) -> None:
        """A round begins each second, and when woken."""
        self._ports = ports
        self.eraser = Periodic("erasing people", self._round, every_s=ERASE_EVERY_S)

    async def _round(self) -> None:
        done = await erase_accounts(self._ports)
        for fault in done.faults:
            logs.event(
                _log,
                logging.WARNING,
                "person not erased yet; trying again",
                user_id=fault.user_id,
                holder=fault.holder,
                reason=fault.word,
            )
        for erasure in done.finished:
            metrics.ACCOUNTS_ERASED.inc()
            logs.event(_log, logging.INFO, "person erased", user_id=erasure.user_id, counts=_proofs(erasure))
        metrics.ACCOUNT_ERASURE_WAITING_SECONDS.set(await waiting_s(self._ports))


def _proofs(erasure: AccountErasure) -> dict[str, int]:
    return {f"{step.holder}_{kind}": count for step in erasure.steps for kind, count in step.counts.items()}
