"""Services that count what promises are about."""

from __future__ import annotations

import grpc

from chassis.rpc.client import Channel
from chassis.rpc.errors import from_error
from services.retention.domain.errors import ExaminationFailed
from services.retention.domain.finding import Figures, Reason
from stripsession.privacy.v1 import examination_service_pb2 as pb
from stripsession.privacy.v1 import examination_service_pb2_grpc as pb_grpc

EXAMINE_DEADLINE_S = 20.0
"""Less than a check may take in all, so that it is known whose part was missing."""
_REASONS = {grpc.StatusCode.UNAVAILABLE: Reason.NO_ANSWER, grpc.StatusCode.DEADLINE_EXCEEDED: Reason.TOO_SLOW}


class ExaminationClient:
    """`ExaminationService` of one holder. Nothing is retried here: the check itself is run again."""

    def __init__(self, holder: str, channel: Channel) -> None:
        """The channel leads to that holder."""
        self._holder = holder
        self._stub = pb_grpc.ExaminationServiceStub(channel.grpc)

    async def examine(self, check: str) -> Figures:
        """What there is. Raises ExaminationFailed."""
        try:
            answer = await self._stub.Examine(pb.ExamineRequest(check=check), timeout=EXAMINE_DEADLINE_S)
        except grpc.RpcError as error:
            fault = from_error(error)
            raise ExaminationFailed(self._holder, _REASONS.get(fault.code, Reason.FAILED), fault.reason) from error
        return dict(answer.figures)
