"""A small library served over real gRPC with mTLS: it holds uploads, erases them, and can be taken down."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
from pathlib import Path

import grpc
from google.protobuf.timestamp_pb2 import Timestamp

from chassis.health import Readiness
from chassis.identity import Certificates
from chassis.rpc.server import RpcServer
from chassis.testing.nats import free_port
from stripsession.library.v1 import upload_holding_service_pb2 as pb
from stripsession.library.v1 import upload_holding_service_pb2_grpc as pb_grpc

_PAGE = 3  # so small that every larger test pages


class DiskFault(Exception):
    """Planted."""


@dataclasses.dataclass
class Upload:
    """What it holds of one upload."""

    upload_id: str
    created_at: datetime.datetime
    finished: bool = False


class ServedLibrary(pb_grpc.UploadHoldingServiceServicer):
    """Holds uploads of `usr_1`."""

    def __init__(self, certificates: Path) -> None:
        self.uploads: dict[str, Upload] = {}
        self.calls: list[str] = []
        """Every upload that was to be erased, in order."""
        self.failing: set[str] = set()
        self.address = f"127.0.0.1:{free_port()}"
        self._certificates = certificates
        self._server: RpcServer | None = None
        self._erased = asyncio.Condition()

    def hold(self, upload_id: str, created_at: datetime.datetime, *, finished: bool = False) -> None:
        self.uploads[upload_id] = Upload(upload_id, created_at, finished)

    async def start(self) -> None:
        self._server = RpcServer(
            self.address,
            Certificates(self._certificates, "library"),
            statuses={DiskFault: (grpc.StatusCode.UNAVAILABLE, "DISK_FAULT")},
            registrations=[lambda server: pb_grpc.add_UploadHoldingServiceServicer_to_server(self, server)],
            readiness=Readiness(),
            drain_s=0,
        )
        await self._server.start()

    async def stop(self) -> None:
        if self._server is not None:
            await self._server.stop()
            self._server = None

    async def until_erased(self, *upload_ids: str) -> None:
        """Wait until none of these is held."""
        async with self._erased:
            await asyncio.wait_for(
                self._erased.wait_for(lambda: not any(upload_id in self.uploads for upload_id in upload_ids)), 20
            )

    async def ListHeldUploads(self, request: pb.ListHeldUploadsRequest, context: object) -> pb.ListHeldUploadsResponse:
        before = request.finished_or_created_before.ToDatetime(datetime.UTC)
        chosen = sorted(
            (upload for upload in self.uploads.values() if upload.finished or upload.created_at < before),
            key=lambda upload: (upload.created_at, upload.upload_id),
        )
        start = int(request.page_token or 0)
        page = pb.ListHeldUploadsResponse(next_page_token=str(start + _PAGE) if len(chosen) > start + _PAGE else "")
        for upload in chosen[start : start + _PAGE]:
            created_at = Timestamp()
            created_at.FromDatetime(upload.created_at)
            page.uploads.add(
                upload_id=upload.upload_id, owner_id="usr_1", created_at=created_at, finished=upload.finished
            )
        return page

    async def EraseUpload(self, request: pb.EraseUploadRequest, context: object) -> pb.EraseUploadResponse:
        self.calls.append(request.upload_id)
        if request.upload_id in self.failing:
            raise DiskFault
        async with self._erased:
            was_held = self.uploads.pop(request.upload_id, None) is not None
            self._erased.notify_all()
        return pb.EraseUploadResponse(objects=3 if was_held else 0, key_destroyed=True, owner_id="usr_1")
