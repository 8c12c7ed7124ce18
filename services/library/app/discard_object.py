"""Remove an object that is noted as needless."""

from __future__ import annotations

import datetime
import logging

from services.library.app.ports import Ports

STORING_LIFE = datetime.timedelta(hours=1)
"""What is being stored is needless once its change has not committed for so long; no call lasts that long."""
CLAIM_LIFE = datetime.timedelta(minutes=1)
"""What a process was removing that died is removed again after this; twice does no harm."""
_log = logging.getLogger(__name__)


async def discard_object(ports: Ports, name: str) -> bool:
    """Remove what is noted; false where the note is gone, or another is about it. Raises what the storage raises.

    No transaction waits for the storage. The claim on the note is what tells a change that would need the object after
    all: it either took the note back before, or must do without.
    """
    now = ports.clock.now()
    async with ports.store.transaction() as work:
        if not await work.needless_objects.claim(name, now, now + CLAIM_LIFE):
            return False
    try:
        if name.endswith("/"):
            await ports.objects.delete_prefix(name.removesuffix("/"))
        else:
            await ports.objects.delete(name)
    except Exception:
        async with ports.store.transaction() as work:
            await work.needless_objects.give_back(name, ports.clock.now())
        raise
    async with ports.store.transaction() as work:
        await work.needless_objects.finish(name)
    return True


async def try_to_discard(ports: Ports, name: str) -> None:
    """The same for a change that is done without it: what cannot be removed now is left to the sweep."""
    try:
        await discard_object(ports, name)
    except Exception:  # noqa: BLE001  # the change is made, whatever is wrong with what it leaves
        _log.warning("an object that nobody needs could not be removed now", exc_info=True)
