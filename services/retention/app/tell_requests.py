"""Whoever sent a request about privacy is written to once it was answered or extended."""

from __future__ import annotations

import dataclasses

from services.retention.app.request_ports import RequestPorts
from services.retention.domain.errors import HolderFailed
from services.retention.domain.privacy_request import TRIES_AGAIN_AFTER

_AT_ONCE = 20


@dataclasses.dataclass(frozen=True)
class ToldRequests:
    """What one round came to."""

    told: int = 0
    fault: str = ""
    """Why somebody could not be told; they are tried again."""


async def tell_requests(ports: RequestPorts) -> ToldRequests:
    """Have auth write to each, once; what it did not take is tried again after a while, for ever.

    A crash between its taking a mail and our noting that asks it once more, of the same mail.
    """
    if ports.notices is None:
        return ToldRequests()
    now = ports.clock.now()
    async with ports.requests.transaction() as work:
        waiting = await work.claim_untold(now, now + TRIES_AGAIN_AFTER, _AT_ONCE)
    told, fault = 0, ""
    for request in waiting:
        try:
            await ports.notices.tell(request, request.untold)
        except HolderFailed as error:
            fault = error.word
            continue
        async with ports.requests.transaction() as work:
            latest = await work.locked_request(request.number)
            if latest is not None and latest.untold is request.untold:
                # What an operator did meanwhile is still to be told.
                await work.save_request(latest.told(request.untold), now)
        told += 1
    return ToldRequests(told, fault)


async def untold_s(ports: RequestPorts) -> float:
    """Seconds since the first was answered or extended of which nobody could be told yet; 0 where none waits."""
    async with ports.requests.transaction() as work:
        since = await work.oldest_untold()
    return 0.0 if since is None else max(0.0, (ports.clock.now() - since).total_seconds())
