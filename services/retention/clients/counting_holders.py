"""Services that hold something of people, asked what it is."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import grpc
from google.protobuf.timestamp_pb2 import Timestamp

from chassis.rpc.client import Channel
from chassis.rpc.errors import from_error
from services.retention.domain.census import Holding
from services.retention.domain.errors import HolderFailed
from stripsession.privacy.v1 import data_holder_service_pb2 as pb
from stripsession.privacy.v1 import data_holder_service_pb2_grpc as pb_grpc

CENSUS_DEADLINE_S = 5.0
"""As long as anybody is waited for."""


class CountingClient:
    """`DataHolderService` over a channel. Nothing is retried: the person asks again."""

    def __init__(self, channel: Channel) -> None:
        """The channel leads to one holder."""
        self._stub = pb_grpc.DataHolderServiceStub(channel.grpc)

    async def census(self, user_id: str) -> Sequence[Holding]:
        """By kind. Raises HolderFailed."""
        try:
            answer = await self._stub.Census(pb.CensusRequest(user_id=user_id), timeout=CENSUS_DEADLINE_S)
        except grpc.RpcError as error:
            raise HolderFailed(from_error(error).reason) from error
        return [_holding(each) for each in answer.held]


def _holding(each: pb.HeldKind) -> Holding:
    return Holding(
        kind=each.kind,
        data_class=each.data_class,
        count=each.count,
        kept=each.kept,
        basis=each.basis,
        is_at_least=each.is_at_least,
        oldest=_moment(each.oldest) if each.HasField("oldest") else None,
        newest=_moment(each.newest) if each.HasField("newest") else None,
        size_bytes=each.size_bytes if each.HasField("size_bytes") else None,
    )


def _moment(stamp: Timestamp) -> datetime.datetime:
    return stamp.ToDatetime(datetime.UTC)
