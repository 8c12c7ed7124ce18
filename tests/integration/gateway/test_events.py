"""Server-sent events over real HTTP: whole readings, facts, polls, ends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
import httpx
import nats

from chassis.testing.nats import NatsServer
from services.gateway.app.watch_track import WatchTimes
from stripsession.library.v1 import events_pb2, track_pb2
from stripsession.separation.v1 import job_pb2
from tests.integration.gateway.conftest import OWNER, Door, OpenDoor
from tests.integration.gateway.fakes import refused
from tests.integration.gateway.test_routes import check_problem, check_schema

SEPARATING = track_pb2.TRACK_STATE_SEPARATING
READY = track_pb2.TRACK_STATE_READY
NEVER_POLLS = WatchTimes(poll_s=60, rest_s=60)
POLLS_FAST = WatchTimes(poll_s=0.02)


class Events:
    def __init__(self, answer: httpx.Response) -> None:
        self.lines = answer.aiter_lines()
        self.ids: list[int] = []

    async def next(self) -> dict[str, Any] | None:
        """The data of the next progress event; None at the end of the stream."""
        async with asyncio.timeout(10):
            async for line in self.lines:
                if line.startswith("id: "):
                    self.ids.append(int(line[4:]))
                if line.startswith("data: "):
                    data: dict[str, Any] = json.loads(line[6:])
                    return data
        return None


@asynccontextmanager
async def events_of(door: Door, track_id: str, **headers: str) -> AsyncIterator[Events]:
    path = f"/v1/tracks/{track_id}/events"
    async with door.http.stream("GET", path, headers={**door.bearer(), **headers}) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        yield Events(answer)


async def test_a_track_is_followed_to_its_end_by_polling(open_door: OpenDoor) -> None:
    """Without NATS each poll gives a whole reading, percent counts committed samples, and the end ends the stream."""
    async with open_door(times=POLLS_FAST) as door:
        track = door.library.add_track(OWNER, SEPARATING)
        job = job_pb2.Job(track_id=track.track_id, total_samples=882000, eta_s=12.5, jobs_ahead=2)
        door.jobs.jobs[track.track_id] = job
        async with events_of(door, track.track_id, **{"Last-Event-ID": "41"}) as events:
            first = await events.next()
            assert first == {
                "state": "separating",
                "percent": 0.0,
                "playable_s": 0.0,
                "duration_s": 20.0,
                "eta_s": 12.5,
                "jobs_ahead": 2,
                "segments": 0,
                "warnings": [],
                "remarks": [],
                "failure": None,
            }
            check_schema(door, "TrackProgress", first)
            track.playable_samples, track.segments = 220500, 1
            while (told := await events.next()) is not None and told["percent"] == 0.0:
                pass
            assert told is not None
            assert (told["percent"], told["playable_s"]) == (25.0, 5.0)
            track.playable_samples = 882000
            while (told := await events.next()) is not None and told["percent"] == 25.0:
                pass
            assert told is not None
            assert told["percent"] == 99.9
            track.state = READY
            last = None
            while (told := await events.next()) is not None:
                last = told
            assert last is not None
            assert (last["state"], last["percent"]) == ("ready", 100.0)
            assert events.ids == list(range(42, 42 + len(events.ids)))


async def test_a_fact_is_told_at_once(open_door: OpenDoor, nats_server: NatsServer) -> None:
    """A track's first segment and its end, told on NATS, wait for neither poll nor rest; others' facts tell nothing."""
    async with open_door(times=NEVER_POLLS, nats_url=nats_server.url) as door:
        await asyncio.wait_for(door.gateway.facts.listening(), 10)
        track = door.library.add_track(OWNER, SEPARATING)
        client = await nats.connect(nats_server.url)
        async with events_of(door, track.track_id) as events:
            assert (await events.next() or {})["segments"] == 0
            track.segments = 1
            fact = events_pb2.SegmentCommitted(track_id=track.track_id, owner_id=OWNER)
            await client.publish("stripsession.library.v1.SegmentCommitted", b"\xff\xff not a fact")
            other = events_pb2.SegmentCommitted(track_id="trk_other")
            await client.publish("stripsession.library.v1.SegmentCommitted", other.SerializeToString())
            await client.publish("stripsession.library.v1.SegmentCommitted", fact.SerializeToString())
            assert (await events.next() or {})["segments"] == 1
            track.state = READY
            changed = events_pb2.TrackChanged(track_id=track.track_id)
            await client.publish("stripsession.library.v1.TrackChanged", changed.SerializeToString())
            assert (await events.next() or {})["state"] == "ready"
            assert await events.next() is None
        await client.close()


async def test_an_ended_track_gives_one_reading(door: Door) -> None:
    """Whoever connects after the end gets the whole story once, each warning with its word, or with OTHER."""
    remarks = [
        track_pb2.Remark(code="CLIPPED", text="It clips.", facts={"count": "3"}),
        track_pb2.Remark(code="TOO_NEW", text="It glows."),
    ]
    texts = ["It clips.", "It glows.", "It is old."]
    track = door.library.add_track(OWNER, track_pb2.TRACK_STATE_FAILED, warnings=texts, remarks=remarks)
    track.failure.reason, track.failure.message, track.failure.retryable = "ENGINE", "It broke.", True
    async with events_of(door, track.track_id) as events:
        told = await events.next()
        assert told is not None
        check_schema(door, "TrackProgress", told)
        assert told["failure"] == {"reason": "ENGINE", "message": "It broke.", "retryable": True}
        assert told["warnings"] == texts
        assert told["remarks"] == [
            {"code": "CLIPPED", "text": "It clips.", "facts": {"count": "3"}},
            {"code": "OTHER", "text": "It glows.", "facts": {}},
            {"code": "OTHER", "text": "It is old.", "facts": {}},
        ]
        read = (await door.http.get(f"/v1/tracks/{track.track_id}", headers=door.bearer())).json()
        assert (read["warnings"], read["remarks"]) == (texts, told["remarks"])
        assert await events.next() is None


async def test_a_deleted_track_ends_its_streams(open_door: OpenDoor) -> None:
    """Deletion while being followed ends the stream."""
    async with open_door(times=POLLS_FAST) as door:
        track = door.library.add_track(OWNER, SEPARATING)
        async with events_of(door, track.track_id) as events:
            await events.next()
            del door.library.tracks[track.track_id]
            while await events.next() is not None:
                pass


async def test_streams_of_one_person_are_bounded(open_door: OpenDoor) -> None:
    """One stream too many is 429, and a closed one makes room."""
    async with open_door(event_streams_per_user=1, times=POLLS_FAST) as door:
        track = door.library.add_track(OWNER, SEPARATING)
        path = f"/v1/tracks/{track.track_id}/events"
        async with events_of(door, track.track_id) as events:
            await events.next()
            check_problem(await door.http.get(path, headers=door.bearer()), 429, "TOO_MANY_STREAMS")
        track.state = READY
        async with asyncio.timeout(10):
            while (await door.http.get(path, headers=door.bearer())).status_code == 429:
                pass


async def test_a_stream_ends_with_the_token_that_opened_it(open_door: OpenDoor) -> None:
    """Nobody follows a track for longer than the token is good for; the reader comes back with a fresh one."""
    async with open_door(times=NEVER_POLLS) as door:
        track = door.library.add_track(OWNER, SEPARATING)
        door.auth.life_s = 1
        async with events_of(door, track.track_id) as events:
            assert await events.next() is not None
            assert await events.next() is None


async def test_a_silent_backend_is_bridged_by_heartbeats(open_door: OpenDoor) -> None:
    """While the library cannot be read the stream stays open with comments, and goes on afterwards."""
    async with open_door(times=WatchTimes(poll_s=0.02, heartbeat_s=0.0)) as door:
        track = door.library.add_track(OWNER, SEPARATING)
        async with events_of(door, track.track_id) as events:
            await events.next()
            door.library.refusal = refused(grpc.StatusCode.INTERNAL, "BROKEN")
            async with asyncio.timeout(10):
                async for line in events.lines:
                    if line.startswith(":"):
                        break
            door.library.refusal = None
            track.state = READY
            states = []
            while (told := await events.next()) is not None:
                states.append(told["state"])
            assert states[-1] == "ready"


async def test_a_draining_gateway_ends_its_streams(open_door: OpenDoor) -> None:
    """Stopping ends event streams in order, lets a request under way finish, and is not ready meanwhile."""
    async with open_door(times=NEVER_POLLS) as door:
        track = door.library.add_track(OWNER, SEPARATING)
        async with events_of(door, track.track_id) as events:
            await events.next()
            await door.gateway.readiness.stop()
            check_problem(await door.http.get("/readyz"), 503, "NOT_READY")
            stopping = asyncio.create_task(door.gateway.http.stop())
            assert await events.next() is None
        await asyncio.wait_for(stopping, 10)
