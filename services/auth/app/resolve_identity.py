"""Who the bearer of another issuer's token is here."""

from __future__ import annotations

from services.auth.app.federation_ports import Clerk, Federation
from services.auth.app.keep_profile import keep_profile
from services.auth.domain.errors import IdentityEnded, IssuerAway, IssuerUnknown
from services.auth.domain.identity import NEVER, Profile


async def resolve_identity(federation: Federation, issuer: str, subject: str) -> str:
    """The person's user id; their account is made at first sight. Raises IssuerUnknown or IdentityEnded."""
    clerk = federation.clerk
    if clerk is None or clerk.issuer != issuer:
        raise IssuerUnknown
    ports = federation.ports
    async with ports.store.transaction() as work:
        known = await work.identities.get(issuer, subject)
    if known is None or known.is_new:
        profile = await _first_profile(clerk, subject)
        async with ports.store.transaction() as work:
            known = await keep_profile(ports, work, issuer, profile)
    if known.ended_at is not None or known.user_id is None:
        raise IdentityEnded
    return known.user_id


async def _first_profile(clerk: Clerk, subject: str) -> Profile:
    """What the issuer tells of somebody new; nothing while it is away, for its token is proof enough to begin with."""
    try:
        profile = await clerk.users.profile(subject)
    except IssuerAway:
        # A time just after never: an account is made now, and whatever the issuer tells later is newer.
        return Profile(subject, None, "", NEVER.replace(year=NEVER.year + 1))
    if profile is None:
        raise IdentityEnded
    return profile
