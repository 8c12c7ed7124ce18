"""Retention's requests about privacy, as the gateway reads them, small and in memory."""

from __future__ import annotations

import secrets
from typing import Any

from services.gateway.api.request_schemas import REQUEST_NUMBER, REQUEST_TOKEN
from stripsession.retention.v1 import privacy_request_pb2 as request_pb
from stripsession.retention.v1 import privacy_request_service_pb2 as pb
from stripsession.retention.v1 import privacy_request_service_pb2_grpc
from tests.integration.gateway.fakes import missing

SENT_S = 1_893_456_000


def _made(number: str, kind: Any, text: str) -> request_pb.PrivacyRequest:
    made = request_pb.PrivacyRequest(
        number=number, kind=kind, text=text, due_on="2030-02-01", state=request_pb.REQUEST_STATE_OPEN
    )
    made.received_at.FromSeconds(SENT_S)
    return made


class FakeRequests(privacy_request_service_pb2_grpc.PrivacyRequestServiceServicer):
    def __init__(self) -> None:
        self.sent: dict[str, list[request_pb.PrivacyRequest]] = {}
        """By person; of nobody those of strangers."""
        self.asked: list[pb.SendRequestRequest | pb.SendStrangersRequestRequest] = []
        answered = _made(REQUEST_NUMBER, request_pb.REQUEST_KIND_QUESTION, "Do you hold anything of me?")
        answered.state, answered.answer = request_pb.REQUEST_STATE_ANSWERED, "Nothing."
        answered.ended_at.FromSeconds(SENT_S + 86_400)
        self.followed: dict[tuple[str, str], request_pb.PrivacyRequest] = {(REQUEST_NUMBER, REQUEST_TOKEN): answered}
        """By number and token; that of the document's example is answered."""

    async def SendRequest(self, request: Any, context: Any) -> pb.SendRequestResponse:
        self.asked.append(request)
        own = self.sent.setdefault(request.user_id, [])
        own.insert(0, _made(f"PR-{len(own):010}", request.kind, request.text))
        return pb.SendRequestResponse(request=own[0])

    async def ListRequests(self, request: Any, context: Any) -> pb.ListRequestsResponse:
        return pb.ListRequestsResponse(requests=self.sent.get(request.user_id, []))

    async def SendStrangersRequest(self, request: Any, context: Any) -> pb.SendStrangersRequestResponse:
        self.asked.append(request)
        made, token = _made("PR-STRANGE000", request.kind, request.text), secrets.token_urlsafe(32)
        self.followed[made.number, token] = made
        return pb.SendStrangersRequestResponse(request=made, token=token)

    async def FollowRequest(self, request: Any, context: Any) -> pb.FollowRequestResponse:
        if (request.number, request.token) not in self.followed:
            raise missing("REQUEST")
        return pb.FollowRequestResponse(request=self.followed[request.number, request.token])
