"""A person looks at their keys."""

from __future__ import annotations

from services.auth.app.ports import Ports
from services.auth.domain.api_key import ApiKey


async def list_api_keys(ports: Ports, user_id: str) -> list[ApiKey]:
    """Those that work, and those that expired within the last days, so that their end is explained; newest first."""
    async with ports.store.transaction() as work:
        return await work.api_keys.of_person(user_id)
