"""Requests about privacy over real HTTP: of people, of strangers at the pace of sign-ups, and followed by link."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from services.gateway.api.request_schemas import REQUEST_NUMBER, REQUEST_TOKEN
from stripsession.retention.v1 import privacy_request_pb2 as request_pb
from stripsession.retention.v1 import privacy_request_service_pb2 as pb
from tests.integration.gateway.conftest import OWNER, STRANGER, Door, OpenDoor
from tests.integration.gateway.test_routes import check_problem, check_schema

REQUESTS, UNSIGNED, FOLLOWING = (f"/v1/privacy/requests{end}" for end in ("", "/unsigned", "/open"))
WISH = {"kind": "object", "text": "Please stop counting plays.\nThank you."}
ADDRESS = "somebody@example.org"


async def sent_unsigned(door: Door) -> dict[str, Any]:
    answer = await door.http.post(UNSIGNED, json=WISH | {"reply_to": ADDRESS})
    assert answer.status_code == 201, answer.text
    check_schema(door, "SentStrangersRequest", answer.json())
    return dict(answer.json())


async def test_a_person_sends_one_and_sees_where_it_stands(door: Door) -> None:
    """It has a number and its legal day at once, stands in its person's list, and in nobody else's."""
    headers = door.bearer() | {"Idempotency-Key": "one"}
    answer = await door.http.post(REQUESTS, json=WISH, headers=headers)
    assert answer.status_code == 201, answer.text
    check_schema(door, "PrivacyRequest", answer.json())
    assert {name: answer.json()[name] for name in ("kind", "text", "state", "due_on")} == WISH | {
        "state": "open",
        "due_on": "2030-02-01",
    }
    (asked,) = door.requests.asked
    assert isinstance(asked, pb.SendRequestRequest)
    assert (asked.user_id, asked.idempotency_key) == (OWNER, "one")
    listed = await door.http.get(REQUESTS, headers=door.bearer())
    check_schema(door, "PrivacyRequestList", listed.json())
    assert listed.json()["requests"] == [answer.json()]
    assert (await door.http.get(REQUESTS, headers=door.bearer(STRANGER))).json() == {"requests": []}


async def test_a_stranger_follows_theirs_by_link(door: Door) -> None:
    """Without signing in; the link has number and token, and neither opens anything alone."""
    made = await sent_unsigned(door)
    assert made["path"] == f"/#/request/{made['number']}/{made['token']}"
    link = {"number": made["number"], "token": made["token"]}
    followed = await door.http.post(FOLLOWING, json=link)
    check_schema(door, "PrivacyRequest", followed.json())
    assert followed.json() == {name: value for name, value in made.items() if name not in ("token", "path")}
    # Where an answer goes is told to nobody, not even to them.
    assert ADDRESS not in followed.text
    answered = await door.http.post(FOLLOWING, json={"number": REQUEST_NUMBER, "token": REQUEST_TOKEN})
    assert (answered.json()["state"], answered.json()["answer"]) == ("answered", "Nothing.")
    for changed in ({"token": REQUEST_TOKEN}, {"number": REQUEST_NUMBER}):
        check_problem(await door.http.post(FOLLOWING, json=link | changed), 404, "REQUEST_NOT_FOUND")


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"kind": "gossip"}, "INVALID_FIELD"),
        ({"text": ""}, "INVALID_FIELD"),
        ({"text": "x" * 4001}, "INVALID_FIELD"),
        ({"text": "a\x1b[2Jb"}, "INVALID_FIELD"),
        ({"reply_to": "a@b\nBcc: c@example.org"}, "REPLY_ADDRESS_INVALID"),
        ({"reply_to": "nobody"}, "REPLY_ADDRESS_INVALID"),
        ({"reply_to": f"{'a' * 250}@example.org"}, "INVALID_FIELD"),
    ],
)
async def test_what_is_hostile_reaches_nobody(door: Door, body: dict[str, str], word: str) -> None:
    """Unknown kinds, no text or a book, control characters, and addresses that are two, are refused at the door."""
    answer = await door.http.post(UNSIGNED, json=WISH | {"reply_to": ADDRESS} | body)
    check_problem(answer, 422, word)
    assert door.requests.asked == []


async def test_strangers_are_paced_as_sign_ups_are(open_door: OpenDoor) -> None:
    """One address sends a few; sign-ups take from the same, and whoever is signed in is not slowed by either."""
    async with open_door(sign_ins_per_minute=0.01, sign_ins_burst=2) as door:
        for _ in range(2):
            await sent_unsigned(door)
        check_problem(await door.http.post(UNSIGNED, json=WISH | {"reply_to": ADDRESS}), 429, "TOO_FAST")
        check_problem(await door.http.post("/v1/auth/signup", json={}), 429, "TOO_FAST")
        assert (await door.http.post(REQUESTS, json=WISH, headers=door.bearer())).status_code == 201
        assert len(door.requests.asked) == 3


async def test_a_newer_retentions_words_are_told_as_unspecified(door: Door) -> None:
    """While versions are changed a kind, state or ending that this gateway does not know breaks no client."""
    await door.http.post(REQUESTS, json=WISH, headers=door.bearer())
    (request,) = door.requests.sent[OWNER]
    request.MergeFromString(request_pb.PrivacyRequest(ending=request_pb.REQUEST_ENDING_WITHDRAWN).SerializeToString())
    request.MergeFromString(b"\x10\x63\x40\x63\x58\x63")
    listed = await door.http.get(REQUESTS, headers=door.bearer())
    check_schema(door, "PrivacyRequestList", listed.json())
    (told,) = listed.json()["requests"]
    assert [told[name] for name in ("kind", "state", "ending")] == ["unspecified"] * 3


async def test_a_token_and_a_text_are_in_no_log_and_no_address(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever reads the logs of the gateway follows nobody's request, and reads none."""
    caplog.set_level(logging.DEBUG)
    made = await sent_unsigned(door)
    answer = await door.http.post(FOLLOWING, json={"number": made["number"], "token": made["token"]})
    assert answer.is_success
    assert caplog.records
    for secret in (made["token"], WISH["text"], ADDRESS):
        assert secret not in str(answer.request.url)
        told = [record for record in caplog.records if secret in f"{record.getMessage()} {vars(record)}"]
        # The client's own line of its answer, which no gateway writes.
        assert not [record for record in told if not record.name.startswith(("httpx", "httpcore", "hpack"))]
