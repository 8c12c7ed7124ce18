"""Whether somebody signs in elsewhere alone."""

from __future__ import annotations

from services.auth.app.ports import Ports, Work


async def is_outsider(ports: Ports, work: Work, user_id: str) -> bool:
    """Whether an issuer besides us vouches for them, which keeps their password and their address."""
    return bool(ports.outside_issuers) and not ports.outside_issuers.isdisjoint(
        await work.identities.issuers_of(user_id)
    )
