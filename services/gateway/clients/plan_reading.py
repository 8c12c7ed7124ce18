"""The formats of people's plans, as billing has them."""

from __future__ import annotations

import collections
import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import grpc

from services.gateway.app.ports import PlanFormats
from stripsession.billing.v1 import billing_service_pb2

if TYPE_CHECKING:
    from stripsession.billing.v1.billing_service_pb2_grpc import BillingServiceAsyncStub

logger = logging.getLogger(__name__)
DEADLINE_S = 2.0
KEPT_S = 60.0
PEOPLE_MAX = 10_000
UNBOUND = PlanFormats("", ())


class BackendPlans:
    """Asks billing, and remembers for a minute what it said, so that the ranges of one download cost one question."""

    def __init__(self, billing: BillingServiceAsyncStub, *, now: Callable[[], float] = time.monotonic) -> None:
        """Billing is asked on behalf of the person."""
        self._billing = billing
        self._now = now
        self._kept: collections.OrderedDict[str, tuple[float, PlanFormats]] = collections.OrderedDict()

    async def formats_of(self, owner_id: str, wanted: str) -> PlanFormats:
        """What the person's plan has. A `no` is always asked for anew: who has just paid is not kept waiting.

        While billing is away every format is let through: what was separated is the person's, and was paid for.
        """
        kept_at, kept = self._kept.get(owner_id, (-KEPT_S, UNBOUND))
        if self._now() - kept_at < KEPT_S and kept.has(wanted):
            return kept
        request = billing_service_pb2.GetUsageRequest(owner_id=owner_id)
        try:
            plan = (await self._billing.GetUsage(request, timeout=DEADLINE_S)).plan
        except grpc.RpcError:
            logger.warning("a download was let through unasked, for billing did not tell the plan")
            return UNBOUND
        told = PlanFormats(plan.title, tuple(plan.formats))
        self._kept[owner_id] = (self._now(), told)
        self._kept.move_to_end(owner_id)
        if len(self._kept) > PEOPLE_MAX:
            self._kept.popitem(last=False)
        return told
