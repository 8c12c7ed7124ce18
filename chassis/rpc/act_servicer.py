"""Answers what operators did; every server with an RPC of theirs has it."""

from __future__ import annotations

import datetime

import grpc

from chassis.rpc.acts import ActLog, NotedAct
from chassis.rpc.errors import Refusal, RpcRefused
from stripsession.audit.v1 import operator_act_service_pb2 as pb
from stripsession.audit.v1 import operator_act_service_pb2_grpc as pb_grpc

SIZE_MAX = 200
_SIZE = 100
_TOKEN_DIGITS_MAX = 18
_TOKEN_INVALID = Refusal(grpc.StatusCode.INVALID_ARGUMENT, "PAGE_TOKEN_INVALID", "There is no such page.")


class OperatorActServicer(pb_grpc.OperatorActServiceServicer):
    """Pages of the log."""

    def __init__(self, log: ActLog) -> None:
        """The service's own."""
        self._log = log

    async def ListOperatorActs(  # noqa: N802 - the name of the RPC
        self, request: pb.ListOperatorActsRequest, context: object
    ) -> pb.ListOperatorActsResponse:
        """A page of it, newest first."""
        size = min(max(request.page_size, 0) or _SIZE, SIZE_MAX)
        since = request.since.ToDatetime(datetime.UTC) if request.HasField("since") else None
        found = await self._log.page(since, _below(request.page_token), size + 1)
        token = str(found[size - 1].act_id) if len(found) > size else ""
        return pb.ListOperatorActsResponse(acts=[_message(noted) for noted in found[:size]], next_page_token=token)


def _below(token: str) -> int | None:
    if not token:
        return None
    if not (token.isascii() and token.isdigit() and len(token) <= _TOKEN_DIGITS_MAX):
        raise RpcRefused(_TOKEN_INVALID)
    return int(token)


def _message(noted: NotedAct) -> pb.OperatorAct:
    act = noted.act
    message = pb.OperatorAct(
        act_id=noted.act_id,
        certificate=act.certificate,
        operator=act.operator,
        role=act.role,
        method=act.method,
        details=[pb.ActDetail(name=name, value=value) for name, value in sorted(act.details.items())],
        outcome=noted.outcome,
    )
    message.at.FromDatetime(noted.at)
    return message
