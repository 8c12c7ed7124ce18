"""A person ends a key."""

from __future__ import annotations

from services.auth.app.ports import Ports
from services.auth.domain.errors import ApiKeyNotFound
from services.auth.domain.facts import ApiKeyRevoked


async def revoke_api_key(ports: Ports, user_id: str, key_id: str) -> None:
    """It opens nothing from now on. Idempotent. Raises ApiKeyNotFound."""
    async with ports.store.transaction() as work:
        was_live = await work.api_keys.revoke(user_id, key_id, ports.clock.now())
        if was_live is None:
            raise ApiKeyNotFound
        if was_live:
            await work.publish(ApiKeyRevoked(key_id, user_id))
