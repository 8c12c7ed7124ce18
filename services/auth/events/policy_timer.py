"""The announcing of versions of the privacy policy, by the clock."""

from __future__ import annotations

import logging
from collections.abc import Callable

from chassis import logs
from chassis.lifecycle import Periodic
from services.auth.app.announce_policy import BATCH, announce_policy
from services.auth.app.ports import Ports

_log = logging.getLogger(__name__)
EVERY_S = 5.0
"""Between two batches where mail keeps up, so that its line is never long."""


def announcing(ports: Ports, post: Callable[[], None]) -> Periodic:
    """A batch each five seconds while there is any; `post` wakes what sends mail."""

    async def step() -> None:
        looked_at = await announce_policy(ports)
        if looked_at:
            post()
        if 0 < looked_at < BATCH:
            logs.event(_log, logging.INFO, "a walk over everybody for a version of the policy is through")

    return Periodic("announcing the policy", step, every_s=EVERY_S)
