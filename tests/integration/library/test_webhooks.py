"""Webhooks on real PostgreSQL: told in the commit of what happened, sent in turn, tried again, given up, replayed."""

from __future__ import annotations

import asyncio
import json

import pytest

from services.auth.domain.webhook_signature import SignedMessage, check_signature, secret_key
from services.library.app.cancel_track import cancel_track
from services.library.app.conclude_track import conclude_track
from services.library.app.create_webhook_endpoint import create_webhook_endpoint
from services.library.app.delete_track import delete_track
from services.library.app.deliver_webhooks import WebhookDeliverer
from services.library.app.erase_listener import erase_listener
from services.library.app.list_webhook_deliveries import list_webhook_deliveries
from services.library.app.list_webhook_endpoints import list_webhook_endpoints
from services.library.app.open_track import open_track
from services.library.app.read_tracks import get_track
from services.library.app.rotate_webhook_secret import rotate_webhook_secret
from services.library.app.send_test_webhook import replay_webhook_delivery, send_test_webhook
from services.library.app.sweep import sweep
from services.library.app.tell_webhooks import tell_created
from services.library.app.update_webhook_endpoint import delete_webhook_endpoint, update_webhook_endpoint
from services.library.domain.errors import (
    AccountNotFound,
    KeyReused,
    SecretTold,
    TooManyWebhooks,
    WebhookDeliveryNotFound,
    WebhookDisabled,
    WebhookNotFound,
    WebhookUrlInvalid,
)
from services.library.domain.track import Outcome
from services.library.domain.webhook import ENDPOINTS_MAX, LEASE, Fault, Heard
from tests.integration.library.hooks import EVERY, OTHER_URL, REFUSED, URL, drain, endpoint, statuses
from tests.integration.library.world import OWNER, STEMS, STRANGER, World


def heard(world: World, url: str = URL) -> list[str]:
    """Types of what an address was sent, with the track's state."""
    bodies = [json.loads(body) for to, _, body in world.receiver.sent if to == url]
    return [" ".join(filter(None, (body["type"], body["data"].get("state", "")))) for body in bodies]


async def finished(world: World) -> str:
    """A track that is ready."""
    track = await world.track()
    await open_track(world.ports, track.track_id, track.job_id, 1, STEMS)
    await world.commit(track, 0)
    await conclude_track(world.ports, track.track_id, track.job_id, Outcome.COMPLETED, None, 4096, ())
    return track.track_id


async def test_each_endpoint_hears_what_it_wants_in_the_order_of_what_happened(
    world: World, deliverer: WebhookDeliverer
) -> None:
    """Made, ready, deleted: once each to whoever wants it, signed, with the track's name and nothing of the song."""
    endpoint_id, secret = await endpoint(world)
    await endpoint(world, OTHER_URL, ["track.ready"])
    await endpoint(world, "https://stranger.example.org/", owner=STRANGER)
    track_id = await finished(world)
    await delete_track(world.ports, OWNER, track_id)
    await drain(deliverer)
    assert heard(world) == ["track.created checking", "track.ready ready", "track.deleted"]
    assert heard(world, OTHER_URL) == ["track.ready ready"]
    assert len(world.receiver.sent) == 4
    for _, headers, body in [each for each in world.receiver.sent if each[0] == URL]:
        message = SignedMessage(body, headers["webhook-id"], headers["webhook-timestamp"], headers["webhook-signature"])
        check_signature(message, secret_key(secret), world.clock.now())
        assert set(json.loads(body)["data"]) == {"track_id", "state"}
        assert json.loads(body)["data"]["track_id"] == track_id
    ready = [headers["webhook-id"] for _, headers, body in world.receiver.sent if b"track.ready" in body]
    assert len(ready) == 2
    assert len(set(ready)) == 1
    assert await statuses(world, endpoint_id) == ["delivered"] * 3


async def test_what_did_not_happen_is_not_told(world: World, deliverer: WebhookDeliverer) -> None:
    """Of a commit that was rolled back nothing is sent; nor is an end told twice that was concluded twice."""
    await endpoint(world)
    track_id = await finished(world)
    track = await get_track(world.ports, OWNER, track_id)

    async def fail() -> None:
        async with world.ports.store.transaction() as work:
            await tell_created(work, track)
            raise RuntimeError("rolled back")

    with pytest.raises(RuntimeError, match="rolled back"):
        await fail()
    await conclude_track(world.ports, track_id, track.job_id, Outcome.COMPLETED, None, 4096, ())
    await drain(deliverer)
    assert heard(world) == ["track.created checking", "track.ready ready"]


