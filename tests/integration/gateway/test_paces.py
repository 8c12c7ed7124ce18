"""How fast people may call, and how much of the gateway one of them may take."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import httpx

from stripsession.library.v1 import track_pb2
from tests.integration.gateway.conftest import OWNER, OpenDoor
from tests.integration.gateway.test_routes import check_problem

OF_AGE = {"confirms_age": True}


async def test_too_many_requests_are_told_when_to_come_back(open_door: OpenDoor) -> None:
    """Past its pace an address gets 429; health is always answered."""
    async with open_door(requests_per_s=0.5, requests_burst=3) as door:
        answers = [await door.http.get("/v1/tracks") for _ in range(4)]
        assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
        check_problem(answers[-1], 429, "TOO_FAST")
        assert (await door.http.get("/healthz")).status_code == 200
    async with open_door(sign_ins_per_minute=1, sign_ins_burst=2) as door:
        body = {"email": "a@b.example", "password": "wrong"}
        answers = [await door.http.post("/v1/auth/login", json=body) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [401, 401, 429]


async def test_signed_people_of_one_address_do_not_slow_each_other(open_door: OpenDoor) -> None:
    """A school behind one address is paced person by person; strangers there share the address's own pace."""
    async with open_door(requests_per_s=0.01, requests_burst=2) as door:
        for number in range(5):
            bearer = door.bearer(f"usr_{number}")
            statuses = [(await door.http.get("/v1/tracks", headers=bearer)).status_code for _ in range(3)]
            assert statuses == [200, 200, 429]
        bad = {"Authorization": "Bearer no.such.token"}
        assert [(await door.http.get("/v1/tracks", headers=bad)).status_code for _ in range(3)] == [401, 401, 429]
        assert (await door.http.get("/v1/tracks", headers=door.bearer("usr_new"))).status_code == 200


async def test_covers_under_way_are_few(open_door: OpenDoor) -> None:
    """A cover is held in memory: one too many of one person is 429, of all 503, and an ended one makes room."""
    async with open_door(covers_in_flight_per_user=1, covers_in_flight_max=2) as door:
        people = [OWNER, *(door.auth.add(f"{name}@example.org").user_id for name in ("ben", "cyd"))]
        paths = {person: f"/v1/tracks/{door.library.add_track(person).track_id}/cover" for person in people}
        begun = {person: asyncio.Event() for person in people}
        may_end = asyncio.Event()

        async def slow(person: str) -> AsyncIterator[bytes]:
            yield b"begun"
            begun[person].set()
            await may_end.wait()
            yield b" and whole"

        def put(person: str, content: bytes | AsyncIterator[bytes]) -> Coroutine[Any, Any, httpx.Response]:
            return door.http.put(paths[person], content=content, headers=door.bearer(person))

        for person in people:
            # So that nobody is asked about any more: whose bytes have begun to arrive has a place then.
            assert (await put(person, b"the first")).is_success
        sending = [asyncio.create_task(put(person, slow(person))) for person in people[:2]]
        await asyncio.gather(*(begun[person].wait() for person in people[:2]))
        check_problem(await put(OWNER, b"one more"), 429, "TOO_MANY_AT_ONCE")
        check_problem(await put(people[2], b"one more"), 503, "BUSY")
        may_end.set()
        assert [(await sent).status_code for sent in sending] == [200, 200]
        assert (await put(people[2], b"one more")).status_code == 200


async def test_one_person_cannot_fill_the_gateway(open_door: OpenDoor) -> None:
    """One request too many at once is 429 for that person, nobody else notices, and an ended one makes room."""
    async with open_door(requests_in_flight_per_user=1, event_streams_per_user=5) as door:
        track = door.library.add_track(OWNER, track_pb2.TRACK_STATE_SEPARATING)
        async with door.http.stream("GET", f"/v1/tracks/{track.track_id}/events", headers=door.bearer()) as answer:
            assert answer.status_code == 200
            check_problem(await door.http.get("/v1/tracks", headers=door.bearer()), 429, "TOO_MANY_AT_ONCE")
            assert (await door.http.get("/v1/tracks", headers=door.bearer("usr_other"))).status_code == 200
        async with asyncio.timeout(10):
            while (await door.http.get("/v1/tracks", headers=door.bearer())).status_code == 429:
                pass


async def test_the_address_behind_a_proxy_is_believed_only_when_told(open_door: OpenDoor) -> None:
    """X-Forwarded-For counts from the right, and only with trusted proxies set."""
    async with open_door(requests_per_s=0.01, requests_burst=1, trusted_proxies=1) as door:
        for number in range(3):
            headers = {"X-Forwarded-For": f"203.0.113.{number}"}
            assert (await door.http.get("/v1/tracks", headers=headers)).status_code == 401
        forged = {"X-Forwarded-For": "198.51.100.7, 203.0.113.1"}
        assert (await door.http.get("/v1/tracks", headers=forged)).status_code == 429
    async with open_door(requests_per_s=0.01, requests_burst=1) as door:
        statuses = [
            (await door.http.get("/v1/tracks", headers={"X-Forwarded-For": f"203.0.113.{number}"})).status_code
            for number in range(2)
        ]
        assert statuses == [401, 429]


