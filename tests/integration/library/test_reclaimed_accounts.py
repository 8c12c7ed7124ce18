"""Webhook endpoints of an account that was taken back by mail."""

from __future__ import annotations

import asyncio

import pytest

from chassis.bus.consumer import Delivery, TryLater, Unwanted
from services.library.app.create_track import create_track
from services.library.app.deliver_webhooks import WebhookDeliverer
from services.library.app.disable_webhook_endpoints import disable_webhook_endpoints
from services.library.app.list_webhook_endpoints import list_webhook_endpoints
from services.library.app.update_webhook_endpoint import update_webhook_endpoint
from services.library.domain.errors import WebhookUrlNeeded
from services.library.domain.webhook import DisabledReason
from services.library.events.consumers import FactHandlers
from stripsession.auth.v1.events_pb2 import AccountReclaimed
from tests.integration.library.hooks import OTHER_URL, URL, drain, endpoint, statuses
from tests.integration.library.world import OWNER, World

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def told(world: World, message_id: str, *, user_id: str = OWNER) -> Delivery[AccountReclaimed]:
    fact = AccountReclaimed(user_id=user_id)
    fact.reclaimed_at.FromDatetime(world.clock.now())
    return Delivery(fact, message_id, 1)


async def heard(world: World, fact: Delivery[AccountReclaimed]) -> float:
    """After how many seconds the fact is asked for again; 0 when it has done its work."""
    try:
        await FactHandlers(world.ports).account_reclaimed(fact)
    except TryLater as later:
        return later.after_s
    return 0


async def switch(world: World, endpoint_id: str, *, enabled: bool, url: str | None = None) -> None:
    await update_webhook_endpoint(world.ports, OWNER, endpoint_id, url=url, events=(), enabled=enabled)


async def disabled(world: World) -> dict[str, DisabledReason | None]:
    return {each.endpoint_id: each.disabled_reason for each in await list_webhook_endpoints(world.ports, OWNER)}


async def test_nobody_hears_of_an_account_that_was_taken_back(world: World, deliverer: WebhookDeliverer) -> None:
    """What waited is given up, what happens is not told, and the owner reads why; another person's go on.

    No fact of it is made: auth, which told of the account, has written to its owner.
    """
    mine, _ = await endpoint(world)
    theirs, _ = await endpoint(world, owner="usr_other")
    await world.track()
    await heard(world, told(world, "one"))
    (kept,) = await list_webhook_endpoints(world.ports, OWNER)
    assert (kept.disabled_at, kept.disabled_reason) == (world.clock.now(), DisabledReason.RECLAIMED)
    await world.track()
    await drain(deliverer)
    assert set(await statuses(world, mine)) == {"failed"}
    (other,) = await list_webhook_endpoints(world.ports, "usr_other")
    assert (other.endpoint_id, other.disabled_at) == (theirs, None)
    assert "WebhookGivenUp" not in await world.facts()


async def test_what_a_thief_does_until_they_are_shut_out_is_undone(world: World) -> None:
    """Every gateway needs a moment to hear that a session has ended: what is made or enabled in it does not stay."""
    kept, _ = await endpoint(world)
    fact = told(world, "one")
    world.clock.advance(seconds=0.005)
    made, _ = await endpoint(world, OTHER_URL)
    assert await heard(world, fact) == pytest.approx(9.995)
    assert await disabled(world) == {kept: DisabledReason.RECLAIMED, made: DisabledReason.RECLAIMED}
    world.clock.advance(seconds=5)
    await switch(world, kept, enabled=True, url=OTHER_URL)
    late, _ = await endpoint(world, OTHER_URL)
    world.clock.advance(seconds=5)
    assert await heard(world, fact) == 0
    assert await disabled(world) == dict.fromkeys((kept, made, late), DisabledReason.RECLAIMED)


async def test_what_its_owner_makes_or_enables_stays(world: World) -> None:
    """However often and late the fact comes, it undoes nothing of later."""
    mine, _ = await endpoint(world)
    fact = told(world, "one")
    await heard(world, fact)
    assert await disable_webhook_endpoints(world.ports, OWNER, world.clock.now()) == 0
    world.clock.advance(seconds=10.001)
    await switch(world, mine, enabled=True, url=URL)
    made, _ = await endpoint(world, OTHER_URL)
    for _ in range(2):
        world.clock.advance(minutes=1)
        assert await heard(world, fact) == 0
    assert await disabled(world) == {mine: None, made: None}


@pytest.mark.parametrize("is_asked", [False, True], ids=["was on", "was off"])
async def test_an_address_that_a_thief_chose_is_not_enabled_unseen(world: World, is_asked: bool) -> None:
    """Whoever enables an endpoint of an account that was taken back says where it leads, even if they disabled it."""
    mine, _ = await endpoint(world)
    if is_asked:
        await switch(world, mine, enabled=False)
    fact = told(world, "one")
    await heard(world, fact)
    world.clock.advance(seconds=5)
    # The thief is let in for some seconds yet.
    await update_webhook_endpoint(world.ports, OWNER, mine, url=OTHER_URL, events=(), enabled=None)
    world.clock.advance(seconds=6)
    await heard(world, fact)
    with pytest.raises(WebhookUrlNeeded):
        await switch(world, mine, enabled=True)
    assert await disabled(world) == {mine: DisabledReason.RECLAIMED}
    await switch(world, mine, enabled=True, url=URL)
    (enabled,) = await list_webhook_endpoints(world.ports, OWNER)
    assert (enabled.url, enabled.disabled_at) == (URL, None)
    # Once it is theirs again they turn it off and on as they like.
    await switch(world, mine, enabled=False)
    await switch(world, mine, enabled=True)
    assert await disabled(world) == {mine: None}


async def test_endpoints_are_held_in_one_order(world: World) -> None:
    """An account is taken back while a track is made: neither waits for what the other holds, and both succeed."""
    ids = sorted([(await endpoint(world))[0], (await endpoint(world, OTHER_URL))[0]])
    # The younger one is the first by name.
    await world.database.pool.execute(
        "UPDATE webhook_endpoints SET created_at = created_at - interval '1 day' WHERE endpoint_id = $1", ids[1]
    )
    upload = await world.uploaded()
    acts = []
    async with world.ports.store.transaction() as work:
        await work.webhook_endpoints.locked(OWNER, ids[0])
        for act in (create_track(world.ports, OWNER, upload.upload_id, "", "", ""), heard(world, told(world, "one"))):
            acts.append(asyncio.ensure_future(act))
            async with asyncio.timeout(10):
                while await world.database.pool.fetchval(WAITING) < len(acts):
                    pass
    await asyncio.gather(*acts)
    assert await disabled(world) == dict.fromkeys(ids, DisabledReason.RECLAIMED)
    for endpoint_id in ids:
        assert await statuses(world, endpoint_id) == ["failed"]


async def test_a_fact_of_nobody_is_dropped(world: World) -> None:
    """Without a person or a time there is nothing to do, now or later."""
    nobody = told(world, "three", user_id="")
    timeless = Delivery(AccountReclaimed(user_id=OWNER), "four", 1)
    for each in (nobody, timeless):
        with pytest.raises(Unwanted):
            await FactHandlers(world.ports).account_reclaimed(each)
