"""The formats of people's plans, as billing has them."""

from __future__ import annotations

import collections
import logging
import math
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import grpc

from chassis.rpc.errors import is_transient
from services.gateway.app.ports import PlanFormats
from stripsession.billing.v1 import billing_service_pb2

if TYPE_CHECKING:
    from stripsession.billing.v1.billing_service_pb2_grpc import BillingServiceAsyncStub

logger = logging.getLogger(__name__)
DEADLINE_S = 2.0
KEPT_S = 60.0
AWAY_S = 5.0
"""How long nobody asks after billing was found away: a download waits for it once, not with each of its ranges."""
STALE_S = 600.0
"""How long a plan counts while billing is away."""
PEOPLE_MAX = 10_000
UNBOUND = PlanFormats("", ())


class BackendPlans:
    """Asks billing, and remembers for a minute what it said, so that the ranges of one download cost one question.

    That billing is away is remembered too, for seconds: one question waits until its deadline, and not each range.
    """

    def __init__(self, billing: BillingServiceAsyncStub, *, now: Callable[[], float] = time.monotonic) -> None:
        """Billing is asked on behalf of the person."""
        self._billing = billing
        self._now = now
        self._kept: collections.OrderedDict[str, tuple[float, PlanFormats]] = collections.OrderedDict()
        self._away_until = -math.inf

    async def formats_of(self, owner_id: str, wanted: str) -> PlanFormats:
        """What the person's plan has. A `no` is always asked for anew: who has just paid is not kept waiting.

        While billing is away, what it said within minutes counts. Of everybody else every format is let through: what
        was separated is the person's, and was paid for.
        """
        kept_at, kept = self._kept.get(owner_id, (-math.inf, UNBOUND))
        if self._now() - kept_at < KEPT_S and kept.has(wanted):
            return kept
        told = await self._told(owner_id)
        if told is not None:
            self._keep(owner_id, told)
            return told
        return kept if self._now() - kept_at < STALE_S else UNBOUND

    async def _told(self, owner_id: str) -> PlanFormats | None:
        """What billing says now; None where it does not."""
        now = self._now()
        if now < self._away_until:
            return None
        if self._away_until > -math.inf:
            # One alone looks whether it is back; whoever comes meanwhile does not wait for that.
            self._away_until = now + AWAY_S
        request = billing_service_pb2.GetUsageRequest(owner_id=owner_id)
        try:
            plan = (await self._billing.GetUsage(request, timeout=DEADLINE_S)).plan
        except grpc.RpcError as error:
            logger.warning("billing did not tell a plan; downloads go by what it said before, or are let through")
            self._away_until = self._now() + AWAY_S if is_transient(error) else -math.inf
            return None
        self._away_until = -math.inf
        return PlanFormats(plan.title, tuple(plan.formats))

    def _keep(self, owner_id: str, told: PlanFormats) -> None:
        self._kept[owner_id] = (self._now(), told)
        self._kept.move_to_end(owner_id)
        if len(self._kept) > PEOPLE_MAX:
            self._kept.popitem(last=False)
