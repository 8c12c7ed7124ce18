"""Answers what a service counts of its own, for whoever proves promises; every service that holds data has it."""

from __future__ import annotations

from collections.abc import Mapping

import grpc

from chassis.db.examining import Look
from chassis.rpc.errors import Refusal, RpcRefused
from stripsession.privacy.v1 import examination_service_pb2 as pb
from stripsession.privacy.v1 import examination_service_pb2_grpc as pb_grpc

_UNKNOWN = Refusal(grpc.StatusCode.NOT_FOUND, "CHECK_UNKNOWN", "This service has no part in such a check.")


class ExaminationServicer(pb_grpc.ExaminationServiceServicer):
    """Looks by the name of the check."""

    def __init__(self, looks: Mapping[str, Look]) -> None:
        """What this service can count."""
        self._looks = looks

    async def Examine(self, request: pb.ExamineRequest, context: object) -> pb.ExamineResponse:  # noqa: N802 - the name of the RPC
        """One look. Raises RpcRefused."""
        look = self._looks.get(request.check)
        if look is None:
            raise RpcRefused(_UNKNOWN)
        return pb.ExamineResponse(figures=dict(await look()))
