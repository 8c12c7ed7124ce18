"""What is kept of requests about privacy goes when its time is over, and how near the next legal day is."""

from __future__ import annotations

import math

from services.retention.app.request_ports import RequestPorts
from services.retention.domain.legal_clock import late_from
from services.retention.domain.privacy_request import CONTENT_LIFE, RECORD_LIFE

_AT_ONCE = 100


async def sweep_requests(ports: RequestPorts) -> int:
    """Remove what was written 90 days after the end, and the rest three years after it; how many were emptied."""
    now, emptied, removed = ports.clock.now(), 0, _AT_ONCE
    while True:
        async with ports.requests.transaction() as work:
            done = await work.empty_requests(now - CONTENT_LIFE, _AT_ONCE)
        emptied += done
        if done < _AT_ONCE:
            break
    while removed >= _AT_ONCE:
        async with ports.requests.transaction() as work:
            removed = await work.forget_requests(now - RECORD_LIFE, _AT_ONCE)
    return emptied


async def left_s(ports: RequestPorts) -> float:
    """Seconds until the first that waits is past its legal day, below 0 once it is; infinite where none waits."""
    async with ports.requests.transaction() as work:
        soonest = await work.soonest_due()
    return math.inf if soonest is None else (late_from(soonest) - ports.clock.now()).total_seconds()
