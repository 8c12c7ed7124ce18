"""Requests about privacy, for their senders and for operators: map, call one verb, map."""

from __future__ import annotations

from collections.abc import Callable

from chassis.rpc.interceptors import Context
from services.retention.api.request_mapping import (
    child_message,
    ending_of,
    kind_of,
    request_message,
    request_place,
    requests_message,
    to_answer,
)
from services.retention.app.act_on_request import answer_request, close_request, extend_request
from services.retention.app.read_requests import follow_request, get_request, list_requests, page_requests
from services.retention.app.report_child import report_child
from services.retention.app.request_ports import RequestPorts
from services.retention.app.send_request import send_request, send_strangers_request
from stripsession.retention.v1 import privacy_request_service_pb2 as pb
from stripsession.retention.v1 import privacy_request_service_pb2_grpc as pb_grpc
from stripsession.retention.v1 import request_administration_service_pb2 as admin_pb
from stripsession.retention.v1 import request_administration_service_pb2_grpc as admin_grpc


class PrivacyRequestServicer(pb_grpc.PrivacyRequestServiceServicer):
    """What the gateway asks."""

    def __init__(self, ports: RequestPorts) -> None:
        """Over everybody's requests."""
        self._ports = ports

    async def SendRequest(self, request: pb.SendRequestRequest, context: Context) -> pb.SendRequestResponse:
        """Notes a person's."""
        sent = await send_request(
            *(self._ports, request.user_id, kind_of(request.kind), request.text),
            idempotency_key=request.idempotency_key,
        )
        return pb.SendRequestResponse(request=request_message(sent))

    async def ListRequests(self, request: pb.ListRequestsRequest, context: Context) -> pb.ListRequestsResponse:
        """A person's."""
        found = await list_requests(self._ports, request.user_id)
        return pb.ListRequestsResponse(requests=[request_message(each) for each in found])

    async def SendStrangersRequest(
        self, request: pb.SendStrangersRequestRequest, context: Context
    ) -> pb.SendStrangersRequestResponse:
        """Notes that of somebody without an account."""
        sent = await send_strangers_request(self._ports, kind_of(request.kind), request.text, request.reply_to)
        return pb.SendStrangersRequestResponse(request=request_message(sent.request), token=sent.token)

    async def FollowRequest(self, request: pb.FollowRequestRequest, context: Context) -> pb.FollowRequestResponse:
        """How far it is."""
        found = await follow_request(self._ports, request.number, request.token)
        return pb.FollowRequestResponse(request=request_message(found))


class RequestAdministrationServicer(admin_grpc.RequestAdministrationServiceServicer):
    """What an operator asks."""

    def __init__(self, ports: RequestPorts, tell: Callable[[], None], erase: Callable[[], None]) -> None:
        """`tell` wakes the timer that has people told, `erase` that of erasures."""
        self._ports = ports
        self._tell = tell
        self._erase = erase

    async def ListPrivacyRequests(
        self, request: admin_pb.ListPrivacyRequestsRequest, context: Context
    ) -> admin_pb.ListPrivacyRequestsResponse:
        """A page of everybody's."""
        after = request_place(request.page_token)
        page = await page_requests(self._ports, after, request.page_size, ended=request.ended)
        return requests_message(page, self._ports.clock.now())

    async def GetPrivacyRequest(
        self, request: admin_pb.GetPrivacyRequestRequest, context: Context
    ) -> admin_pb.GetPrivacyRequestResponse:
        """One."""
        found = await get_request(self._ports, request.number)
        return admin_pb.GetPrivacyRequestResponse(request=to_answer(found, self._ports.clock.now()))

    async def AnswerPrivacyRequest(
        self, request: admin_pb.AnswerPrivacyRequestRequest, context: Context
    ) -> admin_pb.AnswerPrivacyRequestResponse:
        """Answers one."""
        answered = await answer_request(self._ports, request.number, request.answer)
        self._tell()
        return admin_pb.AnswerPrivacyRequestResponse(request=to_answer(answered, self._ports.clock.now()))

    async def ExtendPrivacyRequest(
        self, request: admin_pb.ExtendPrivacyRequestRequest, context: Context
    ) -> admin_pb.ExtendPrivacyRequestResponse:
        """Gives one two months more."""
        extended = await extend_request(self._ports, request.number, request.reason)
        self._tell()
        return admin_pb.ExtendPrivacyRequestResponse(request=to_answer(extended, self._ports.clock.now()))

    async def ClosePrivacyRequest(
        self, request: admin_pb.ClosePrivacyRequestRequest, context: Context
    ) -> admin_pb.ClosePrivacyRequestResponse:
        """Ends one without an answer."""
        closed = await close_request(self._ports, request.number, ending_of(request.ending))
        return admin_pb.ClosePrivacyRequestResponse(request=to_answer(closed, self._ports.clock.now()))

    async def ReportChild(self, request: admin_pb.ReportChildRequest, context: Context) -> admin_pb.ReportChildResponse:
        """Has a child's account erased."""
        reported = await report_child(self._ports, request.user_id, request.number)
        if reported.is_new:
            self._erase()
        return child_message(reported)
