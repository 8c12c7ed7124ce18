"""A person changes the secret of a webhook endpoint."""

from __future__ import annotations

import dataclasses
import uuid

from services.library.app.made_once import made_once
from services.library.app.ports import Ports
from services.library.app.update_webhook_endpoint import owned_endpoint
from services.library.domain.errors import SecretTold
from services.library.domain.made_request import request_of
from services.library.domain.webhook import OLD_SECRET_LIFE, Endpoint
from services.library.domain.webhook_message import new_secret, shown


async def rotate_webhook_secret(
    ports: Ports, owner_id: str, endpoint_id: str, idempotency_key: str
) -> tuple[Endpoint, str]:
    """The endpoint and its new secret, told this once; the one before it signs, too, for 24 hours.

    Raises WebhookNotFound; SecretTold when this request changed it within the last day, KeyReused when another did.
    """
    request = request_of("rotate_webhook_secret", idempotency_key, endpoint_id)
    turn, secret = uuid.uuid4().hex, new_secret()
    old_until = ports.clock.now() + OLD_SECRET_LIFE
    async with ports.store.transaction() as work:
        endpoint = await owned_endpoint(work, owner_id, endpoint_id)
        if await made_once(ports, work, owner_id, request, turn) != turn:
            raise SecretTold(endpoint_id=endpoint_id)
        await work.webhook_endpoints.rotate(endpoint, secret, old_until)
    return dataclasses.replace(endpoint, old_secret_until=old_until), shown(secret)
