"""Remove an object that is noted as needless."""

from __future__ import annotations

import asyncio
import datetime
import logging

from services.library.app.ports import Ports

STORING_LIFE = datetime.timedelta(hours=1)
"""What is being stored is needless once its change has not committed for so long; no call lasts that long."""
CLAIM_LIFE = datetime.timedelta(minutes=1)
"""What a process was removing that died is removed again after this; twice does no harm."""
PAUSE_MIN = datetime.timedelta(seconds=5)
PAUSE_MAX = datetime.timedelta(minutes=10)
_log = logging.getLogger(__name__)


async def discard_object(ports: Ports, name: str) -> bool:
    """Remove what is noted; false where the note is gone, or another is about it. Raises what the storage raises.

    No transaction waits for the storage. The claim on the note is what tells a change that would need the object after
    all: it either took the note back before, or must do without.
    """
    now = ports.clock.now()
    async with ports.store.transaction() as work:
        due_at = await work.needless_objects.claim(name, now, now + CLAIM_LIFE)
    if due_at is None:
        return False
    try:
        if name.endswith("/"):
            await ports.objects.delete_prefix(name.removesuffix("/"))
        else:
            await ports.objects.delete(name)
    except asyncio.CancelledError:
        # Given up for somebody who waited, or for a stop: the next may go on at once.
        await asyncio.shield(_give_back(ports, name, ports.clock.now()))
        raise
    except Exception:
        now = ports.clock.now()
        await asyncio.shield(_give_back(ports, name, now + _pause_after(now - due_at)))
        raise
    async with ports.store.transaction() as work:
        await work.needless_objects.finish(name)
    return True


async def try_to_discard(ports: Ports, name: str) -> bool:
    """The same for whoever goes on without it, false also where it cannot be removed now: that is left to the sweep."""
    try:
        return await discard_object(ports, name)
    except Exception:  # noqa: BLE001  # the change is made, whatever is wrong with what it leaves
        _log.warning("an object that nobody needs could not be removed now", exc_info=True)
    return False


async def _give_back(ports: Ports, name: str, at: datetime.datetime) -> None:
    try:
        async with ports.store.transaction() as work:
            await work.needless_objects.give_back(name, at)
    except Exception:  # noqa: BLE001  # the claim runs out by itself, and what went wrong before is what is to be told
        _log.warning("the claim on an object that could not be removed was not given back", exc_info=True)


def _pause_after(waited: datetime.timedelta) -> datetime.timedelta:
    """As long again as it has been due: soon where the storage was away for a moment, and ever more seldom."""
    return min(max(waited, PAUSE_MIN), PAUSE_MAX)
