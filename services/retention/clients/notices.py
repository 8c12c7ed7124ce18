"""Auth, which alone writes to people, told of requests about privacy."""

from __future__ import annotations

import grpc

from chassis.rpc.client import Channel
from chassis.rpc.errors import from_error
from services.retention.domain.errors import HolderFailed
from services.retention.domain.privacy_request import PrivacyRequest, Untold
from stripsession.auth.v1 import request_notice_service_pb2 as pb
from stripsession.auth.v1 import request_notice_service_pb2_grpc as pb_grpc

TELL_DEADLINE_S = 10.0
"""One short commit."""
_NOTICES = {
    Untold.EXTENDED: pb.REQUEST_NOTICE_EXTENDED,
    Untold.ANSWERED: pb.REQUEST_NOTICE_ANSWERED,
}


class NoticeClient:
    """`RequestNoticeService` of auth."""

    def __init__(self, channel: Channel) -> None:
        """The channel leads to auth."""
        self._stub = pb_grpc.RequestNoticeServiceStub(channel.grpc)

    async def tell(self, request: PrivacyRequest, what: Untold) -> None:
        """Let a mail wait for whoever sent it. Idempotent. Raises HolderFailed."""
        text = request.extension if what is Untold.EXTENDED else request.answer
        asking = pb.TellSenderRequest(
            number=request.number,
            notice=_NOTICES[what],
            user_id=request.user_id,
            address=request.reply_to,
            # Whoever has an account reads it there, and no mail server does.
            text="" if request.user_id else text,
            due_on=request.due_on.isoformat(),
        )
        try:
            await self._stub.TellSender(asking, timeout=TELL_DEADLINE_S)
        except grpc.RpcError as error:
            raise HolderFailed(from_error(error).reason) from error