async def test_replicas_send_each_message_once_and_one_after_another(world: World) -> None:
    """Four of them at once, many messages for one address: none twice, none beside another, all in order."""
    await endpoint(world)
    track = await world.track()
    for _ in range(6):
        async with world.ports.store.transaction() as work:
            await tell_created(work, track)
    replicas = [WebhookDeliverer(world.ports, lambda: 0.5) for _ in range(4)]
    while sum(await asyncio.gather(*(replica.round() for replica in replicas))):
        pass
    names = [headers["webhook-id"] for _, headers, _ in world.receiver.sent]
    assert len(names) == len(set(names)) == 7
    rows = await world.database.pool.fetch("SELECT message_id FROM webhook_deliveries ORDER BY sequence")
    assert names == [row["message_id"] for row in rows]


async def test_what_a_dead_replica_was_sending_is_sent_again_under_its_name(
    world: World, deliverer: WebhookDeliverer
) -> None:
    """Nobody else sends to an endpoint while its lease holds; once it is over, the same message goes out."""
    await endpoint(world)
    await world.track()
    now = world.clock.now()
    async with world.ports.store.transaction() as work:
        assert await work.webhook_endpoints.claim("dead", now, now + LEASE, 5)
    assert await deliverer.round() == 0
    world.clock.advance(seconds=LEASE.total_seconds())
    await drain(deliverer)
    assert heard(world) == ["track.created checking"]


async def test_a_full_endpoint_gives_way_after_each_message(world: World) -> None:
    """With one place for all, whoever has a hundred messages waiting sends one, and then another person's goes."""
    await endpoint(world)
    track = await world.track()
    for _ in range(100):
        async with world.ports.store.transaction() as work:
            await tell_created(work, track)
    world.clock.advance(seconds=1)
    other_id, _ = await endpoint(world, OTHER_URL, owner=STRANGER)
    narrow = WebhookDeliverer(world.ports, lambda: 0.5, at_once=1)
    await narrow.round()
    await send_test_webhook(world.ports, STRANGER, other_id, "")
    world.clock.advance(seconds=1)
    await narrow.round()
    await narrow.round()
    assert [to for to, _, _ in world.receiver.sent] == [URL, OTHER_URL, URL]


async def test_a_message_that_is_refused_is_tried_again_and_logged(world: World, deliverer: WebhookDeliverer) -> None:
    """Later, under the same name with a fresh signature; every try stands in the log with its status and time."""
    endpoint_id, _ = await endpoint(world)
    await world.track()
    world.receiver.answers[URL] = REFUSED
    await drain(deliverer)
    assert await deliverer.round() == 0
    world.clock.advance(seconds=31)
    world.receiver.answers[URL] = Heard(7, 202)
    await drain(deliverer)
    (first, second), ((delivery,), _) = (
        [headers for _, headers, _ in world.receiver.sent],
        await list_webhook_deliveries(world.ports, OWNER, endpoint_id, 0, ""),
    )
    assert first["webhook-id"] == second["webhook-id"] == delivery.message_id
    assert first["webhook-signature"] != second["webhook-signature"]
    assert [each.heard for each in delivery.attempts] == [REFUSED, Heard(7, 202)]
    assert delivery.status.value == "delivered"


@pytest.mark.parametrize("answer", [Heard(5, 410, Fault.REFUSED), REFUSED])
async def test_an_endpoint_that_takes_nothing_is_given_up(
    world: World, deliverer: WebhookDeliverer, answer: Heard
) -> None:
    """410 at once, else after about a day; nothing more is sent or kept for it until its owner enables it."""
    endpoint_id, _ = await endpoint(world)
    await endpoint(world, OTHER_URL)
    track = await world.track()
    world.receiver.answers[URL] = answer
    for _ in range(40):
        await drain(deliverer)
        world.clock.advance(hours=1)
    given_up, fine = sorted(await list_webhook_endpoints(world.ports, OWNER), key=lambda each: each.url)
    assert given_up.disabled_reason is not None
    assert given_up.disabled_reason.value == ("gone" if answer.http_status == 410 else "failing")
    assert fine.disabled_at is None
    assert (await world.facts()).count("WebhookGivenUp") == 1
    tries = len(heard(world))
    assert tries == (1 if answer.http_status == 410 else 14)
    await cancel_track(world.ports, OWNER, track.track_id)
    with pytest.raises(WebhookDisabled):
        await send_test_webhook(world.ports, OWNER, endpoint_id, "")
    await drain(deliverer)
    assert len(heard(world)) == tries
    assert await statuses(world, endpoint_id) == ["failed"]
    world.receiver.answers.clear()
    enabled = await update_webhook_endpoint(world.ports, OWNER, endpoint_id, url=None, events=(), enabled=True)
    assert enabled.disabled_at is None
    await update_webhook_endpoint(world.ports, OWNER, endpoint_id, url=None, events=(), enabled=False)
    await update_webhook_endpoint(world.ports, OWNER, endpoint_id, url=None, events=(), enabled=True)
    assert (await world.facts()).count("WebhookGivenUp") == 1
    await delete_track(world.ports, OWNER, track.track_id)
    await drain(deliverer)
    assert heard(world)[tries:] == ["track.deleted"]


