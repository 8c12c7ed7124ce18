"""Closing one's account over real HTTP: asked for, told of, taken back, and followed by whoever holds the link."""

from __future__ import annotations

import datetime
import logging
from typing import Any

import pytest

from services.gateway.api.closing_schemas import CLOSING_TOKEN
from stripsession.retention.v1 import closing_service_pb2 as pb
from tests.integration.gateway.conftest import OWNER, STRANGER, Door
from tests.integration.gateway.test_routes import check_problem, check_schema

CLOSING, FOLLOWING = "/v1/account/closing", "/v1/privacy/closings/open"


async def asked(door: Door, body: dict[str, Any] | None = None, **headers: str) -> dict[str, Any]:
    answer = await door.http.post(CLOSING, json=body or {}, headers=door.bearer() | headers)
    assert answer.status_code == 201, answer.text
    check_schema(door, "NewClosing", answer.json())
    return dict(answer.json())


async def test_a_closing_is_asked_for_told_of_and_taken_back(door: Door) -> None:
    """Its person is told the day, and of nobody else's; taking it back is for ever as if it had never been."""
    none = await door.http.get(CLOSING, headers=door.bearer())
    assert none.json() == {"closing": None, "window_s": 604800}
    made = await asked(door)
    assert (made["state"], made["due_at"], made["at_once"]) == ("waiting", "2030-01-08T00:00:00.000Z", False)
    told = await door.http.get(CLOSING, headers=door.bearer())
    check_schema(door, "AccountClosing", told.json())
    assert told.json()["closing"] == {name: made[name] for name in ("state", "asked_at", "due_at", "at_once")}
    assert (await door.http.get(CLOSING, headers=door.bearer(STRANGER))).json()["closing"] is None
    for _ in range(2):
        assert (await door.http.delete(CLOSING, headers=door.bearer())).status_code == 204
    assert (await door.http.get(CLOSING, headers=door.bearer())).json()["closing"] is None


async def test_at_once_and_the_name_of_a_request_go_through(door: Door) -> None:
    """What the person chose and what the client calls it reach retention; a key of before a withdrawal is refused."""
    await asked(door, {"at_once": True}, **{"Idempotency-Key": "one"})
    (request,) = door.closings.asked
    assert (request.user_id, request.at_once, request.idempotency_key) == (OWNER, True, "one")
    door.closings.withdrawn_keys = {"one"}
    late = await door.http.post(CLOSING, json={}, headers=door.bearer() | {"Idempotency-Key": "one"})
    check_problem(late, 409, "CLOSING_WITHDRAWN")
    spaced = door.bearer() | {"Idempotency-Key": "two words"}
    malformed = await door.http.post(CLOSING, json={}, headers=spaced)
    check_problem(malformed, 400, "MALFORMED_HEADER")


async def test_only_a_person_who_just_showed_who_they_are_closes(door: Door) -> None:
    """A page that was left open closes nothing; it can still keep the account, for which nobody must hurry."""
    before = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=1)
    stale = door.bearer(auth_time=int(before.timestamp()))
    check_problem(await door.http.post(CLOSING, json={}, headers=stale), 403, "STEP_UP_REQUIRED")
    assert door.closings.asked == []
    await asked(door)
    assert (await door.http.delete(CLOSING, headers=stale)).status_code == 204


async def test_what_has_begun_is_not_taken_back(door: Door) -> None:
    """Who comes too late is told so, with its own word."""
    await asked(door, {"at_once": True})
    door.closings.closings[OWNER].state = pb.CLOSING_STATE_ERASING
    assert (await door.http.get(CLOSING, headers=door.bearer())).json()["closing"]["state"] == "erasing"
    check_problem(await door.http.delete(CLOSING, headers=door.bearer()), 409, "CLOSING_BEGUN")


async def test_whoever_holds_the_link_follows_it(door: Door) -> None:
    """Without signing in: how far it is, and once over what each service took away; and never whose it is."""
    made = await asked(door)
    assert made["path"] == f"/#/closing/{made['token']}"
    waiting = await door.http.post(FOLLOWING, json={"token": made["token"]})
    check_schema(door, "FollowedClosing", waiting.json())
    assert (waiting.json()["state"], waiting.json()["holders"]) == ("waiting", [])
    over = await door.http.post(FOLLOWING, json={"token": CLOSING_TOKEN})
    check_schema(door, "FollowedClosing", over.json())
    assert (over.json()["state"], over.json()["finished_at"]) == ("over", "2030-01-01T00:10:00.000Z")
    assert over.json()["holders"][0]["erased"] == [{"kind": "tracks", "count": 12}]
    # To the byte: written anew it would be none.
    assert waiting.json()["receipt"] is None
    assert over.json()["receipt"].encode() == door.closings.followed[CLOSING_TOKEN].receipt
    assert OWNER not in waiting.text + over.text
    check_problem(await door.http.post(FOLLOWING, json={"token": "x" * 43}), 404, "CLOSING_NOT_FOUND")


async def test_a_token_is_in_no_log_and_no_address(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever reads the logs of the gateway cannot follow anybody: what the client sends is in a body."""
    caplog.set_level(logging.DEBUG)
    made = await asked(door)
    answer = await door.http.post(FOLLOWING, json={"token": made["token"]})
    assert answer.is_success
    assert made["token"] not in str(answer.request.url)
    assert caplog.records
    told = [record for record in caplog.records if made["token"] in f"{record.getMessage()} {vars(record)}"]
    # The client's own line of its answer, which no gateway writes.
    assert not [record for record in told if not record.name.startswith(("httpx", "httpcore", "hpack"))]
