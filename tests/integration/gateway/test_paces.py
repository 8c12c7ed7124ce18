"""How fast people may call, and how much of the gateway one of them may take."""

from __future__ import annotations

import asyncio

from stripsession.library.v1 import track_pb2
from tests.integration.gateway.conftest import OWNER, OpenDoor
from tests.integration.gateway.test_routes import check_problem


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
