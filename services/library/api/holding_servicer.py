"""UploadHoldingService: map, call one verb, map."""

from __future__ import annotations

import datetime
from typing import Any

import grpc

from services.library.api import mapping
from services.library.app.erase_upload import erase_upload
from services.library.app.list_held_uploads import list_held_uploads
from services.library.app.ports import Ports
from stripsession.library.v1 import upload_holding_service_pb2 as pb
from stripsession.library.v1 import upload_holding_service_pb2_grpc

Context = grpc.aio.ServicerContext[Any, Any]


class UploadHoldingServicer(upload_holding_service_pb2_grpc.UploadHoldingServiceServicer):
    """What retention asks."""

    def __init__(self, ports: Ports) -> None:
        """Serve with these."""
        self._ports = ports

    async def ListHeldUploads(self, request: pb.ListHeldUploadsRequest, context: Context) -> pb.ListHeldUploadsResponse:
        """Uploads still held."""
        moment = None
        if request.HasField("finished_or_created_before"):
            moment = request.finished_or_created_before.ToDatetime(tzinfo=datetime.UTC)
        held, token = await list_held_uploads(self._ports, request.page_size, request.page_token, moment)
        return pb.ListHeldUploadsResponse(
            uploads=[mapping.held_message(upload) for upload in held], next_page_token=token
        )

    async def EraseUpload(self, request: pb.EraseUploadRequest, context: Context) -> pb.EraseUploadResponse:
        """Key, objects, names."""
        erasure = await erase_upload(self._ports, request.upload_id)
        return pb.EraseUploadResponse(objects=erasure.objects, key_destroyed=True, owner_id=erasure.owner_id)
