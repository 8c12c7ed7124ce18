"""A person ends a key, or every one."""

from __future__ import annotations

import datetime

from services.auth.app.ports import Ports, Work
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


async def revoke_every_key(work: Work, user_id: str, now: datetime.datetime) -> None:
    """All of a person's open nothing from now on, within the caller's unit of work."""
    for key_id in await work.api_keys.revoke_all(user_id, now):
        await work.publish(ApiKeyRevoked(key_id, user_id))
