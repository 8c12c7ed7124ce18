"""Remove an object that is noted as needless."""

from __future__ import annotations

import datetime
import logging

from services.library.app.ports import Ports

STORING_LIFE = datetime.timedelta(hours=1)
"""What is being stored is needless once its change has not committed for so long; no call lasts that long."""
_log = logging.getLogger(__name__)


async def discard_object(ports: Ports, name: str) -> None:
    """Remove what is noted; nothing where the note is gone. Raises what the storage raises, and the note stays.

    The note is held meanwhile: a change that needs the object after all either took the note before, or finds none.
    """
    async with ports.store.transaction() as work:
        if not await work.needless_objects.forget(name):
            return
        if name.endswith("/"):
            await ports.objects.delete_prefix(name.removesuffix("/"))
        else:
            await ports.objects.delete(name)


async def try_to_discard(ports: Ports, name: str) -> None:
    """The same for a change that is done without it: what cannot be removed now is left to the sweep."""
    try:
        await discard_object(ports, name)
    except Exception:  # noqa: BLE001  # the change is made, whatever is wrong with what it leaves
        _log.warning("an object that nobody needs could not be removed now", exc_info=True)
