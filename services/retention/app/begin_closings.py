"""Begin the erasure of everybody whose closing is due."""

from __future__ import annotations

import dataclasses

from services.retention.app.closing_ports import ClosingPorts
from services.retention.app.request_erasure import begin_erasure
from services.retention.domain.account_closing import OVER_LIFE, WITHDRAWN_LIFE

_AT_ONCE = 20


async def begin_closings(ports: ClosingPorts) -> int:
    """As an operator's is begun: whoever it is of is shut out first. How many, those aside whom others had erased.

    The closing ends in the commit that notes the erasure, so that a crash leaves both or neither.
    """
    begun = 0
    while True:
        now = ports.clock.now()
        async with ports.closings.transaction() as work:
            taken = await work.due_closings(now, _AT_ONCE)
            for closing in taken:
                ended = closing.beside(await work.locked(closing.user_id))
                if ended.is_waiting:
                    begun += (await begin_erasure(work, closing.user_id, now, anew=True)).is_new
                    ended = dataclasses.replace(closing, begun_at=now)
                await work.save_closing(ended)
        if len(taken) < _AT_ONCE:
            return begun


async def late_s(ports: ClosingPorts) -> float:
    """Seconds by which the oldest that should have begun is late; 0 where none is."""
    async with ports.closings.transaction() as work:
        due_at = await work.next_due()
    return 0.0 if due_at is None else max(0.0, (ports.clock.now() - due_at).total_seconds())


async def forget_closings(ports: ClosingPorts) -> None:
    """Remove what was taken back a while ago, and what is over for longer than anybody follows it; in batches."""
    now = ports.clock.now()
    removed = _AT_ONCE
    while removed >= _AT_ONCE:
        async with ports.closings.transaction() as work:
            removed = await work.forget_withdrawn(now - WITHDRAWN_LIFE, _AT_ONCE)
    removed = _AT_ONCE
    while removed >= _AT_ONCE:
        async with ports.closings.transaction() as work:
            removed = await work.forget_over(now - OVER_LIFE, _AT_ONCE)
