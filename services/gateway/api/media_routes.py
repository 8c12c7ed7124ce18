"""Segments for playing."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

import grpc
from starlette.responses import Response

from services.gateway.api.calls import ask, refused
from services.gateway.api.endpoint import Answer, Call, Endpoint
from services.gateway.api.problems import refuse
from services.gateway.api.schema import Header, Text
from services.gateway.domain.byte_ranges import has_already
from stripsession.library.v1 import library_service_pb2

if TYPE_CHECKING:
    from stripsession.library.v1.library_service_pb2_grpc import LibraryServiceAsyncStub

SEGMENT_BYTES_MAX = 16 * 1024 * 1024
"""5 s of 24-bit stereo at 384 kHz are 11.5 MB before compression; a segment is held whole to give it an ETag."""
SEGMENT_S = 20.0
_PICTURES = ("image/jpeg", "image/png", "image/webp")
HELD = Header("If-None-Match", "ETags that you hold.", '"5f3c1c6a0e9b4d27"')
# Short, because the next attempt at a failed track makes its segments anew under the same names.
_VERSION = Text(
    "version",
    "As `cover_url` has it, so that another cover has another address.",
    example="5f3c1c6a0e9b",
    length_max=40,
)
_KEPT = {"Cache-Control": "private, max-age=600", "Vary": "Authorization, Cookie"}


class MediaRoutes:
    """Bytes of audio, a few seconds at a time."""

    def __init__(self, library: LibraryServiceAsyncStub) -> None:
        """The library has them."""
        self._library = library

    def endpoints(self) -> list[Endpoint]:
        """The routes."""
        return [
            Endpoint(
                "GET",
                "/v1/tracks/{track_id}/segments/{stem}/{index}",
                "getSegment",
                "One segment of one stem, a FLAC file of its own.",
                self.segment,
                (
                    Answer(200, "The segment.", media_types=("audio/flac",), headers=("ETag",)),
                    Answer(304, "You hold it already."),
                ),
                headers=(HELD,),
                tag="playback",
                description="Its samples are those that the manifest says, at the rate and depth of `audio`;"
                " the stems of a segment sum to the song. It may be kept for ten minutes, then asked for with"
                " If-None-Match.",
                refusals=("SEGMENT_NOT_FOUND", "TRACK_NOT_FOUND"),
            ),
            Endpoint(
                "GET",
                "/v1/tracks/{track_id}/cover",
                "getCover",
                "The track's cover: what you sent, else what its file brought.",
                self.cover,
                (
                    Answer(200, "The cover.", media_types=_PICTURES, headers=("ETag",)),
                    Answer(304, "You hold it already."),
                ),
                query=(_VERSION,),
                headers=(HELD,),
                tag="tracks",
                description="It may be kept for ten minutes under its `cover_url`.",
                refusals=("COVER_NOT_FOUND", "TRACK_NOT_FOUND"),
            ),
        ]

    async def segment(self, call: Call) -> Response:
        """One segment."""
        return await segment_answer(self._library, call, call.owner_id, call.path["track_id"], _KEPT)

    async def cover(self, call: Call) -> Response:
        """The cover."""
        # It names no cover but the present one: read only to keep to what is declared.
        call.text("version")
        request = library_service_pb2.GetCoverRequest(owner_id=call.owner_id, track_id=call.path["track_id"])
        answer = await ask(self._library.GetCover, request)
        return _whole(call, answer.data, answer.media_type, _KEPT)


async def segment_answer(
    library: LibraryServiceAsyncStub, call: Call, owner_id: str, track_id: str, headers: Mapping[str, str]
) -> Response:
    """The segment that the path names, of that track; 304 for who holds it. Raises Refused."""
    request = library_service_pb2.ReadSegmentRequest(
        owner_id=owner_id, track_id=track_id, stem=call.path["stem"], index=int(call.path["index"])
    )
    data = bytearray()
    try:
        async for piece in library.ReadSegment(request, timeout=SEGMENT_S, wait_for_ready=True):
            data += piece.chunk
            if len(data) > SEGMENT_BYTES_MAX:
                raise refuse(500, "INTERNAL", "Something went wrong on our side.")
    except grpc.RpcError as error:
        raise refused(error) from error
    return _whole(call, bytes(data), "audio/flac", headers)


def _whole(call: Call, data: bytes, media_type: str, headers: Mapping[str, str]) -> Response:
    etag = f'"{hashlib.blake2b(data, digest_size=16).hexdigest()}"'
    told = {"ETag": etag, **headers}
    if has_already(call.request.headers.get("if-none-match"), etag):
        return Response(status_code=304, headers=told)
    return Response(data, media_type=media_type, headers=told)
