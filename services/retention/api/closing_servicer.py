"""What people ask who close their accounts: map, call one verb, map."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from google.protobuf.timestamp_pb2 import Timestamp

from chassis.rpc.interceptors import Context
from services.retention.app.ask_closing import ask_closing
from services.retention.app.closing_ports import ClosingPorts
from services.retention.app.follow_closing import Followed, follow_closing
from services.retention.app.get_closing import get_closing
from services.retention.app.withdraw_closing import withdraw_closing
from services.retention.domain.account_closing import Closing, State
from services.retention.domain.account_erasure import WORKING, Step
from stripsession.retention.v1 import closing_service_pb2 as pb
from stripsession.retention.v1 import closing_service_pb2_grpc as pb_grpc

_STATES = {
    State.WAITING: pb.CLOSING_STATE_WAITING,
    State.WITHDRAWN: pb.CLOSING_STATE_WITHDRAWN,
    State.ERASING: pb.CLOSING_STATE_ERASING,
    State.OVER: pb.CLOSING_STATE_OVER,
}


class ClosingServicer(pb_grpc.ClosingServiceServicer):
    """What the gateway asks."""

    def __init__(self, ports: ClosingPorts, begin: Callable[[], None]) -> None:
        """`begin` wakes the timer."""
        self._ports = ports
        self._begin = begin

    async def AskClosing(self, request: pb.AskClosingRequest, context: Context) -> pb.AskClosingResponse:
        """Notes it."""
        asked = await ask_closing(
            self._ports, request.user_id, at_once=request.at_once, idempotency_key=request.idempotency_key
        )
        if asked.closing.due_at <= self._ports.clock.now():
            self._begin()
        state = asked.closing.state(None)
        return pb.AskClosingResponse(closing=_closing(asked.closing, state), token=asked.token)

    async def GetClosing(self, request: pb.GetClosingRequest, context: Context) -> pb.GetClosingResponse:
        """The one that waits or has begun."""
        found = await get_closing(self._ports, request.user_id)
        window_s = int(self._ports.window.total_seconds())
        return pb.GetClosingResponse(closing=_closing(*found) if found is not None else None, window_s=window_s)

    async def WithdrawClosing(self, request: pb.WithdrawClosingRequest, context: Context) -> pb.WithdrawClosingResponse:
        """Takes it back."""
        await withdraw_closing(self._ports, request.user_id)
        return pb.WithdrawClosingResponse()

    async def FollowClosing(self, request: pb.FollowClosingRequest, context: Context) -> pb.FollowClosingResponse:
        """How far it is."""
        return _followed(await follow_closing(self._ports, request.token))


def _closing(closing: Closing, state: State) -> pb.Closing:
    return pb.Closing(
        state=_STATES[state],
        asked_at=_timestamp(closing.asked_at),
        due_at=_timestamp(closing.due_at),
        at_once=closing.at_once,
    )


def _followed(followed: Followed) -> pb.FollowClosingResponse:
    """Names of services, moments and numbers: nothing that says whose it is, but for the receipt."""
    answer = pb.FollowClosingResponse(
        state=_STATES[followed.state], due_at=_timestamp(followed.closing.due_at), receipt=followed.receipt or b""
    )
    if followed.erasure is not None:
        is_over = followed.erasure.finished_at is not None
        answer.holders.extend(_holder(step, is_over=is_over) for step in followed.erasure.steps)
        if followed.erasure.finished_at is not None:
            answer.finished_at.FromDatetime(followed.erasure.finished_at)
    return answer


def _holder(step: Step, *, is_over: bool) -> pb.ClosingHolder:
    holder = pb.ClosingHolder(holder=step.holder, asked_again=step.fault not in ("", WORKING))
    if step.finished_at is not None:
        holder.finished_at.FromDatetime(step.finished_at)
    if is_over:
        holder.erased.extend(pb.ErasedKind(kind=kind, count=count) for kind, count in sorted(step.counts.items()))
    return holder


def _timestamp(moment: datetime.datetime) -> Timestamp:
    message = Timestamp()
    message.FromDatetime(moment)
    return message