async def test_a_message_is_sent_again_when_its_owner_asks(world: World, deliverer: WebhookDeliverer) -> None:
    """Under its own name, with all tries logged; one that waits already is not sent twice for that."""
    endpoint_id, _ = await endpoint(world)
    await world.track()
    await drain(deliverer)
    ((delivery,), _) = await list_webhook_deliveries(world.ports, OWNER, endpoint_id, 0, "")
    for _ in range(2):
        replayed = await replay_webhook_delivery(world.ports, OWNER, endpoint_id, delivery.delivery_id, "again")
        assert replayed.status.value == "waiting"
    await drain(deliverer)
    # The same request once more: it was answered.
    await replay_webhook_delivery(world.ports, OWNER, endpoint_id, delivery.delivery_id, "again")
    await drain(deliverer)
    assert [headers["webhook-id"] for _, headers, _ in world.receiver.sent] == [delivery.message_id] * 2
    ((delivery,), _) = await list_webhook_deliveries(world.ports, OWNER, endpoint_id, 0, "")
    assert len(delivery.attempts) == 2
    with pytest.raises(WebhookDeliveryNotFound):
        await replay_webhook_delivery(world.ports, OWNER, endpoint_id, "whd_none", "")


async def test_for_a_day_after_a_change_both_secrets_sign(world: World, deliverer: WebhookDeliverer) -> None:
    """A receiver that has either one believes what comes; then the old one is worth nothing."""
    endpoint_id, old = await endpoint(world)
    changed, new = await rotate_webhook_secret(world.ports, OWNER, endpoint_id, "")
    assert changed.old_secret_until is not None

    async def believed() -> list[bool]:
        await send_test_webhook(world.ports, OWNER, endpoint_id, "")
        await drain(deliverer)
        _, headers, body = world.receiver.sent[-1]
        message = SignedMessage(body, headers["webhook-id"], headers["webhook-timestamp"], headers["webhook-signature"])
        verdicts = []
        for secret in (new, old):
            try:
                check_signature(message, secret_key(secret), world.clock.now())
                verdicts.append(True)
            except Exception:  # noqa: BLE001 - the verdict is the question
                verdicts.append(False)
        return verdicts

    assert await believed() == [True, True]
    world.clock.advance(hours=24)
    assert await believed() == [True, False]


async def test_the_same_request_makes_one_thing(world: World) -> None:
    """Within a day a secret is told once, a test sent once, and the name stands for nothing else; then it is free."""
    made, _ = await create_webhook_endpoint(world.ports, OWNER, URL, EVERY, "mine")
    with pytest.raises(SecretTold) as told:
        await create_webhook_endpoint(world.ports, OWNER, URL, EVERY[::-1], "mine")
    assert told.value.facts == {"endpoint_id": made.endpoint_id}
    with pytest.raises(KeyReused):
        await create_webhook_endpoint(world.ports, OWNER, OTHER_URL, EVERY, "mine")
    await rotate_webhook_secret(world.ports, OWNER, made.endpoint_id, "mine")
    with pytest.raises(SecretTold):
        await rotate_webhook_secret(world.ports, OWNER, made.endpoint_id, "mine")
    tests = [await send_test_webhook(world.ports, OWNER, made.endpoint_id, "mine") for _ in range(2)]
    assert tests[0].delivery_id == tests[1].delivery_id
    stranger, _ = await create_webhook_endpoint(world.ports, STRANGER, URL, EVERY, "mine")
    world.clock.advance(hours=24, seconds=1)
    again, _ = await create_webhook_endpoint(world.ports, OWNER, URL, EVERY, "mine")
    assert len({made.endpoint_id, stranger.endpoint_id, again.endpoint_id}) == 3