async def test_answers_tell_what_is_left(open_door: OpenDoor) -> None:
    """Every answer of a limited route, refusals included, names its policies and what is left; a free one does not."""
    async with open_door(requests_per_s=0.01, requests_burst=2, sign_ins_per_minute=1, sign_ins_burst=2) as door:
        first, second, third = [await door.http.get("/v1/tracks", headers=door.bearer()) for _ in range(3)]
        assert [answer.status_code for answer in (first, second, third)] == [200, 200, 429]
        assert {answer.headers["ratelimit-policy"] for answer in (first, second, third)} == {'"person";q=2;w=200'}
        assert _left(first) == {"person": 1}
        assert _left(second) == _left(third) == {"person": 0}
        # One more in as many seconds as Retry-After says.
        assert third.headers["ratelimit"] == f'"person";r=0;t={third.headers["retry-after"]}'
        wrong = {"email": "a@b.example", "password": "wrong"}
        signing = await door.http.post("/v1/auth/login", json=wrong)
        assert signing.headers["ratelimit-policy"] == '"address";q=2;w=200, "sign-in";q=2;w=120'
        assert (signing.status_code, _left(signing)) == (401, {"address": 1, "sign-in": 1})
        assert "ratelimit" not in (await door.http.get("/healthz")).headers


def _left(answer: httpx.Response) -> dict[str, int]:
    items = [item.split(";") for item in answer.headers["ratelimit"].split(", ")]
    return {name.strip('"'): int(left.removeprefix("r=")) for name, left, _ in items}


GUARDED: dict[str, Any] = {
    "sign_ins_per_minute": 6e7,
    "sign_ins_burst": 10**6,
    "sign_in_tries_free": 2,
    "sign_in_wait_s_min": 200.0,
}


async def test_guesses_at_an_account_wait_whether_or_not_there_is_one(open_door: OpenDoor) -> None:
    """After some wrong passwords each try waits, from any address, in the same words for an unknown account."""
    async with open_door(trusted_proxies=1, **GUARDED) as door:
        known = {"email": "ada@example.org", "password": "a long enough secret"}
        assert (await door.http.post("/v1/auth/signup", json=known | OF_AGE)).status_code == 201
        heard: dict[str, list[tuple[int, dict[str, Any], str | None]]] = {}
        for email in (" ADA@example.org", "nobody@example.org"):
            for number in range(5):
                address = {"X-Forwarded-For": f"203.0.113.{number}"}
                body = {"email": email, "password": "wrong"}
                answer = await door.http.post("/v1/auth/login", json=body, headers=address)
                told = {name: value for name, value in answer.json().items() if name != "instance"}
                heard.setdefault(email, []).append((answer.status_code, told, answer.headers.get("retry-after")))
        ada, nobody = heard.values()
        assert ada == nobody
        assert [status for status, _, _ in ada] == [401, 401, 401, 429, 429]
        # Not even the right password tells that a wait is of an account that there is.
        check_problem(await door.http.post("/v1/auth/login", json=known), 429, "TOO_FAST")
        other = known | {"email": "bob@example.org"}
        assert (await door.http.post("/v1/auth/signup", json=other | OF_AGE)).status_code == 201
        assert (await door.http.post("/v1/auth/login", json=other)).status_code == 200


async def test_signing_in_clears_the_account(open_door: OpenDoor) -> None:
    """The right password within the free tries begins them anew."""
    async with open_door(**GUARDED) as door:
        known = {"email": "ada@example.org", "password": "a long enough secret"}
        await door.http.post("/v1/auth/signup", json=known | OF_AGE)
        for _ in range(3):
            for password in ("wrong", "wrong"):
                answer = await door.http.post("/v1/auth/login", json=known | {"password": password})
                assert answer.status_code == 401
            assert (await door.http.post("/v1/auth/login", json=known)).status_code == 200


async def test_an_auth_that_is_away_counts_no_try(open_door: OpenDoor) -> None:
    """Whoever was told to come back may come back."""
    async with open_door(**GUARDED | {"sign_in_tries_free": 0}) as door:
        known = {"email": "ada@example.org", "password": "a long enough secret"}
        await door.http.post("/v1/auth/signup", json=known | OF_AGE)
        door.auth.is_busy = True
        for _ in range(3):
            check_problem(await door.http.post("/v1/auth/login", json=known), 503, "BUSY")
        door.auth.is_busy = False
        assert (await door.http.post("/v1/auth/login", json=known)).status_code == 200
