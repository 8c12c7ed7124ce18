"""Compare our people with Clerk's own list: its webhooks may never come."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from services.auth.app.end_identity import end_identity
from services.auth.app.federation_ports import Clerk, Federation
from services.auth.app.keep_profile import keep_profile
from services.auth.app.ports import Ports
from services.auth.domain.errors import TooManyMissing
from services.auth.domain.identity import Profile, is_too_many


@dataclasses.dataclass(frozen=True)
class Reconciled:
    """What there was to do."""

    kept: int = 0
    ended: int = 0


async def reconcile_clerk(federation: Federation) -> Reconciled:
    """Keep what is new in the list, end who is no longer in it. Raises IssuerAway or TooManyMissing."""
    clerk, ports = federation.clerk, federation.ports
    if clerk is None:
        return Reconciled()
    async with ports.store.transaction() as work:
        # Read before the list: whoever comes while it is read is in neither, and missing from neither.
        living = await work.identities.living(clerk.issuer)
    seen: set[str] = set()
    kept = offset = 0
    while page := await clerk.users.page(offset):
        offset += len(page)
        seen |= {profile.subject for profile in page}
        kept += await _keep_news(ports, clerk, page)
    missing = sorted(living - seen)
    if is_too_many(len(missing), len(living)):
        raise TooManyMissing(len(missing), len(living))
    ended = 0
    for subject in missing:
        # Pages shift when somebody before them is deleted, so nobody is gone who was only not seen.
        if await clerk.users.profile(subject) is None:
            async with ports.store.transaction() as work:
                ended += await end_identity(ports, work, clerk.issuer, subject)
    return Reconciled(kept, ended)


async def _keep_news(ports: Ports, clerk: Clerk, page: Sequence[Profile]) -> int:
    async with ports.store.transaction() as work:
        told = await work.identities.told(clerk.issuer, [profile.subject for profile in page])
    news = [profile for profile in page if profile.subject not in told or told[profile.subject] < profile.told_at]
    for profile in news:
        async with ports.store.transaction() as work:
            await keep_profile(ports, work, clerk.issuer, profile)
    return len(news)
