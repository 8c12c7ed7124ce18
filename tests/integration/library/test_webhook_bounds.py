"""Webhooks within bounds: how many may wait, how many go at once, and what changes while a message is on the road."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from services.library.app import send_test_webhook as send_test_webhook_verb
from services.library.app import tell_webhooks as tell_webhooks_verb
from services.library.app import update_webhook_endpoint as update_webhook_endpoint_verb
from services.library.app.deliver_webhooks import WebhookDeliverer
from services.library.app.list_webhook_deliveries import list_webhook_deliveries
from services.library.app.list_webhook_endpoints import list_webhook_endpoints
from services.library.app.send_test_webhook import replay_webhook_delivery, send_test_webhook
from services.library.app.update_webhook_endpoint import delete_webhook_endpoint, update_webhook_endpoint
from services.library.domain.errors import WebhookFull
from services.library.domain.webhook import DisabledReason, Fault, Heard
from tests.integration.library.hooks import OTHER_URL, REFUSED, URL, drain, endpoint, statuses
from tests.integration.library.world import OWNER, World


async def test_an_endpoint_of_many_messages_is_removed_in_steps(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """No transaction takes more messages than it can in its time; in the end endpoint and log are gone."""
    endpoint_id, _ = await endpoint(world)
    for _ in range(3):
        await send_test_webhook(world.ports, OWNER, endpoint_id, "")
    async with world.ports.store.transaction() as work:
        assert not await work.webhook_endpoints.remove(endpoint_id, 1)
    assert len(await statuses(world, endpoint_id)) == 2
    monkeypatch.setattr(update_webhook_endpoint_verb, "_REMOVED_AT_ONCE", 1)
    await delete_webhook_endpoint(world.ports, OWNER, endpoint_id)
    assert await world.database.pool.fetchval("SELECT count(*) FROM webhook_deliveries") == 0
    assert await list_webhook_endpoints(world.ports, OWNER) == ()


async def test_a_failure_says_nothing_of_an_address_that_was_changed_meanwhile(
    world: World, deliverer: WebhookDeliverer
) -> None:
    """410 of the old address disables nothing, and what waits goes to the new one."""
    endpoint_id, _ = await endpoint(world)
    await world.track()

    async def moved(url: str, headers: Mapping[str, str], body: bytes) -> Heard:
        await update_webhook_endpoint(world.ports, OWNER, endpoint_id, url=OTHER_URL, events=(), enabled=None)
        return Heard(5, 410, Fault.REFUSED) if url == URL else Heard(5, 200)

    world.receiver.send = moved  # type: ignore[method-assign]  # what happens while a message is on the road
    await drain(deliverer)
    (kept,) = await list_webhook_endpoints(world.ports, OWNER)
    assert kept.disabled_at is None
    ((delivery,), _) = await list_webhook_deliveries(world.ports, OWNER, endpoint_id, 0, "")
    assert [each.heard.http_status for each in delivery.attempts] == [410, 200]
    assert delivery.status.value == "delivered"


async def test_what_was_given_up_while_it_was_sent_stays_given_up(world: World, deliverer: WebhookDeliverer) -> None:
    """Disabled and enabled within one try: a refusal brings back nothing, and the endpoint stays enabled."""
    endpoint_id, _ = await endpoint(world)
    await world.track()

    async def switched(url: str, headers: Mapping[str, str], body: bytes) -> Heard:
        for enabled in (False, True):
            await update_webhook_endpoint(world.ports, OWNER, endpoint_id, url=None, events=(), enabled=enabled)
        return REFUSED

    world.receiver.send = switched  # type: ignore[method-assign]  # what happens while a message is on the road
    await drain(deliverer)
    assert await statuses(world, endpoint_id) == ["failed"]
    (kept,) = await list_webhook_endpoints(world.ports, OWNER)
    assert kept.disabled_at is None


async def test_no_more_is_asked_for_than_may_wait(
    world: World, deliverer: WebhookDeliverer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tests and messages sent again are refused while many wait; the same request is answered as before."""
    monkeypatch.setattr(send_test_webhook_verb, "ASKED_WAITING_MAX", 2)
    endpoint_id, _ = await endpoint(world)
    await send_test_webhook(world.ports, OWNER, endpoint_id, "")
    await drain(deliverer)
    ((sent,), _) = await list_webhook_deliveries(world.ports, OWNER, endpoint_id, 0, "")
    first = await send_test_webhook(world.ports, OWNER, endpoint_id, "mine")
    await send_test_webhook(world.ports, OWNER, endpoint_id, "")
    with pytest.raises(WebhookFull):
        await send_test_webhook(world.ports, OWNER, endpoint_id, "")
    with pytest.raises(WebhookFull):
        await replay_webhook_delivery(world.ports, OWNER, endpoint_id, sent.delivery_id, "")
    assert (await send_test_webhook(world.ports, OWNER, endpoint_id, "mine")).delivery_id == first.delivery_id
    await drain(deliverer)
    await replay_webhook_delivery(world.ports, OWNER, endpoint_id, sent.delivery_id, "")


async def test_an_endpoint_for_which_too_much_waits_is_given_up(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the commit of what is one too many, whether or not it was tried; another endpoint hears on."""
    monkeypatch.setattr(tell_webhooks_verb, "WAITING_MAX", 2)
    endpoint_id, _ = await endpoint(world)
    for _ in range(2):
        await world.track()
    assert await statuses(world, endpoint_id) == ["waiting"] * 2
    await endpoint(world, OTHER_URL)
    await world.track()
    listed = await list_webhook_endpoints(world.ports, OWNER)
    full, fine = sorted(listed, key=lambda each: each.endpoint_id != endpoint_id)
    assert full.disabled_reason is DisabledReason.FAILING
    assert (await world.facts()).count("WebhookGivenUp") == 1
    assert fine.disabled_at is None
    assert await statuses(world, endpoint_id) == ["failed"] * 3
    assert await statuses(world, fine.endpoint_id) == ["waiting"]
