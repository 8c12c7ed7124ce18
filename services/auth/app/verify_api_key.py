"""A request shows a key."""

from __future__ import annotations

from services.auth.app.ports import Ports
from services.auth.domain.api_key import ApiKey, digest_of
from services.auth.domain.errors import ApiKeyRefused


async def verify_api_key(ports: Ports, secret: str) -> ApiKey:
    """The key that this is. Raises ApiKeyRefused alike for one that never was, has expired or was revoked."""
    key_hash = digest_of(secret)
    if key_hash is None:
        raise ApiKeyRefused
    now = ports.clock.now()
    async with ports.store.transaction() as work:
        key = await work.api_keys.of_hash(key_hash)
        if key is None or not key.is_live(now):
            raise ApiKeyRefused
        if key.last_used_on is None or key.last_used_on < now.date():
            await work.api_keys.note_use(key.key_id, now.date())
    return key
