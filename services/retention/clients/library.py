"""The library, asked what it holds and told to erase."""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Sequence

import grpc
from google.protobuf.timestamp_pb2 import Timestamp

from chassis.rpc.client import Channel
from chassis.rpc.errors import from_error
from services.retention.domain.erasure import HeldUpload
from services.retention.domain.errors import ErasureFailed, LibraryAway
from stripsession.library.v1 import upload_holding_service_pb2 as pb
from stripsession.library.v1 import upload_holding_service_pb2_grpc as pb_grpc

_SERVICE = "stripsession.library.v1.UploadHoldingService"
IDEMPOTENT = (f"{_SERVICE}/ListHeldUploads", f"{_SERVICE}/EraseUpload")
PAGE_SIZE = 200
ERASE_DEADLINE_S = 20.0
"""An upload of many gigabytes is thousands of objects."""


class LibraryClient:
    """`UploadHoldingService` over a channel."""

    def __init__(self, channel: Channel) -> None:
        """The channel should retry `IDEMPOTENT`."""
        self._stub = pb_grpc.UploadHoldingServiceStub(channel.grpc)

    async def held(self, created_before: datetime.datetime) -> AsyncIterator[Sequence[HeldUpload]]:
        """Pages of uploads that nothing needs any more, or that are older than that. Raises LibraryAway."""
        moment = Timestamp()
        moment.FromDatetime(created_before)
        token = ""
        while True:
            request = pb.ListHeldUploadsRequest(
                page_size=PAGE_SIZE, page_token=token, finished_or_created_before=moment
            )
            try:
                page = await self._stub.ListHeldUploads(request)
            except grpc.RpcError as error:
                raise LibraryAway(from_error(error).reason) from error
            if page.uploads:
                yield [_held(upload) for upload in page.uploads]
            token = page.next_page_token
            if not token:
                return

    async def erase(self, upload_id: str) -> int:
        """Erase an upload; the number of objects removed by this call. Raises LibraryAway, ErasureFailed."""
        try:
            answer = await self._stub.EraseUpload(pb.EraseUploadRequest(upload_id=upload_id), timeout=ERASE_DEADLINE_S)
        except grpc.RpcError as error:
            refusal = from_error(error)
            if refusal.code is grpc.StatusCode.NOT_FOUND:
                # Not even a name of it is left.
                return 0
            # A library that answers UNAVAILABLE is there, and lacks something for this one upload.
            if refusal.reason == "UNREACHABLE":
                raise LibraryAway(refusal.reason) from error
            raise ErasureFailed(refusal.reason) from error
        if not answer.key_destroyed:
            raise ErasureFailed("the key was not destroyed")
        return answer.objects


def _held(upload: pb.HeldUpload) -> HeldUpload:
    return HeldUpload(upload.upload_id, upload.owner_id, upload.created_at.ToDatetime(datetime.UTC), upload.finished)
