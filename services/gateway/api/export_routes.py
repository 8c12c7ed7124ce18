"""A person has all that is held of them prepared, and downloads it: the right to one's data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.gateway.api.calls import ask
from services.gateway.api.download_stream import READ_S, chunks_of
from services.gateway.api.endpoint import Answer, Call, Endpoint, json_answer
from services.gateway.api.export_schemas import export_json
from services.gateway.api.file_answers import RANGE_HEADERS, ServedFile, file_answer
from services.gateway.api.problems import refuse
from services.gateway.api.reasons import REASONS
from stripsession.retention.v1 import export_service_pb2 as pb

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from starlette.responses import Response

    from stripsession.retention.v1.export_service_pb2_grpc import ExportServiceAsyncStub

_PATH = "/v1/privacy/exports"
_ZIP = "application/zip"
_REFUSED = ("EXPORT_ENDED", "EXPORT_EXPIRED", "EXPORT_NOT_FOUND", "EXPORT_NOT_READY", "EXPORT_PART_AWAY")
_UNREADY = {pb.EXPORT_STATE_PREPARING: "EXPORT_NOT_READY", pb.EXPORT_STATE_EXPIRED: "EXPORT_EXPIRED"}
"""Of states but that of one that ended."""


class _Archive:
    """A ready export's archive, as retention has it: the same bytes whenever they are read."""

    def __init__(self, exports: ExportServiceAsyncStub, owner_id: str, export_id: str) -> None:
        self._exports = exports
        self._owner_id = owner_id
        self._export_id = export_id

    def read(self, start: int, stop: int) -> AsyncGenerator[bytes, None]:
        """Its bytes. Raises grpc.RpcError."""
        request = pb.ReadArchiveRequest(
            owner_id=self._owner_id, export_id=self._export_id, start_byte=start, stop_byte=stop
        )
        return chunks_of(self._exports.ReadArchive(request, timeout=READ_S, wait_for_ready=True))

    async def still(self) -> None:
        """It is never another, but may have ended. Raises Refused."""
        await self.described()

    async def described(self) -> pb.Export:
        """The export, which is ready. Raises Refused."""
        request = pb.GetExportRequest(owner_id=self._owner_id, export_id=self._export_id)
        export = (await ask(self._exports.GetExport, request)).export
        if export.state == pb.EXPORT_STATE_READY:
            return export
        reason = _UNREADY.get(export.state, "EXPORT_ENDED")
        raise refuse(REASONS[reason].status, reason, REASONS[reason].detail)


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
        archive = _Archive(self._exports, call.owner_id, call.path["export_id"])
        export = await archive.described()
        file = ServedFile(
            etag=f'"{export.export_id}"',
            disposition=f'attachment; filename="stripsession-{export.asked_at.ToDatetime():%Y-%m-%d}.zip"',
            media_type=_ZIP,
            size_bytes=export.size_bytes,
        )
        return await file_answer(call, file, archive)