async def test_two_requests_of_one_name_at_once_make_one_endpoint(world: World) -> None:
    """The second waits for the first, and is told that it was answered; nobody has more than five."""
    asked = [create_webhook_endpoint(world.ports, OWNER, URL, EVERY, "mine") for _ in range(4)]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(answer, SecretTold) for answer in answers) == 3
    asked = [create_webhook_endpoint(world.ports, OWNER, URL, EVERY, f"{number}") for number in range(6)]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(answer, TooManyWebhooks) for answer in answers) == 2
    assert len(await list_webhook_endpoints(world.ports, OWNER)) == ENDPOINTS_MAX


async def test_nobody_reaches_anothers_endpoint(world: World) -> None:
    """Whatever is asked about it, it is not found; and it is as it was."""
    endpoint_id, _ = await endpoint(world)
    ports = world.ports
    for asking in (
        update_webhook_endpoint(ports, STRANGER, endpoint_id, url=OTHER_URL, events=(), enabled=False),
        delete_webhook_endpoint(ports, STRANGER, endpoint_id),
        rotate_webhook_secret(ports, STRANGER, endpoint_id, ""),
        send_test_webhook(ports, STRANGER, endpoint_id, ""),
        list_webhook_deliveries(ports, STRANGER, endpoint_id, 0, ""),
        replay_webhook_delivery(ports, STRANGER, endpoint_id, "whd_none", ""),
    ):
        with pytest.raises(WebhookNotFound):
            await asking
    (kept,) = await list_webhook_endpoints(ports, OWNER)
    assert (kept.url, kept.disabled_at, await list_webhook_endpoints(ports, STRANGER)) == (URL, None, ())
    with pytest.raises(WebhookUrlInvalid):
        await update_webhook_endpoint(ports, OWNER, endpoint_id, url="https://10.0.0.1/", events=(), enabled=None)


async def test_the_log_is_told_page_by_page_and_forgotten_in_two_weeks(
    world: World, deliverer: WebhookDeliverer
) -> None:
    """The newest first, none twice; after 14 days nothing is left of it, nor anything once the endpoint is removed."""
    endpoint_id, _ = await endpoint(world)
    made = [(await send_test_webhook(world.ports, OWNER, endpoint_id, "")).delivery_id for _ in range(5)]
    await drain(deliverer)
    told, token, pages = [], "", 0
    while token or not pages:
        page, token = await list_webhook_deliveries(world.ports, OWNER, endpoint_id, 2, token)
        told += [each.delivery_id for each in page]
        pages += 1
    assert (told, pages) == (made[::-1], 3)
    world.clock.advance(days=14, seconds=1)
    await send_test_webhook(world.ports, OWNER, endpoint_id, "")
    await sweep(world.ports)
    assert await statuses(world, endpoint_id) == ["waiting"]
    await delete_webhook_endpoint(world.ports, OWNER, endpoint_id)
    left = await world.database.pool.fetchval(
        "SELECT count(owner_id) FROM (SELECT owner_id FROM webhook_endpoints UNION ALL"
        " SELECT owner_id FROM webhook_deliveries UNION ALL SELECT owner_id FROM webhook_attempts) AS rows"
    )
    assert left == 0


async def test_whose_key_is_destroyed_sends_nothing(world: World, deliverer: WebhookDeliverer) -> None:
    """Without the owner's key no secret can be read, so what waits is given up."""
    endpoint_id, _ = await endpoint(world)
    await world.track()
    await world.database.pool.execute("DELETE FROM user_keys WHERE owner_id = $1", OWNER)
    await drain(deliverer)
    assert world.receiver.sent == []
    assert await statuses(world, endpoint_id) == ["failed"]


async def test_whoever_is_erased_hears_nothing_and_is_remembered_by_nothing(
    world: World, deliverer: WebhookDeliverer
) -> None:
    """An erasure takes endpoints, messages and names of requests before any track; nothing makes them anew."""
    await create_webhook_endpoint(world.ports, OWNER, URL, EVERY, "mine")
    await endpoint(world, OTHER_URL, owner=STRANGER)
    await world.track()
    assert (await erase_listener(world.ports, OWNER)).is_finished
    await drain(deliverer)
    assert world.receiver.sent == []
    left = await world.database.pool.fetch(
        "SELECT owner_id FROM webhook_endpoints UNION ALL SELECT owner_id FROM webhook_deliveries"
        " UNION ALL SELECT owner_id FROM webhook_attempts UNION ALL SELECT owner_id FROM made_requests"
    )
    assert [row["owner_id"] for row in left] == [STRANGER]
    with pytest.raises(AccountNotFound):
        await create_webhook_endpoint(world.ports, OWNER, URL, EVERY, "mine")
