"""Retention's exports, as the gateway reads them, small and in memory."""

from __future__ import annotations

import asyncio
from typing import Any, NoReturn

import grpc

from services.gateway.api.export_schemas import EXPORT_ID
from stripsession.retention.v1 import export_service_pb2 as pb
from stripsession.retention.v1 import export_service_pb2_grpc
from tests.integration.gateway.fakes import missing, refused

ASKED_S = 1_893_456_000
LIFE_S = 604_800


class FakeExports(export_service_pb2_grpc.ExportServiceServicer):
    def __init__(self) -> None:
        self.exports: dict[str, pb.Export] = {}
        """By their person; the document's example is everybody's first."""
        self.file = b"PK" * 4096
        self.chunk_bytes = 1000
        self.break_after: int | None = None
        """Goes away after so many bytes of a reading."""
        self.breaks = 1
        """How often."""
        self.silent_after_break = 0
        """How often it cannot say, once it broke, what has become of an export."""
        self.ends_at_break = False
        self.asked: list[tuple[int, int]] = []
        self.holds_at: int | None = None
        """Before this byte the next piece waits for `gate`."""
        self.gate, self.waiting, self.left = asyncio.Event(), asyncio.Event(), asyncio.Event()

    def ready(self, owner_id: str) -> pb.Export:
        export = pb.Export(export_id=EXPORT_ID, state=pb.EXPORT_STATE_READY, parts=5, size_bytes=len(self.file))
        export.asked_at.FromSeconds(ASKED_S)
        export.ready_at.FromSeconds(ASKED_S + 60)
        export.expires_at.FromSeconds(ASKED_S + 60 + LIFE_S)
        self.exports[owner_id] = export
        return export

    async def BeginExport(self, request: Any, context: Any) -> pb.BeginExportResponse:
        export = pb.Export(export_id=EXPORT_ID, state=pb.EXPORT_STATE_PREPARING)
        export.asked_at.FromSeconds(ASKED_S)
        self.exports[request.owner_id] = export
        return pb.BeginExportResponse(export=export)

    async def GetExport(self, request: Any, context: Any) -> pb.GetExportResponse:
        if not self.breaks and self.silent_after_break:
            self.silent_after_break -= 1
            raise refused(grpc.StatusCode.UNAVAILABLE, "STOPPING")
        export = self.exports.get(request.owner_id)
        if export is None or export.export_id != request.export_id:
            raise missing("EXPORT")
        return pb.GetExportResponse(export=export)

    async def ListExports(self, request: Any, context: Any) -> pb.ListExportsResponse:
        export = self.exports.get(request.owner_id)
        return pb.ListExportsResponse(exports=[export] if export is not None else [], life_s=LIFE_S)

    async def ReadArchive(self, request: Any, context: Any) -> Any:
        self.asked.append((request.start_byte, request.stop_byte))
        stop = request.stop_byte or len(self.file)
        for at in range(request.start_byte, stop, self.chunk_bytes):
            if self.breaks and self.break_after is not None and at - request.start_byte >= self.break_after:
                self._break(request.owner_id)
            if at == self.holds_at:
                await self._held()
            yield pb.ReadArchiveResponse(chunk=self.file[at : min(at + self.chunk_bytes, stop)])

    def _break(self, owner_id: str) -> NoReturn:
        self.breaks -= 1
        # What comes after the first break begins where that was.
        self.break_after = 0
        if self.ends_at_break:
            self.exports[owner_id].state = pb.EXPORT_STATE_ENDED
        raise refused(grpc.StatusCode.UNAVAILABLE, "EXPORT_PART_AWAY", "It is away.")

    async def _held(self) -> None:
        self.waiting.set()
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.left.set()
            raise
