"""Hold what an issuer calls somebody, and their account before it."""

from __future__ import annotations

from services.auth.app.ports import Ports, Work
from services.auth.domain.identity import Identity


async def claim_identity(ports: Ports, work: Work, issuer: str, subject: str) -> Identity:
    """The identity, made when there is none; both rows are held until the caller's unit of work commits.

    The account first, as wherever both are held (decision 31): two that each wait for the other's would both fail. An
    account that is made for the identity in this very moment is not held: nobody has anything of it yet.
    """
    seen = await work.identities.get(issuer, subject)
    if seen is not None and seen.user_id is not None:
        await work.accounts.locked(seen.user_id)
    return await work.identities.claim(issuer, subject, ports.clock.now())
