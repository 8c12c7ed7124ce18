"""Ask once more for the erasure of those who are still here."""

from __future__ import annotations

import datetime

from services.auth.app.ports import Ports
from services.auth.domain.facts import AccountDeletionRequested

AFTER = datetime.timedelta(hours=1)
"""Within this an erasure that was heard of is done."""
BATCH = 100


async def ask_erasure_again(ports: Ports) -> int:
    """How many there are: a message that was lost with its queue must not keep a closed account for ever."""
    async with ports.store.transaction() as work:
        waiting = await work.people.closed(ports.clock.now() - AFTER, BATCH)
        for user_id, closed_at in waiting:
            await work.publish(AccountDeletionRequested(user_id, closed_at))
    return len(waiting)
