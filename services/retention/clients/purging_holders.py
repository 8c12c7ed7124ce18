"""Services that hold something whose life ends, told to remove it."""

from __future__ import annotations

import datetime

import grpc

from chassis.rpc.client import Channel
from chassis.rpc.errors import from_error
from services.retention.domain.errors import HolderFailed
from services.retention.domain.purge import Answer
from stripsession.privacy.v1 import data_holder_service_pb2 as pb
from stripsession.privacy.v1 import data_holder_service_pb2_grpc as pb_grpc

PURGE_DEADLINE_S = 30.0
"""A holder takes a third of it before it says that there is more to do."""


class PurgingClient:
    """`DataHolderService` over a channel. Nothing is retried here: the purge itself is, with pauses."""

    def __init__(self, channel: Channel) -> None:
        """The channel leads to one holder."""
        self._stub = pb_grpc.DataHolderServiceStub(channel.grpc)

    async def purge(self, data_class: str, older_than: datetime.datetime) -> Answer:
        """Remove what ended before then, or go on with it. Idempotent. Raises HolderFailed."""
        request = pb.PurgeRequest(data_class=data_class)
        request.older_than.FromDatetime(older_than)
        try:
            answer = await self._stub.Purge(request, timeout=PURGE_DEADLINE_S)
        except grpc.RpcError as error:
            raise HolderFailed(from_error(error).reason) from error
        return Answer(answer.finished, {each.kind: each.count for each in answer.purged}, tuple(answer.by_own_clock))
