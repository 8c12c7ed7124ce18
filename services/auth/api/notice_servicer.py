"""RequestNoticeService: map, call one verb, map."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping

from chassis.rpc.interceptors import Context
from services.auth.app.ports import Ports
from services.auth.app.tell_sender import tell_sender
from services.auth.domain.request_words import RequestNotice
from stripsession.auth.v1 import request_notice_service_pb2 as pb
from stripsession.auth.v1 import request_notice_service_pb2_grpc as pb_grpc

_NOTICES: Mapping[int, RequestNotice] = {
    pb.REQUEST_NOTICE_EXTENDED: RequestNotice.EXTENDED,
    pb.REQUEST_NOTICE_ANSWERED: RequestNotice.ANSWERED,
}


class RequestNoticeServicer(pb_grpc.RequestNoticeServiceServicer):
    """What retention asks once an operator has written to somebody."""

    def __init__(self, ports: Ports, post: Callable[[], None]) -> None:
        """`post` wakes what sends mail."""
        self._ports = ports
        self._post = post

    async def TellSender(self, request: pb.TellSenderRequest, context: Context) -> pb.TellSenderResponse:
        """Lets a mail wait."""
        notice = _NOTICES.get(request.notice)
        if notice is not None:
            # A newer retention may know others: an older auth has no words for them.
            await tell_sender(
                *(self._ports, notice),
                number=request.number,
                due_on=datetime.date.fromisoformat(request.due_on),
                user_id=request.user_id,
                address=request.address,
                text=request.text,
            )
            self._post()
        return pb.TellSenderResponse()
