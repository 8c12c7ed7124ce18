"""Versions of the policy, told by the clock to auth, which knows the people."""

from __future__ import annotations

import logging
from collections.abc import Collection
from typing import Protocol

from chassis import logs
from chassis.lifecycle import Periodic
from services.retention.domain.errors import HolderFailed
from services.retention.domain.policy import Policy

_log = logging.getLogger(__name__)

TRY_EVERY_S = 5.0
"""While auth does not answer: who signs up meanwhile is named a version afterwards."""
TELL_EVERY = 12
"""Tries from one telling to the next, a minute: auth may have come back from a backup."""


class PolicyKeeper(Protocol):
    """Whoever knows the people."""

    async def keep(self, policies: Collection[Policy]) -> None:
        """Know these versions. Idempotent. Raises HolderFailed."""
        ...


class PolicyTimer:
    """The telling as a part of the service."""

    def __init__(self, keeper: PolicyKeeper, policies: Collection[Policy]) -> None:
        """Nothing is told yet."""
        self._keeper = keeper
        self._policies = policies
        self._passed = 0
        self._failed = 0
        self.teller = Periodic("telling the policy", self.tell, every_s=TRY_EVERY_S)

    async def tell(self) -> None:
        """Tell it where it is time to."""
        if self._passed:
            self._passed = (self._passed + 1) % TELL_EVERY
            return
        try:
            await self._keeper.keep(self._policies)
        except HolderFailed as error:
            self._failed += 1
            # Services that start together look for each other.
            if self._failed == TELL_EVERY:
                logs.event(_log, logging.WARNING, "auth is not told the policy's versions", reason=str(error))
            return
        self._passed, self._failed = 1, 0
