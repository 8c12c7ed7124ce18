"""What a link's token opens."""

from __future__ import annotations

from services.library.app.ports import Ports
from services.library.domain.errors import ShareNotFound
from services.library.domain.share import Share, digest_of


async def open_share(ports: Ports, token: str) -> Share:
    """The link. Raises ShareNotFound alike for a token that never was, has expired or was revoked."""
    digest = digest_of(token)
    if digest is None:
        raise ShareNotFound
    async with ports.store.transaction() as work:
        share = await work.shares.of_digest(digest)
    if share is None or not share.is_live(ports.clock.now()):
        raise ShareNotFound
    return share
