"""Covers that listeners choose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from services.gateway.api.calls import ask
from services.gateway.api.endpoint import Answer, Call, Endpoint, json_answer, nothing, read_bytes
from services.gateway.api.mapping import track_json
from services.gateway.api.problems import refuse
from services.gateway.domain.bulkhead import AllAreFull, Bulkhead, HolderIsFull
from stripsession.library.v1 import cover_service_pb2

if TYPE_CHECKING:
    from stripsession.library.v1.cover_service_pb2_grpc import CoverServiceAsyncStub

COVER_BYTES_MAX = 4 * 1024 * 1024
_SENT_S = 60.0
"""Longest time for a whole picture to arrive: four MiB at half a megabit a second."""
_COVER = "/v1/tracks/{track_id}/cover"


class CoverRoutes:
    """A track's cover, set and taken away; `MediaRoutes` gives it."""

    def __init__(self, covers: CoverServiceAsyncStub, held: Bulkhead) -> None:
        """The library judges and keeps it; `held` bounds how many are in memory, which no other bound was made for."""
        self._covers = covers
        self._held = held

    def endpoints(self) -> list[Endpoint]:
        """The routes."""
        return [
            Endpoint(
                *("PUT", _COVER, "setCover", "Give a track a cover of your own.", self.set),
                (Answer(200, "The track, with a `cover_url` that is new.", "Track"),),
                body_media_type="application/octet-stream",
                body_media_required=True,
                tag="tracks",
                description="A JPEG, PNG or WebP of at most 4 MiB and 4096 pixels a side, byte for byte: what it is is"
                " found in its bytes, whatever Content-Type says, and it is kept as it is, so take out what others"
                " must not read. The cover before is erased. Downloads carry it, a WebP all but M4A and .stem.mp4,"
                " which have no room for one. Sending it again changes nothing but `cover_url`.",
                refusals=(
                    *("BODY_CUT_OFF", "BODY_TOO_LARGE", "BODY_TOO_SLOW", "COVER_TOO_LARGE", "COVER_UNREADABLE"),
                    "TRACK_NOT_FOUND",
                ),
            ),
            Endpoint(
                *("DELETE", _COVER, "removeCover", "Take a track's cover away, its file's too.", self.remove),
                (Answer(204, "It has none."),),
                tag="tracks",
                description="It is erased, and nothing brings it back. Idempotent.",
                refusals=("TRACK_NOT_FOUND",),
            ),
        ]

    async def set(self, call: Call) -> Response:
        """Take a picture."""
        try:
            with self._held.place(call.owner_id):
                return await self._set(call)
        except HolderIsFull as error:
            detail = "Too many pictures are being sent by you at once."
            raise refuse(429, "TOO_MANY_AT_ONCE", detail, Retry_After="1") from error
        except AllAreFull as error:
            raise refuse(503, "BUSY", "Too many pictures are being sent right now.", Retry_After="2") from error

    async def _set(self, call: Call) -> Response:
        # Not an upload: it is so small that it is held whole.
        data = await read_bytes(call.request, COVER_BYTES_MAX, within_s=_SENT_S)
        # A minute is long enough for a session to be ended.
        await call.still()
        if not data:
            raise refuse(415, "COVER_UNREADABLE", "There is no picture in the body.")
        request = cover_service_pb2.SetCoverRequest(owner_id=call.owner_id, track_id=call.path["track_id"], data=data)
        return json_answer(track_json((await ask(self._covers.SetCover, request)).track))

    async def remove(self, call: Call) -> Response:
        """Erase it."""
        request = cover_service_pb2.RemoveCoverRequest(owner_id=call.owner_id, track_id=call.path["track_id"])
        await ask(self._covers.RemoveCover, request)
        return nothing()
