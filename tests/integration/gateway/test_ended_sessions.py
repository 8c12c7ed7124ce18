"""Access tokens of sessions that have ended, and the list of one's own."""

from __future__ import annotations

import asyncio
import datetime

import httpx
import nats

from chassis.testing.nats import NatsServer
from services.gateway.app.watch_track import WatchTimes
from stripsession.auth.v1 import events_pb2
from stripsession.library.v1 import track_pb2
from tests.integration.gateway.conftest import OWNER, STRANGER, Door, OpenDoor
from tests.integration.gateway.example_world import UNHURRIED
from tests.integration.gateway.test_events import events_of
from tests.integration.gateway.test_routes import check_problem, check_schema

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
MINE, OTHER, OLD = (f"ses_{letter * 32}" for letter in "abc")
SOON_S = 10.0


def of_session(door: Door, session_id: str, user_id: str = OWNER) -> dict[str, str]:
    return {"Authorization": f"Bearer {door.auth.token(user_id, sid=session_id)}"}


async def until_refused(door: Door, headers: dict[str, str]) -> httpx.Response:
    """The first refusal of a token that is good for now."""
    async with asyncio.timeout(SOON_S):
        while True:
            answer = await door.http.get("/v1/tracks", headers=headers)
            if answer.status_code != 200:
                return answer


async def test_a_fact_ends_a_session_here(open_door: OpenDoor, nats_server: NatsServer) -> None:
    """An end told on NATS is heard although no reading tells it, of that session alone."""
    async with open_door(nats_url=nats_server.url, **UNHURRIED) as door:
        await asyncio.wait_for(door.gateway.session_facts.listening(), SOON_S)
        client = await nats.connect(nats_server.url)
        await client.publish("stripsession.auth.v1.SessionEnded", b"\xff\xff not a fact")
        fact = events_pb2.SessionEnded(session_id=OTHER)
        fact.access_until.FromDatetime(datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=10))
        await client.publish("stripsession.auth.v1.SessionEnded", fact.SerializeToString())
        refused = await until_refused(door, of_session(door, OTHER))
        check_problem(refused, 401, "UNAUTHENTICATED")
        assert 'error="invalid_token"' in refused.headers["www-authenticate"]
        assert (await door.http.get("/v1/tracks", headers=of_session(door, MINE))).status_code == 200
        await client.close()


async def test_what_ended_before_the_start_is_known(open_door: OpenDoor) -> None:
    """Without NATS a gateway learns from auth what ended, and asks only for the new after the first time."""
    async with open_door(**UNHURRIED) as door:
        check = of_session(door, OTHER)
        assert (await door.http.get("/v1/tracks", headers=check)).status_code == 200
        door.sessions.end(OTHER)
        check_problem(await until_refused(door, check), 401, "UNAUTHENTICATED")
        first, *later = door.sessions.asked_since
        assert first is None
        assert all(since is not None for since in later)


async def test_an_event_stream_ends_with_its_session(open_door: OpenDoor) -> None:
    """A stream that is open when its session ends tells no more."""
    async with open_door(times=WatchTimes(poll_s=0.02), **UNHURRIED) as door:
        track = door.library.add_track(OWNER, track_pb2.TRACK_STATE_SEPARATING)
        async with events_of(door, track.track_id, **of_session(door, OTHER)) as events:
            assert await events.next() is not None
            door.sessions.end(OTHER)
            async with asyncio.timeout(SOON_S):
                while await events.next() is not None:
                    pass


async def test_sessions_are_listed_and_ended(door: Door) -> None:
    """One's sessions are listed with the one that asks marked; one is ended, then all others; strangers' stay."""
    for session_id in (MINE, OTHER, OLD):
        door.sessions.add(OWNER, session_id, "Firefox, Linux")
    strange = "ses_" + "d" * 32
    door.sessions.add(STRANGER, strange)
    headers = of_session(door, MINE)
    listed = (await door.http.get("/v1/auth/sessions", headers=headers)).json()
    check_schema(door, "SessionList", listed)
    assert {each["session_id"]: each["is_current"] for each in listed["sessions"]} == {
        MINE: True,
        OTHER: False,
        OLD: False,
    }
    assert (await door.http.delete(f"/v1/auth/sessions/{OTHER}", headers=headers)).status_code == 204
    for session_id in (OTHER, strange):
        gone = await door.http.delete(f"/v1/auth/sessions/{session_id}", headers=headers)
        check_problem(gone, 404, "SESSION_NOT_FOUND")
    check_problem(await door.http.delete("/v1/auth/sessions/odd", headers=headers), 404, "NOT_FOUND")
    ended = await door.http.delete("/v1/auth/sessions", headers=headers)
    check_schema(door, "EndedSessions", ended.json())
    assert ended.json() == {"ended": 1}
    assert set(door.sessions.sessions) == {MINE, strange}


async def test_a_session_bears_a_reduced_device(door: Door) -> None:
    """Auth is told program and system of whoever signs up, in or by a link, and never the user agent."""
    account = {"email": "ada@example.org", "password": "correct horse"}
    headers, of_age = {"User-Agent": FIREFOX}, {"confirms_age": True}
    assert (await door.http.post("/v1/auth/signup", json=account | of_age, headers=headers)).status_code == 201
    await door.http.post("/v1/auth/login", json=account, headers=headers)
    door.auth.codes["code-1"] = next(iter(door.auth.accounts))
    await door.http.post("/v1/auth/link", json={"code": "code-1"}, headers=headers)
    assert door.auth.devices == ["Firefox, Linux"] * 3
