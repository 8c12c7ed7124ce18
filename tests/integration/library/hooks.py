"""What tests of webhooks do again and again."""

from __future__ import annotations

from collections.abc import Sequence

from services.library.app.create_webhook_endpoint import create_webhook_endpoint
from services.library.app.deliver_webhooks import WebhookDeliverer
from services.library.app.list_webhook_deliveries import list_webhook_deliveries
from services.library.domain.webhook import CHOSEN, Fault, Heard
from tests.integration.library.world import OWNER, World

URL = "https://one.example.org/hooks"
OTHER_URL = "https://two.example.org/hooks"
EVERY = [event.value for event in CHOSEN]
REFUSED = Heard(20, 500, Fault.REFUSED)


async def endpoint(world: World, url: str = URL, events: Sequence[str] = EVERY, owner: str = OWNER) -> tuple[str, str]:
    """Name and secret of a new one."""
    made, secret = await create_webhook_endpoint(world.ports, owner, url, events, "")
    return made.endpoint_id, secret


async def drain(deliverer: WebhookDeliverer) -> None:
    while await deliverer.round():
        pass


async def statuses(world: World, endpoint_id: str) -> list[str]:
    """How far an endpoint's messages are, the newest first."""
    deliveries, _ = await list_webhook_deliveries(world.ports, OWNER, endpoint_id, 0, "")
    return [each.status.value for each in deliveries]
