"""A person tries a webhook endpoint, or lets a message be sent there again."""

from __future__ import annotations

import uuid

from services.library.app.made_once import made_once
from services.library.app.ports import Ports, Work
from services.library.app.update_webhook_endpoint import owned_endpoint
from services.library.domain.errors import WebhookDeliveryNotFound, WebhookDisabled, WebhookFull
from services.library.domain.identifiers import new_delivery_id, new_message_id
from services.library.domain.made_request import request_of
from services.library.domain.webhook import ASKED_WAITING_MAX, Delivery, EventType


async def send_test_webhook(ports: Ports, owner_id: str, endpoint_id: str, idempotency_key: str) -> Delivery:
    """A message that tells of nothing, waiting; of the same request within a day, the first one's.

    Raises WebhookNotFound, WebhookDisabled, WebhookFull or KeyReused.
    """
    now = ports.clock.now()
    request = request_of("send_test_webhook", idempotency_key, endpoint_id)
    test = Delivery(new_delivery_id(), endpoint_id, owner_id, new_message_id(), EventType.TEST, "", "", now, due_at=now)
    async with ports.store.transaction() as work:
        await _require_enabled(work, owner_id, endpoint_id)
        made = await made_once(ports, work, owner_id, request, test.delivery_id)
        if made == test.delivery_id:
            await _require_room(work, endpoint_id)
            await work.webhook_deliveries.add(test)
        return await _delivery(work, endpoint_id, made)


async def replay_webhook_delivery(
    ports: Ports, owner_id: str, endpoint_id: str, delivery_id: str, idempotency_key: str
) -> Delivery:
    """The message, waiting to be sent again under its own name; as it is when this request was made within a day.

    Raises WebhookNotFound, WebhookDeliveryNotFound, WebhookDisabled, WebhookFull or KeyReused.
    """
    request = request_of("replay_webhook_delivery", idempotency_key, endpoint_id, delivery_id)
    turn = uuid.uuid4().hex
    async with ports.store.transaction() as work:
        await _require_enabled(work, owner_id, endpoint_id)
        delivery = await _delivery(work, endpoint_id, delivery_id)
        if await made_once(ports, work, owner_id, request, turn) != turn:
            return delivery
        replayed = delivery.replayed(ports.clock.now())
        if replayed is not delivery:
            await _require_room(work, endpoint_id)
            await work.webhook_deliveries.save(replayed)
    return replayed


async def _require_enabled(work: Work, owner_id: str, endpoint_id: str) -> None:
    endpoint = await owned_endpoint(work, owner_id, endpoint_id)
    if endpoint.disabled_at is not None:
        raise WebhookDisabled


async def _require_room(work: Work, endpoint_id: str) -> None:
    if await work.webhook_deliveries.waits_more_than(endpoint_id, ASKED_WAITING_MAX - 1):
        raise WebhookFull


async def _delivery(work: Work, endpoint_id: str, delivery_id: str) -> Delivery:
    delivery = await work.webhook_deliveries.get(endpoint_id, delivery_id)
    if delivery is None:
        raise WebhookDeliveryNotFound
    return delivery
