"""What people ask who want their data: map, call one verb, map."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import AsyncIterator, Callable

from google.protobuf.timestamp_pb2 import Timestamp

from chassis.rpc.interceptors import Context
from services.retention.app.begin_export import begin_export
from services.retention.app.export_ports import ExportPorts
from services.retention.app.list_exports import get_export, list_exports
from services.retention.app.read_archive import read_archive
from services.retention.domain.export import Ending, Export, ExportState
from stripsession.retention.v1 import export_service_pb2 as pb
from stripsession.retention.v1 import export_service_pb2_grpc as pb_grpc

_STATES = {
    ExportState.PREPARING: pb.EXPORT_STATE_PREPARING,
    ExportState.READY: pb.EXPORT_STATE_READY,
    ExportState.EXPIRED: pb.EXPORT_STATE_EXPIRED,
    ExportState.ENDED: pb.EXPORT_STATE_ENDED,
}
_ENDINGS = {
    Ending.NONE: pb.EXPORT_ENDING_UNSPECIFIED,
    Ending.DELETED: pb.EXPORT_ENDING_DELETED,
    Ending.AWAY: pb.EXPORT_ENDING_AWAY,
}
_CHUNK_BYTES_MAX = 1024 * 1024


class ExportServicer(pb_grpc.ExportServiceServicer):
    """What the gateway asks."""

    def __init__(self, ports: ExportPorts, prepare: Callable[[], None]) -> None:
        """`prepare` wakes the timer."""
        self._ports = ports
        self._prepare = prepare

    async def BeginExport(self, request: pb.BeginExportRequest, context: Context) -> pb.BeginExportResponse:
        """Notes it."""
        export = await begin_export(self._ports, request.owner_id)
        self._prepare()
        return pb.BeginExportResponse(export=_export(export))

    async def GetExport(self, request: pb.GetExportRequest, context: Context) -> pb.GetExportResponse:
        """How it stands."""
        return pb.GetExportResponse(export=_export(await get_export(self._ports, request.owner_id, request.export_id)))

    async def ListExports(self, request: pb.ListExportsRequest, context: Context) -> pb.ListExportsResponse:
        """Which there are."""
        found = await list_exports(self._ports, request.owner_id)
        life_s = int(self._ports.life.total_seconds())
        return pb.ListExportsResponse(exports=[_export(export) for export in found], life_s=life_s)

    async def ReadArchive(
        self, request: pb.ReadArchiveRequest, context: Context
    ) -> AsyncIterator[pb.ReadArchiveResponse]:
        """Its bytes."""
        place = (request.owner_id, request.export_id, request.start_byte, request.stop_byte)
        async with contextlib.aclosing(read_archive(self._ports, *place)) as pieces:
            async for piece in pieces:
                for at in range(0, len(piece), _CHUNK_BYTES_MAX):
                    yield pb.ReadArchiveResponse(chunk=piece[at : at + _CHUNK_BYTES_MAX])


def _export(export: Export) -> pb.Export:
    message = pb.Export(
        export_id=export.export_id,
        state=_STATES[export.state],
        asked_at=_timestamp(export.asked_at),
        parts=export.parts,
        size_bytes=export.size_bytes,
        ending=_ENDINGS[export.ending],
    )
    if export.ready_at is not None:
        message.ready_at.CopyFrom(_timestamp(export.ready_at))
    if export.expires_at is not None:
        message.expires_at.CopyFrom(_timestamp(export.expires_at))
    return message


def _timestamp(moment: datetime.datetime) -> Timestamp:
    message = Timestamp()
    message.FromDatetime(moment)
    return message
