"""API keys at the door: made by people, shown by programs, felt to end at once."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
import logging
from pathlib import Path

import grpc
import pytest

from chassis.bus.connection import Bus
from chassis.bus.subjects import subject_of
from chassis.bus.topology import FACTS
from chassis.identity import Certificates
from chassis.testing.nats import NatsServer
from services.gateway.clients import key_verifier
from services.gateway.clients.key_verifier import AWAY_S, KEPT_S, AuthKeyVerifier
from services.gateway.domain.errors import BackendAway, TokenRefused
from stripsession.auth.v1 import api_key_service_pb2 as pb
from stripsession.auth.v1 import events_pb2
from tests.integration.gateway.conftest import OWNER, STRANGER, Door, OpenDoor
from tests.integration.gateway.test_routes import check_problem

NEW = {"name": "backup", "scopes": ["tracks:read"]}


def by_key(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


async def test_a_key_is_made_told_once_and_listed_without_its_secret(door: Door) -> None:
    """The answer that makes a key holds its secret, no other does, and nothing on the way may keep it."""
    made = await door.http.post("/v1/api-keys", json=NEW, headers=door.bearer())
    assert (made.status_code, made.headers["cache-control"]) == (201, "no-store")
    key = made.json()
    secret = key.pop("secret")
    listed = await door.http.get("/v1/api-keys", headers=door.bearer())
    assert listed.json() == {"keys": [key]}
    assert secret not in listed.text
    assert (await door.http.get("/v1/api-keys", headers=door.bearer(STRANGER))).json() == {"keys": []}
    assert (await door.http.get("/v1/tracks", headers=by_key(secret))).status_code == 200


async def test_a_key_that_never_expires_is_asked_for(door: Door) -> None:
    """What is said of a life reaches auth: days, nothing, or never."""
    ends = [
        (await door.http.post("/v1/api-keys", json=NEW | more, headers=door.bearer())).json()["expires_at"]
        for more in ({"expires_in_days": 1}, {}, {"never_expires": True})
    ]
    assert ends == ["2030-01-02T00:00:00.000Z", "2030-04-01T00:00:00.000Z", None]


async def test_the_same_request_twice_makes_one_key(door: Door) -> None:
    """A replay is told what was made, another request of the same name is a mistake."""
    headers = door.bearer() | {"Idempotency-Key": "once"}
    made = (await door.http.post("/v1/api-keys", json=NEW, headers=headers)).json()
    problem = check_problem(await door.http.post("/v1/api-keys", json=NEW, headers=headers), 409, "SECRET_TOLD")
    assert problem["facts"] == {"key_id": made["key_id"]}
    other = await door.http.post("/v1/api-keys", json=NEW | {"name": "other"}, headers=headers)
    check_problem(other, 422, "IDEMPOTENCY_KEY_REUSED")
    odd = await door.http.post("/v1/api-keys", json=NEW, headers=door.bearer() | {"Idempotency-Key": "a b"})
    check_problem(odd, 400, "MALFORMED_HEADER")


async def test_a_refusal_says_which_scope_is_missing(door: Door) -> None:
    """Who lacks a scope is told which, in words, in facts and as RFC 6750 has it; account routes take a session."""
    _, secret = door.api_keys.add(OWNER, "tracks:read", "downloads")
    refused = await door.http.get("/v1/billing/usage", headers=by_key(secret))
    problem = check_problem(refused, 403, "SCOPE_MISSING")
    assert problem["facts"] == {"scope": "billing:read"}
    assert "billing:read" in problem["detail"]
    assert 'error="insufficient_scope", scope="billing:read"' in refused.headers["www-authenticate"]
    for method, path in (("GET", "/v1/me"), ("GET", "/v1/api-keys"), ("POST", "/v1/api-keys")):
        answer = await door.http.request(method, path, json=NEW if method == "POST" else None, headers=by_key(secret))
        check_problem(answer, 403, "SESSION_REQUIRED")


async def test_what_is_no_key_is_refused_without_asking(door: Door) -> None:
    """Unknown keys are refused as such, misshapen ones cost auth no call, and a key in a cookie is none."""
    for secret in ("sks_live_short", "sks_" + "a" * 400, "sks_live_" + "ä" * 40):
        encoded = [(b"Authorization", b"Bearer " + secret.encode())]
        check_problem(await door.http.get("/v1/tracks", headers=encoded), 401, "UNAUTHENTICATED")
    assert door.api_keys.verified == 0
    unknown = await door.http.get("/v1/tracks", headers=by_key("sks_live_" + "0" * 49))
    check_problem(unknown, 401, "UNAUTHENTICATED")
    assert unknown.json()["action"] == "Make another on the account's page."
    assert door.api_keys.verified == 1
    _, secret = door.api_keys.add(OWNER, "tracks:read")
    cookie = {"Cookie": f"stripsession_access={secret}", "Sec-Fetch-Site": "same-origin"}
    check_problem(await door.http.get("/v1/tracks", headers=cookie), 401, "UNAUTHENTICATED")


async def test_auth_away_is_no_refusal(door: Door) -> None:
    """While auth cannot be asked, a key is answered to come back, not that it is wrong."""
    _, secret = door.api_keys.add(OWNER, "tracks:read")
    door.api_keys.is_away = True
    check_problem(await door.http.get("/v1/tracks", headers=by_key(secret)), 503, "UNREACHABLE")


async def test_a_key_has_a_pace_of_its_own(open_door: OpenDoor) -> None:
    """A program that hurries is told so beside its person, and its person's session is told nothing of the key."""
    async with open_door(requests_per_s=0.01, requests_burst=3) as door:
        _, secret = door.api_keys.add(OWNER, "tracks:read")
        answers = [await door.http.get("/v1/tracks", headers=by_key(secret)) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert answers[0].headers["ratelimit-policy"] == '"key";q=3;w=300, "person";q=3;w=300'
        signed = await door.http.get("/v1/tracks", headers=door.bearer())
        assert (signed.status_code, signed.headers["ratelimit-policy"]) == (429, '"person";q=3;w=300')


async def test_a_key_is_not_asked_about_for_each_request(door: Door) -> None:
    """Requests of the same second cost auth one question."""
    _, secret = door.api_keys.add(OWNER, "tracks:read")
    for _ in range(5):
        assert (await door.http.get("/v1/tracks", headers=by_key(secret))).status_code == 200
    assert door.api_keys.verified <= 1 + 5 * KEPT_S


class Answering:
    """Auth, of which a test says when it answers and what."""

    def __init__(self) -> None:
        self.asked = 0
        self.user_id = OWNER
        self.is_away = False
        self.is_unknown = False
        self.expires_at: datetime.datetime | None = None
        self.deadlines_s: list[float] = []

    async def VerifyApiKey(self, request: object, *, timeout: float, **_: object) -> pb.VerifyApiKeyResponse:
        self.asked += 1
        self.deadlines_s.append(timeout)
        if self.is_away or self.is_unknown:
            code = grpc.StatusCode.UNAVAILABLE if self.is_away else grpc.StatusCode.UNAUTHENTICATED
            raise grpc.aio.AioRpcError(code, grpc.aio.Metadata(), grpc.aio.Metadata())
        answer = pb.VerifyApiKeyResponse(key_id="key_1", user_id=self.user_id, scopes=["tracks:read"])
        if self.expires_at is not None:
            answer.expires_at.FromDatetime(self.expires_at)
        return answer


async def test_a_lost_fact_costs_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any fact, what auth said is gone by for a second from when it was asked, and no longer."""
    auth, loop = Answering(), asyncio.get_running_loop()
    now_s = 100.0
    monkeypatch.setattr(loop, "time", lambda: now_s)
    verifier = AuthKeyVerifier(auth)  # type: ignore[arg-type]  # of the stub, only what is called
    secret = "sks_live_" + "0" * 49
    await verifier.verify(secret)
    now_s += KEPT_S - 0.001
    await verifier.verify(secret)
    assert auth.asked == 1
    now_s += 0.001
    await verifier.verify(secret)
    assert auth.asked == 2
    verifier.forget("key_1")
    await verifier.verify(secret)
    assert auth.asked == 3
    with pytest.raises(TokenRefused):
        await verifier.verify("sks_")


async def test_looking_again_waits_for_auth_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """While auth is away one piece of an upload finds it so, and those of the next seconds do not ask."""
    auth, loop = Answering(), asyncio.get_running_loop()
    now_s = 100.0
    monkeypatch.setattr(loop, "time", lambda: now_s)
    verifier = AuthKeyVerifier(auth)  # type: ignore[arg-type]  # of the stub, only what is called
    secret = "sks_live_" + "0" * 49
    identity = await verifier.verify(secret)
    auth.is_away = True
    for _ in range(3):
        now_s += KEPT_S
        await verifier.require_still(secret, identity)
    assert auth.asked == 2
    assert auth.deadlines_s[-1] <= 1.0
    with pytest.raises(BackendAway):
        # Who comes anew waits for auth, and is not let in without it.
        await verifier.verify(secret)
    now_s += AWAY_S
    auth.is_away = False
    await verifier.require_still(secret, identity)
    auth.is_unknown = True
    now_s += KEPT_S
    with pytest.raises(TokenRefused):
        await verifier.require_still(secret, identity)


async def test_a_key_that_runs_out_is_not_revoked(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a key let in goes on past its last moment, as with a token; one without an end is over once auth says so."""
    auth, loop = Answering(), asyncio.get_running_loop()
    now_s = 100.0
    monkeypatch.setattr(loop, "time", lambda: now_s)
    verifier = AuthKeyVerifier(auth)  # type: ignore[arg-type]  # of the stub, only what is called
    secret = "sks_live_" + "0" * 49
    endless = await verifier.verify(secret)
    now = datetime.datetime.now(datetime.UTC)
    ended = dataclasses.replace(endless, expires_at=now, key_ends_at=now)
    auth.is_unknown = True
    now_s += KEPT_S
    await verifier.require_still(secret, ended)
    with pytest.raises(TokenRefused):
        await verifier.require_still(secret, dataclasses.replace(endless, expires_at=now))
    auth.is_unknown, auth.expires_at = False, now + datetime.timedelta(minutes=1)
    assert (await verifier.verify(secret)).key_ends_at == auth.expires_at


async def test_what_lasts_ends_after_minutes() -> None:
    """A stream that a key opened lasts no longer than one that an access token opened."""
    verifier = AuthKeyVerifier(Answering())  # type: ignore[arg-type]  # of the stub, only what is called
    identity = await verifier.verify("sks_live_" + "0" * 49)
    left = identity.expires_at - datetime.datetime.now(datetime.UTC)
    assert datetime.timedelta(minutes=9) < left <= datetime.timedelta(minutes=10)


async def test_a_revocation_is_felt_by_its_fact(
    open_door: OpenDoor, nats_server: NatsServer, certificates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key that was used a moment ago is refused as soon as its revocation is told, and other keys stay."""
    # Without its fact the key would be taken for an hour.
    monkeypatch.setattr(key_verifier, "KEPT_S", 3600.0)
    async with open_door(nats_url=nats_server.url) as door:
        await asyncio.wait_for(door.gateway.key_facts.listening(), 20)
        key_id, secret = door.api_keys.add(OWNER, "tracks:read")
        _, other = door.api_keys.add(OWNER, "tracks:read")
        for shown in (secret, other):
            assert (await door.http.get("/v1/tracks", headers=by_key(shown))).status_code == 200
        del door.api_keys.by_secret[secret]
        assert (await door.http.get("/v1/tracks", headers=by_key(secret))).status_code == 200
        bus = Bus(nats_server.url, Certificates(certificates, "auth"), streams=[FACTS])
        await bus.start()
        try:
            fact = events_pb2.ApiKeyRevoked(key_id=key_id, user_id=OWNER)
            await bus.client.publish(subject_of(events_pb2.ApiKeyRevoked), fact.SerializeToString())
            await bus.client.flush()
        finally:
            await bus.stop()
        async with asyncio.timeout(20):
            while (await door.http.get("/v1/tracks", headers=by_key(secret))).status_code == 200:
                pass
        check_problem(await door.http.get("/v1/tracks", headers=by_key(secret)), 401, "UNAUTHENTICATED")
        asked = door.api_keys.verified
        assert (await door.http.get("/v1/tracks", headers=by_key(other))).status_code == 200
        assert door.api_keys.verified == asked


async def test_no_key_is_logged(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    """A key that is made, used or refused is in no log."""
    caplog.set_level(logging.DEBUG)
    secret = (await door.http.post("/v1/api-keys", json=NEW, headers=door.bearer())).json()["secret"]
    await door.http.get("/v1/tracks", headers=by_key(secret))
    await door.http.get("/v1/me", headers=by_key(secret))
    unknown = "sks_live_" + "0" * 49
    await door.http.get("/v1/tracks", headers=by_key(unknown))
    said = "".join(
        record.getMessage() + repr(record.__dict__) for record in caplog.records if "httpx" not in record.name
    )
    assert secret not in said
    assert unknown not in said
