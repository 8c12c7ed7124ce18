"""Services that hold something of people, told to erase a person."""

from __future__ import annotations

import grpc

from chassis.rpc.client import Channel
from chassis.rpc.errors import from_error
from services.retention.domain.account_erasure import Answer
from services.retention.domain.errors import HolderFailed
from stripsession.auth.v1 import account_closing_service_pb2 as closing
from stripsession.auth.v1 import account_closing_service_pb2_grpc as closing_grpc
from stripsession.privacy.v1 import data_holder_service_pb2 as pb
from stripsession.privacy.v1 import data_holder_service_pb2_grpc as pb_grpc

ERASE_DEADLINE_S = 30.0
"""A holder takes a third of it before it says that there is more to do."""
CLOSE_DEADLINE_S = 10.0
"""One short commit."""


class HolderClient:
    """`DataHolderService` over a channel. Nothing is retried here: the erasure itself is, with pauses."""

    def __init__(self, channel: Channel) -> None:
        """The channel leads to one holder."""
        self._stub = pb_grpc.DataHolderServiceStub(channel.grpc)

    async def erase(self, user_id: str) -> Answer:
        """Erase a person, or go on with it. Idempotent. Raises HolderFailed."""
        try:
            answer = await self._stub.Erase(pb.EraseRequest(user_id=user_id), timeout=ERASE_DEADLINE_S)
        except grpc.RpcError as error:
            raise HolderFailed(from_error(error).reason) from error
        return Answer(answer.finished, {each.kind: each.count for each in answer.erased})


class DoorClient:
    """`AccountClosingService` of auth, in the place of a holder: it has nothing to count, and is finished at once."""

    def __init__(self, channel: Channel) -> None:
        """The channel leads to auth."""
        self._stub = closing_grpc.AccountClosingServiceStub(channel.grpc)

    async def erase(self, user_id: str) -> Answer:
        """Shut a person out. Idempotent. Raises HolderFailed."""
        try:
            await self._stub.CloseAccount(closing.CloseAccountRequest(user_id=user_id), timeout=CLOSE_DEADLINE_S)
        except grpc.RpcError as error:
            raise HolderFailed(from_error(error).reason) from error
        return Answer(is_finished=True, counts={})
