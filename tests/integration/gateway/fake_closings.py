"""Retention's closings of accounts, as the gateway reads them, small and in memory."""

from __future__ import annotations

import secrets
from typing import Any

import grpc

from chassis.evidence.canonical import canonical
from services.gateway.api.closing_schemas import CLOSING_TOKEN
from services.gateway.api.receipt_examples import RECEIPT_EXAMPLES
from stripsession.retention.v1 import closing_service_pb2 as pb
from stripsession.retention.v1 import closing_service_pb2_grpc
from tests.integration.gateway.fakes import missing, refused

ASKED_S = 1_893_456_000
WINDOW_S = 604_800


class FakeClosings(closing_service_pb2_grpc.ClosingServiceServicer):
    def __init__(self) -> None:
        self.closings: dict[str, pb.Closing] = {}
        over = pb.FollowClosingResponse(state=pb.CLOSING_STATE_OVER)
        over.due_at.FromSeconds(ASKED_S)
        over.finished_at.FromSeconds(ASKED_S + 600)
        over.receipt = canonical(RECEIPT_EXAMPLES["SignedReceipt"])
        library = over.holders.add(holder="library")
        library.finished_at.FromSeconds(ASKED_S + 2)
        library.erased.add(kind="tracks", count=12)
        self.followed: dict[str, pb.FollowClosingResponse] = {CLOSING_TOKEN: over}
        """By token; that of the document's example is over."""
        self.withdrawn_keys: set[str] = set()
        self.asked: list[pb.AskClosingRequest] = []

    async def AskClosing(self, request: Any, context: Any) -> pb.AskClosingResponse:
        if request.idempotency_key and request.idempotency_key in self.withdrawn_keys:
            raise refused(grpc.StatusCode.FAILED_PRECONDITION, "CLOSING_WITHDRAWN", "It was taken back.")
        self.asked.append(request)
        closing = pb.Closing(state=pb.CLOSING_STATE_WAITING, at_once=request.at_once)
        closing.asked_at.FromSeconds(ASKED_S)
        closing.due_at.FromSeconds(ASKED_S + (0 if request.at_once else WINDOW_S))
        self.closings[request.user_id] = closing
        token = secrets.token_urlsafe(32)
        waiting = pb.FollowClosingResponse(state=closing.state, due_at=closing.due_at)
        self.followed[token] = waiting
        return pb.AskClosingResponse(closing=closing, token=token)

    async def GetClosing(self, request: Any, context: Any) -> pb.GetClosingResponse:
        return pb.GetClosingResponse(closing=self.closings.get(request.user_id), window_s=WINDOW_S)

    async def WithdrawClosing(self, request: Any, context: Any) -> pb.WithdrawClosingResponse:
        closing = self.closings.pop(request.user_id, None)
        if closing is not None and closing.state == pb.CLOSING_STATE_ERASING:
            self.closings[request.user_id] = closing
            raise refused(grpc.StatusCode.FAILED_PRECONDITION, "CLOSING_BEGUN", "It is being erased.")
        return pb.WithdrawClosingResponse()

    async def FollowClosing(self, request: Any, context: Any) -> pb.FollowClosingResponse:
        if request.token not in self.followed:
            raise missing("CLOSING")
        return self.followed[request.token]
