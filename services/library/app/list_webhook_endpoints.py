"""A person looks at their webhook endpoints."""

from __future__ import annotations

from services.library.app.ports import Ports
from services.library.domain.webhook import Endpoint


async def list_webhook_endpoints(ports: Ports, owner_id: str) -> tuple[Endpoint, ...]:
    """All of them, the oldest first."""
    async with ports.store.transaction() as work:
        return await work.webhook_endpoints.of_owner(owner_id)
