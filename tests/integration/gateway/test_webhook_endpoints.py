"""Webhook endpoints at the door: made by people, told once, tried, looked at; and requests that are made once."""

from __future__ import annotations

import pytest

from tests.integration.gateway.conftest import OWNER, STRANGER, Door
from tests.integration.gateway.fake_webhooks import SECRET
from tests.integration.gateway.test_routes import TUS, check_problem

ALL = "/v1/webhook-endpoints"
URL = "https://example.org/hooks"
NEW = {"url": URL, "events": ["track.ready", "track.failed"]}


async def test_an_endpoint_is_made_told_once_changed_and_removed(door: Door) -> None:
    """The answer that makes it holds its secret, no other does; it is its maker's alone."""
    made = await door.http.post(ALL, json=NEW, headers=door.bearer())
    assert (made.status_code, made.headers["cache-control"]) == (201, "no-store")
    endpoint = made.json()
    assert endpoint.pop("secret") == SECRET
    one = f"{ALL}/{endpoint['endpoint_id']}"
    assert (await door.http.get(ALL, headers=door.bearer())).json() == {"endpoints": [endpoint]}
    assert (await door.http.get(ALL, headers=door.bearer(STRANGER))).json() == {"endpoints": []}
    check_problem(await door.http.delete(one, headers=door.bearer(STRANGER)), 404, "WEBHOOK_NOT_FOUND")
    stopped = (await door.http.patch(one, json={"enabled": False}, headers=door.bearer())).json()
    assert (stopped["disabled_reason"], stopped["url"], stopped["events"]) == ("asked", URL, NEW["events"])
    check_problem(await door.http.post(f"{one}/test", headers=door.bearer()), 409, "WEBHOOK_DISABLED")
    changed = {"enabled": True, "url": "https://example.org/other", "events": ["track.deleted"]}
    begun = (await door.http.patch(one, json=changed, headers=door.bearer())).json()
    assert (begun["disabled_at"], begun["url"], begun["events"]) == (None, changed["url"], changed["events"])
    rotated = (await door.http.post(f"{one}/secret", headers=door.bearer())).json()
    assert (rotated["secret"], rotated["old_secret_until"]) == (SECRET, "2030-01-02T00:00:00.000Z")
    assert (await door.http.delete(one, headers=door.bearer())).status_code == 204
    assert (await door.http.get(ALL, headers=door.bearer())).json() == {"endpoints": []}


async def test_an_endpoint_of_an_account_that_was_taken_back_is_enabled_by_its_address(door: Door) -> None:
    """Whoever enables it says where it leads, and is told so."""
    endpoint = door.webhooks.add(OWNER, URL)
    endpoint.disabled_at.CopyFrom(endpoint.created_at)
    endpoint.disabled_reason = "reclaimed"
    one = f"{ALL}/{endpoint.endpoint_id}"
    refused = await door.http.patch(one, json={"enabled": True}, headers=door.bearer())
    check_problem(refused, 409, "WEBHOOK_URL_NEEDED")
    begun = (await door.http.patch(one, json={"enabled": True, "url": URL}, headers=door.bearer())).json()
    assert (begun["disabled_at"], begun["disabled_reason"], begun["url"]) == (None, None, URL)


async def test_a_test_is_sent_seen_in_the_log_and_sent_again(door: Door) -> None:
    """The log is told page by page with every try, and what stands in it is sent again at a word."""
    endpoint = door.webhooks.add(OWNER, URL)
    one = f"{ALL}/{endpoint.endpoint_id}"
    sent = await door.http.post(f"{one}/test", headers=door.bearer())
    assert sent.status_code == 202
    delivery = door.webhooks.deliveries[endpoint.endpoint_id][0]
    delivery.status = "delivered"
    delivery.ClearField("due_at")
    delivery.attempts.add(duration_ms=12, fault="newer_than_this").began_at.FromDatetime(
        delivery.created_at.ToDatetime()
    )
    delivery.attempts.add(duration_ms=34, http_status=204).began_at.FromDatetime(delivery.created_at.ToDatetime())
    door.webhooks.add_delivery(endpoint.endpoint_id, "track.ready")
    first = (await door.http.get(f"{one}/deliveries?limit=1", headers=door.bearer())).json()
    second = (await door.http.get(f"{one}/deliveries?cursor={first['next_cursor']}", headers=door.bearer())).json()
    assert (len(first["deliveries"]), second["next_cursor"]) == (1, None)
    (told,) = second["deliveries"]
    assert (told["delivery_id"], told["status"], told["track_id"]) == (sent.json()["delivery_id"], "delivered", None)
    tries = [(each["duration_ms"], each["http_status"], each["fault"]) for each in told["attempts"]]
    assert tries == [(12, None, "unspecified"), (34, 204, None)]
    replay = f"{one}/deliveries/{told['delivery_id']}/replay"
    assert (await door.http.post(replay, headers=door.bearer())).json()["status"] == "waiting"


