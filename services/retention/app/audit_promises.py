"""Have every check run at once, and wait for what they find."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
from collections.abc import Awaitable, Callable

from services.retention.app.check_ports import CheckPorts
from services.retention.app.list_promises import list_standings
from services.retention.app.run_checks import hasten_checks

PATIENCE_S = 30.0
"""Longest wait; what is not done then is told as it was."""
_LOOK_AGAIN_S = 0.25


@dataclasses.dataclass(frozen=True)
class AuditPorts:
    """What this verb needs."""

    checks: CheckPorts
    run: Callable[[], None]
    """Wakes whatever runs checks in this process; another one may be sooner."""
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    patience_s: float = PATIENCE_S


async def audit_promises(ports: AuditPorts) -> bool:
    """Whether all of them have run since; false where it was given up."""
    asked_at = ports.checks.clock.now()
    patience = asyncio.timeout(ports.patience_s)
    try:
        async with patience:
            await hasten_checks(ports.checks)
            ports.run()
            while not await _have_run(ports.checks, asked_at):
                await ports.pause(_LOOK_AGAIN_S)
    except TimeoutError:
        # A database that has no connection left says so in the same word, and is no check that is slow.
        if not patience.expired():
            raise
        return False
    return True


async def _have_run(ports: CheckPorts, since: datetime.datetime) -> bool:
    standings = await list_standings(ports)
    return all(each.looked_at is not None and each.looked_at >= since for each in standings.values())
