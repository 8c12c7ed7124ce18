"""Files of the services' as answers: whole, a range, or that their caller holds them already (RFC 9110, 13 and 14)."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from starlette.responses import Response, StreamingResponse

from services.gateway.api.download_stream import DownloadStream
from services.gateway.api.media_routes import HELD
from services.gateway.api.problems import refuse
from services.gateway.api.schema import Header
from services.gateway.domain.byte_ranges import (
    ByteRange,
    RangeUnsatisfiable,
    has_already,
    parse_range,
    range_still_valid,
)

if TYPE_CHECKING:
    from services.gateway.api.download_stream import Source
    from services.gateway.api.endpoint import Call

RANGE_HEADERS = (
    Header(
        "Range",
        "One range of bytes; several are answered with the whole, and so is any of a file of unknown size.",
        "bytes=0-1048575",
    ),
    Header("If-Range", "An ETag: the range is wanted only while it matches.", '"5f3c1c6a0e9b4d27"'),
    HELD,
)


@dataclasses.dataclass(frozen=True)
class ServedFile:
    """What is told of a file before its bytes."""

    etag: str
    """Quoted, as headers have it."""
    disposition: str
    media_type: str
    size_bytes: int | None
    """None where it is only known once the file was made; there are no ranges then."""


async def file_answer(call: Call, file: ServedFile, source: Source) -> Response:
    """What a request for a file is answered with. Raises Refused, before the first byte."""
    headers = {
        "Accept-Ranges": "none" if file.size_bytes is None else "bytes",
        "Cache-Control": "private, no-cache",
        "Content-Disposition": file.disposition,
        "ETag": file.etag,
        "Vary": "Authorization, Cookie",
    }
    if has_already(call.request.headers.get("if-none-match"), file.etag):
        return Response(status_code=304, headers=headers)
    status, part = 200, None
    if file.size_bytes is not None:
        part = _asked_part(call, file.size_bytes, file.etag)
        if part is not None:
            status = 206
            headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{file.size_bytes}"
        part = part or ByteRange(0, file.size_bytes)
        headers["Content-Length"] = str(part.size_bytes)
    if call.request.method == "HEAD" or (part is not None and part.size_bytes == 0):
        return Response(status_code=status, headers=headers, media_type=file.media_type)
    stream = DownloadStream(source, part, call.still)
    await stream.open(call.request)
    return StreamingResponse(stream.chunks(), status_code=status, headers=headers, media_type=file.media_type)


def _asked_part(call: Call, size_bytes: int, etag: str) -> ByteRange | None:
    """The range that a request asks for, where it asks for one of this version. Raises Refused."""
    asked = call.request.headers
    if call.request.method != "GET" or not range_still_valid(asked.get("if-range"), etag):
        return None
    try:
        return parse_range(asked.get("range"), size_bytes)
    except RangeUnsatisfiable as error:
        size = f"bytes */{size_bytes}"
        raise refuse(416, "RANGE_OUTSIDE", "The range lies outside the file.", Content_Range=size) from error