async def test_what_cannot_be_an_endpoint_is_refused(door: Door) -> None:
    """A place that is not on the open internet, no event, an unknown one, and one endpoint too many."""
    for body, status, reason in (
        (NEW | {"url": "https://10.0.0.1/"}, 422, "WEBHOOK_URL_INVALID"),
        (NEW | {"url": "https://exa mple.org"}, 422, "INVALID_FIELD"),
        (NEW | {"events": []}, 422, "WEBHOOK_EVENTS_INVALID"),
        (NEW | {"events": ["webhook.test"]}, 422, "INVALID_FIELD"),
    ):
        check_problem(await door.http.post(ALL, json=body, headers=door.bearer()), status, reason)
    for _ in range(5):
        door.webhooks.add(OWNER, URL)
    check_problem(await door.http.post(ALL, json=NEW, headers=door.bearer()), 409, "TOO_MANY_WEBHOOKS")


async def test_no_key_reaches_an_endpoint(door: Door) -> None:
    """What a key began would hear of tracks after the key's end."""
    _, secret = door.api_keys.add(OWNER, "tracks:read", "tracks:write", "downloads", "shares", "billing:read")
    headers = {"Authorization": f"Bearer {secret}"}
    check_problem(await door.http.post(ALL, json=NEW, headers=headers), 403, "SESSION_REQUIRED")
    check_problem(await door.http.get(ALL, headers=headers), 403, "SESSION_REQUIRED")


@pytest.mark.parametrize("operation", ["endpoint", "secret", "share"])
async def test_a_secret_of_the_same_request_is_told_once(door: Door, operation: str) -> None:
    """A repeated request is told what it made, and an odd name is refused."""
    endpoint = door.webhooks.add(OWNER, URL)
    track = door.library.add_track(OWNER)
    path, body, made = {
        "endpoint": (ALL, NEW, "endpoint_id"),
        "secret": (f"{ALL}/{endpoint.endpoint_id}/secret", None, "endpoint_id"),
        "share": (f"/v1/tracks/{track.track_id}/shares", {}, "share_id"),
    }[operation]
    headers = door.bearer() | {"Idempotency-Key": "once"}
    first = (await door.http.post(path, json=body, headers=headers)).json()
    problem = check_problem(await door.http.post(path, json=body, headers=headers), 409, "SECRET_TOLD")
    assert problem["facts"] == {made: first[made]}
    odd = await door.http.post(path, json=body, headers=door.bearer() | {"Idempotency-Key": "a b"})
    check_problem(odd, 400, "MALFORMED_HEADER")


async def test_an_upload_that_is_opened_again_goes_on_where_it_is(door: Door) -> None:
    """The same request finds its upload: bytes that come with it are taken when none had arrived, and left else."""
    headers = door.bearer() | TUS | {"Upload-Length": "8", "Idempotency-Key": "once"}
    opened = await door.http.post("/v1/uploads", headers=headers)
    sending = headers | {"Content-Type": "application/offset+octet-stream"}
    begun = await door.http.post("/v1/uploads", headers=sending, content=b"abcd")
    again = await door.http.post("/v1/uploads", headers=sending, content=b"abcd")
    assert [answer.status_code for answer in (opened, begun, again)] == [201] * 3
    assert len({answer.headers["location"] for answer in (opened, begun, again)}) == 1
    assert [answer.headers["upload-offset"] for answer in (opened, begun, again)] == ["0", "4", "4"]
    assert list(door.library.contents.values()) == [bytearray(b"abcd")]
