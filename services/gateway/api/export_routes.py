"""A person has all that is held of them prepared, and downloads it: the right to one's data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response, StreamingResponse

from services.gateway.api.calls import ask
from services.gateway.api.download_routes import RANGE_HEADERS, asked_part
from services.gateway.api.download_stream import READ_S, DownloadStream
from services.gateway.api.endpoint import Answer, Call, Endpoint, json_answer
from services.gateway.api.export_schemas import export_json
from services.gateway.api.problems import refuse
from services.gateway.domain.byte_ranges import ByteRange, has_already
from stripsession.retention.v1 import export_service_pb2 as pb

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from stripsession.retention.v1.export_service_pb2_grpc import ExportServiceAsyncStub

_PATH = "/v1/privacy/exports"
_ZIP = "application/zip"
_REFUSED = ("EXPORT_ENDED", "EXPORT_EXPIRED", "EXPORT_NOT_FOUND", "EXPORT_NOT_READY", "EXPORT_PART_AWAY")


class _Archive:
    """A ready export's archive, as retention has it: the same bytes whenever they are read."""

    def __init__(self, exports: ExportServiceAsyncStub, owner_id: str, export_id: str) -> None:
        self._exports = exports
        self._owner_id = owner_id
        self._export_id = export_id

    async def read(self, start: int, stop: int) -> AsyncGenerator[bytes, None]:
        """Its bytes. Raises grpc.RpcError."""
        request = pb.ReadArchiveRequest(
            owner_id=self._owner_id, export_id=self._export_id, start_byte=start, stop_byte=stop
        )
        call = self._exports.ReadArchive(request, timeout=READ_S, wait_for_ready=True)
        try:
            async for answer in call:
                if answer.chunk:
                    yield answer.chunk
        finally:
            call.cancel()

    async def still(self) -> None:
        """It is never another."""


class ExportRoutes:
    """What somebody asks who wants their data."""

    def __init__(self, exports: ExportServiceAsyncStub) -> None:
        """Retention has them."""
        self._exports = exports

    def endpoints(self) -> list[Endpoint]:
        """The routes."""
        headers = ("Accept-Ranges", "Content-Disposition", "ETag")
        return [
            Endpoint(
                *("POST", _PATH, "beginExport", "Have all that is held of you prepared as one archive.", self.begin),
                (Answer(202, "It is being prepared.", "Export"),),
                tag="privacy",
                description="A zip of JSON documents and of your stems and covers, with an index for people and one for"
                " programs. While one is being prepared that one is told again; once a new one is ready it takes the"
                " place of those before. Follow it with listExports, then read downloadExport.",
                refusals=("CLOSING_BEGUN",),
            ),
            Endpoint(
                *("GET", _PATH, "listExports", "Your exports, and how far each is.", self.list),
                (Answer(200, "Those of the last days.", "ExportList"),),
                tag="privacy",
            ),
            Endpoint(
                "GET",
                f"{_PATH}/{{export_id}}/archive.zip",
                "downloadExport",
                "The archive of an export.",
                self.archive,
                (
                    Answer(200, "The whole archive.", media_types=(_ZIP,), headers=headers),
                    Answer(206, "The range asked for.", media_types=(_ZIP,), headers=(*headers, "Content-Range")),
                    Answer(304, "You hold it already."),
                ),
                headers=RANGE_HEADERS,
                tag="privacy",
                description="It has the same bytes whenever it is read: go on with Range and If-Range where a download"
                " broke off. Where something in it was deleted since, it ends, and another is to be asked for.",
                refusals=(*_REFUSED, "RANGE_INVALID", "RANGE_OUTSIDE"),
            ),
        ]

    async def begin(self, call: Call) -> Response:
        """Note it."""
        answer = await ask(self._exports.BeginExport, pb.BeginExportRequest(owner_id=call.owner_id))
        return json_answer(export_json(answer.export), 202)

    async def list(self, call: Call) -> Response:
        """What there is."""
        answer = await ask(self._exports.ListExports, pb.ListExportsRequest(owner_id=call.owner_id))
        exports = [export_json(export) for export in answer.exports]
        return json_answer({"exports": exports, "life_s": answer.life_s})

    async def archive(self, call: Call) -> Response:
        """Its bytes."""
        export_id = call.path["export_id"]
        request = pb.GetExportRequest(owner_id=call.owner_id, export_id=export_id)
        export = (await ask(self._exports.GetExport, request)).export
        _require_ready(export)
        etag = f'"{export_id}"'
        asked = call.request.headers
        headers = {
            "Accept-Ranges": "bytes",
            "Cache-Control": "private, no-cache",
            "Content-Disposition": f'attachment; filename="stripsession-{export.asked_at.ToDatetime():%Y-%m-%d}.zip"',
            "ETag": etag,
            "Vary": "Authorization, Cookie",
        }
        if has_already(asked.get("if-none-match"), etag):
            return Response(status_code=304, headers=headers)
        part = asked_part(call, export.size_bytes, etag)
        status = 200 if part is None else 206
        if part is not None:
            headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{export.size_bytes}"
        part = part or ByteRange(0, export.size_bytes)
        headers["Content-Length"] = str(part.size_bytes)
        if call.request.method == "HEAD":
            return Response(status_code=status, headers=headers, media_type=_ZIP)
        stream = DownloadStream(_Archive(self._exports, call.owner_id, export_id), part)
        await stream.open()
        return StreamingResponse(stream.chunks(), status_code=status, headers=headers, media_type=_ZIP)


def _require_ready(export: pb.Export) -> None:
    """Raises Refused, in the words that retention has for it."""
    if export.state == pb.EXPORT_STATE_READY:
        return
    if export.state == pb.EXPORT_STATE_PREPARING:
        raise refuse(409, "EXPORT_NOT_READY", "The export is still being prepared.")
    if export.state == pb.EXPORT_STATE_EXPIRED:
        raise refuse(410, "EXPORT_EXPIRED", "The export is too old, or a newer one took its place. Ask for another.")
    raise refuse(
        410, "EXPORT_ENDED", "Something in the export was deleted since, or could not be had. Ask for another."
    )
