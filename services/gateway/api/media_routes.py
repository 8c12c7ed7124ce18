"""Segments for playing, and downloads with byte ranges."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

import grpc
from starlette.responses import Response, StreamingResponse

from services.gateway.api.calls import ask, refused
from services.gateway.api.download_stream import DownloadStream
from services.gateway.api.endpoint import Answer, Call, Endpoint
from services.gateway.api.problems import refuse
from services.gateway.api.schema import Text
from services.gateway.domain.byte_ranges import (
    ByteRange,
    RangeUnsatisfiable,
    has_already,
    parse_range,
    range_still_valid,
)
from services.gateway.domain.disposition import content_disposition
from services.gateway.domain.identifiers import is_known_shape
from stripsession.library.v1 import library_service_pb2

if TYPE_CHECKING:
    from stripsession.library.v1.library_service_pb2_grpc import LibraryServiceAsyncStub

SEGMENT_BYTES_MAX = 16 * 1024 * 1024
"""5 s of 24-bit stereo at 384 kHz are 11.5 MB before compression; a segment is held whole to give it an ETag."""
SEGMENT_S = 20.0
_FORMATS = ("flac", "wav", "mp3")
_STEMS = Text("stems", "Names of stems, separated by commas; absent takes all.", length_max=500)
_FORMAT = Text("format", "Format of each file; absent takes flac.", options=_FORMATS)
_AUDIO = ("audio/flac", "audio/wav", "audio/mpeg")
_RANGE_HEADERS = (
    Text("Range", "One range of bytes; several are answered with the whole."),
    Text("If-Range", "An ETag: the range is wanted only while it matches."),
    Text("If-None-Match", "ETags that you hold."),
)
_ONE = "/v1/tracks/{track_id}"


class MediaRoutes:
    """Bytes of audio."""

    def __init__(self, library: LibraryServiceAsyncStub) -> None:
        """The library has them."""
        self._library = library

    def endpoints(self) -> list[Endpoint]:
        """The routes."""

        def download(path: str, name: str, summary: str, *query: Text, types: tuple[str, ...] = _AUDIO) -> Endpoint:
            headers = ("Accept-Ranges", "Content-Disposition", "ETag")
            answers = (
                Answer(200, "The whole file.", media_types=types, headers=headers),
                Answer(206, "The range asked for.", media_types=types, headers=(*headers, "Content-Range")),
                Answer(304, "You hold it already."),
                Answer(416, "The range lies outside.", "Problem", headers=("Content-Range",)),
            )
            handle = {"downloadStem": self.stem, "downloadMix": self.mix, "downloadAll": self.bundle}[name]
            return Endpoint(
                "GET", path, name, summary, handle, answers, query=query, headers=_RANGE_HEADERS, tag="downloads"
            )

        return [
            Endpoint(
                "GET",
                f"{_ONE}/segments/{{stem}}/{{index}}",
                "getSegment",
                "One segment of one stem, a FLAC file of its own.",
                self.segment,
                (
                    Answer(200, "It.", media_types=("audio/flac",), headers=("ETag",)),
                    Answer(304, "You hold it already."),
                ),
                headers=(_RANGE_HEADERS[2],),
                tag="playback",
            ),
            download(f"{_ONE}/stems/{{stem}}.{{ext}}", "downloadStem", "One stem as one file."),
            download(
                f"{_ONE}/mix.{{ext}}",
                "downloadMix",
                "Some stems, summed; FLAC of a single one only.",
                _STEMS,
            ),
            download(
                f"{_ONE}/download.zip",
                "downloadAll",
                "Some stems or all, each a file in a zip.",
                _FORMAT,
                _STEMS,
                types=("application/zip",),
            ),
        ]

    async def segment(self, call: Call) -> Response:
        """One segment."""
        request = library_service_pb2.ReadSegmentRequest(
            owner_id=call.owner_id,
            track_id=call.path["track_id"],
            stem=call.path["stem"],
            index=int(call.path["index"]),
        )
        data = bytearray()
        try:
            async for piece in self._library.ReadSegment(request, timeout=SEGMENT_S, wait_for_ready=True):
                data += piece.chunk
                if len(data) > SEGMENT_BYTES_MAX:
                    raise refuse(500, "INTERNAL", "Something went wrong on our side.")
        except grpc.RpcError as error:
            raise refused(error) from error
        etag = f'"{hashlib.blake2b(data, digest_size=16).hexdigest()}"'
        # Short, because the next attempt at a failed track makes its segments anew under the same names.
        headers = {"ETag": etag, "Cache-Control": "private, max-age=600", "Vary": "Authorization, Cookie"}
        if has_already(call.request.headers.get("if-none-match"), etag):
            return Response(status_code=304, headers=headers)
        return Response(bytes(data), media_type="audio/flac", headers=headers)

    async def stem(self, call: Call) -> Response:
        """One stem as one file."""
        return await self._download(call, [call.path["stem"]], call.path["ext"], bundle=False)

    async def mix(self, call: Call) -> Response:
        """Stems summed into one file."""
        return await self._download(call, _stems(call), call.path["ext"], bundle=False)

    async def bundle(self, call: Call) -> Response:
        """A zip."""
        return await self._download(call, _stems(call), call.text("format") or "flac", bundle=True)

    async def _download(self, call: Call, stems: list[str], file_format: str, *, bundle: bool) -> Response:
        spec = library_service_pb2.DownloadSpec(
            owner_id=call.owner_id, track_id=call.path["track_id"], stems=stems, format=file_format, bundle=bundle
        )
        told = await ask(self._library.DescribeDownload, library_service_pb2.DescribeDownloadRequest(spec=spec))
        asked = call.request.headers
        etag = f'"{re.sub(r"[^A-Za-z0-9_.:-]", "", told.etag)}"'
        headers = {
            "Accept-Ranges": "bytes",
            "Cache-Control": "private, no-cache",
            "Content-Disposition": content_disposition(told.file_name),
            "ETag": etag,
            "Vary": "Authorization, Cookie",
        }
        if has_already(asked.get("if-none-match"), etag):
            return Response(status_code=304, headers=headers)
        part = None
        if call.request.method == "GET" and range_still_valid(asked.get("if-range"), etag):
            try:
                part = parse_range(asked.get("range"), told.size_bytes)
            except RangeUnsatisfiable as error:
                size = f"bytes */{told.size_bytes}"
                raise refuse(416, "RANGE_OUTSIDE", "The range lies outside the file.", Content_Range=size) from error
        status = 200 if part is None else 206
        if part is not None:
            headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{told.size_bytes}"
        part = part or ByteRange(0, told.size_bytes)
        headers["Content-Length"] = str(part.size_bytes)
        if call.request.method == "HEAD" or part.size_bytes == 0:
            return Response(status_code=status, headers=headers, media_type=told.media_type)
        stream = DownloadStream(self._library, spec, part, etag=told.etag)
        await stream.open()
        return StreamingResponse(stream.chunks(), status_code=status, headers=headers, media_type=told.media_type)


def _stems(call: Call) -> list[str]:
    names = [name.strip() for name in call.text("stems").split(",") if name.strip()]
    for name in names:
        if not is_known_shape("stem", name):
            raise refuse(404, "STEM_NOT_FOUND", "There is no such stem.")
    return names
