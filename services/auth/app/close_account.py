"""Close the account of somebody who is about to be erased."""

from __future__ import annotations

import datetime

from services.auth.app.end_other_sessions import end_others
from services.auth.app.ports import Ports, Work
from services.auth.app.revoke_api_key import revoke_every_key
from services.auth.app.tell_closing import tell_closed


async def close_account(ports: Ports, user_id: str) -> None:
    """From now on nothing opens it, and its person is told by mail. Idempotent.

    Unlike the end of an identity it asks for no erasure: whoever closes it sees to that. Should they forget, it is
    asked for after an hour, as for every closed account that is still here.
    """
    now = ports.clock.now()
    async with ports.store.transaction() as work:
        await tell_closed(ports, work, user_id)
        await shut_out(ports, work, user_id, now)
        # Whose issuer still vouches for them must not be let in by its word.
        await work.people.end_identities(user_id, now)


async def shut_out(ports: Ports, work: Work, user_id: str, now: datetime.datetime) -> None:
    """The same within the caller's unit of work, for what auth itself keeps of them."""
    # Closed first: whoever makes a key or a session in this moment waits for it, or has made what is ended here.
    await work.accounts.close(user_id, now)
    await end_others(ports, work, user_id, "", now)
    await revoke_every_key(work, user_id, now)
