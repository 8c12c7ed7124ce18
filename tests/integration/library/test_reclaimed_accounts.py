"""Webhook endpoints of an account that was taken back by mail."""

from __future__ import annotations

import pytest

from chassis.bus.consumer import Delivery, Unwanted
from services.library.app.deliver_webhooks import WebhookDeliverer
from services.library.app.list_webhook_endpoints import list_webhook_endpoints
from services.library.app.update_webhook_endpoint import update_webhook_endpoint
from services.library.domain.webhook import DisabledReason
from services.library.events.consumers import FactHandlers
from stripsession.auth.v1.events_pb2 import AccountReclaimed
from tests.integration.library.hooks import OTHER_URL, drain, endpoint, statuses
from tests.integration.library.world import OWNER, World


def told(world: World, message_id: str, *, user_id: str = OWNER) -> Delivery[AccountReclaimed]:
    fact = AccountReclaimed(user_id=user_id)
    fact.reclaimed_at.FromDatetime(world.clock.now())
    return Delivery(fact, message_id, 1)


async def test_nobody_hears_of_an_account_that_was_taken_back(world: World, deliverer: WebhookDeliverer) -> None:
    """What waited is given up, what happens is not told, and the owner reads why; another person's go on."""
    mine, _ = await endpoint(world)
    theirs, _ = await endpoint(world, owner="usr_other")
    await world.track()
    await FactHandlers(world.ports).account_reclaimed(told(world, "one"))
    (kept,) = await list_webhook_endpoints(world.ports, OWNER)
    assert (kept.disabled_at, kept.disabled_reason) == (world.clock.now(), DisabledReason.RECLAIMED)
    await world.track()
    await drain(deliverer)
    assert set(await statuses(world, mine)) == {"failed"}
    (other,) = await list_webhook_endpoints(world.ports, "usr_other")
    assert (other.endpoint_id, other.disabled_at) == (theirs, None)


async def test_what_its_owner_enabled_stays_enabled(world: World) -> None:
    """A fact that comes twice disables nothing more, nor does a late one what was made since."""
    mine, _ = await endpoint(world)
    handlers, first = FactHandlers(world.ports), told(world, "one")
    await handlers.account_reclaimed(first)
    await update_webhook_endpoint(world.ports, OWNER, mine, url=None, events=(), enabled=True)
    await handlers.account_reclaimed(first)
    late = told(world, "two")
    world.clock.advance(seconds=1)
    made, _ = await endpoint(world, OTHER_URL)
    await update_webhook_endpoint(world.ports, OWNER, mine, url=None, events=(), enabled=False)
    await handlers.account_reclaimed(late)
    found = {each.endpoint_id: each.disabled_reason for each in await list_webhook_endpoints(world.ports, OWNER)}
    assert found == {mine: DisabledReason.ASKED, made: None}


async def test_a_fact_of_nobody_is_dropped(world: World) -> None:
    """Without a person or a time there is nothing to do, now or later."""
    nobody = told(world, "three", user_id="")
    timeless = Delivery(AccountReclaimed(user_id=OWNER), "four", 1)
    for each in (nobody, timeless):
        with pytest.raises(Unwanted):
            await FactHandlers(world.ports).account_reclaimed(each)
