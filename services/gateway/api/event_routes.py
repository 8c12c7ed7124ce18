"""Server-sent events: how far a track is, as it happens."""

from __future__ import annotations

import asyncio
import collections
import contextlib
import dataclasses
import json
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable

from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from services.gateway.api.endpoint import Answer, Call, Endpoint
from services.gateway.api.mapping import progress_json
from services.gateway.api.problems import refuse
from services.gateway.api.schema import Header
from services.gateway.app.ports import ProgressReading
from services.gateway.app.track_wakes import TrackWakes
from services.gateway.app.watch_track import WatchTimes, watch_track
from services.gateway.domain.ended_sessions import EndedSessions
from services.gateway.domain.errors import BackendAway, TrackGone
from services.gateway.domain.progress import Progress

_RECONNECT_MS = 1000
_LAST_EVENT = Header("Last-Event-ID", "Id of the last event seen; ids go on from there.", "12")
_COUNTER = re.compile(r"[0-9]{1,12}")


class _EventStream(StreamingResponse):
    def __init__(self, events: AsyncIterator[bytes], closed: Callable[[], None]) -> None:
        # X-Accel-Buffering: a proxy that gathers answers would hold events back.
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(events, media_type="text/event-stream", headers=headers)
        self._closed = closed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._closed()


class EventRoutes:
    """Event streams, a bounded number for each person."""

    def __init__(
        self,
        reading: ProgressReading,
        wakes: TrackWakes,
        stopping: asyncio.Event,
        *,
        streams_max: int,
        times: WatchTimes,
        ended: EndedSessions,
    ) -> None:
        """Streams end when `stopping` is set; their readers connect to another process.

        Those of `ended` sessions end at their next step.
        """
        self._reading = reading
        self._wakes = wakes
        self._stopping = stopping
        self._streams_max = streams_max
        self._times = times
        self._ended = ended
        self._open: collections.Counter[str] = collections.Counter()

    def endpoints(self) -> list[Endpoint]:
        """The route."""
        return [
            Endpoint(
                "GET",
                "/v1/tracks/{track_id}/events",
                "watchTrack",
                "How far a track is: `progress` events with a Progress each, from a whole reading on, until it ends.",
                self.watch,
                (Answer(200, "Events.", media_types=("text/event-stream",)),),
                headers=(_LAST_EVENT,),
                head=False,
                tag="tracks",
                description="Server-sent events. The data of each is JSON, as the schema TrackProgress has it; the"
                " stream ends when `state` is ready, failed or cancelled, and with the access token that opened"
                " it: then connect again. A comment comes at times to keep the connection. 16 streams at once"
                " for each person.",
                refusals=("TOO_MANY_STREAMS", "TRACK_NOT_FOUND"),
            )
        ]

    async def watch(self, call: Call) -> Response:
        """Open the stream, with its first reading made already so that a refusal is still an answer."""
        owner_id = call.owner_id
        if self._open[owner_id] >= self._streams_max:
            raise refuse(429, "TOO_MANY_STREAMS", "Too many event streams are open already.", Retry_After="5")
        readings = watch_track(
            self._reading,
            self._wakes,
            owner_id=owner_id,
            track_id=call.path["track_id"],
            stopping=self._stopping,
            # A session that has ended must not be told more than any other request of it.
            times=dataclasses.replace(self._times, life_s=min(self._times.life_s, call.signed_for_s)),
            is_over=lambda: call.session_id in self._ended,
        )
        self._open[owner_id] += 1
        try:
            first = await anext(readings)
        except BaseException as error:
            self._closed(owner_id)
            if isinstance(error, TrackGone):
                raise refuse(404, "TRACK_NOT_FOUND", "There is no such track.") from error
            if isinstance(error, BackendAway):
                raise refuse(503, "UNREACHABLE", "The library is not available right now.", Retry_After="2") from error
            raise
        last = call.request.headers.get("last-event-id", "")
        number = int(last) + 1 if _COUNTER.fullmatch(last) else 1
        return _EventStream(self._events(readings, first, number), lambda: self._closed(owner_id))

    async def _events(
        self, readings: AsyncGenerator[Progress | None, None], first: Progress | None, number: int
    ) -> AsyncIterator[bytes]:
        yield f"retry: {_RECONNECT_MS}\n\n".encode()
        progress = first
        async with contextlib.aclosing(readings):
            while True:
                if progress is None:
                    yield b": still here\n\n"
                else:
                    data = json.dumps(progress_json(progress), ensure_ascii=False)
                    yield f"event: progress\nid: {number}\ndata: {data}\n\n".encode()
                    number += 1
                try:
                    progress = await anext(readings)
                except StopAsyncIteration:
                    return

    def _closed(self, owner_id: str) -> None:
        self._open[owner_id] -= 1
        if self._open[owner_id] <= 0:
            del self._open[owner_id]
