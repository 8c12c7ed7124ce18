"""What people accepted of the privacy policy, as auth tells the gateway, small and in memory."""

from __future__ import annotations

from typing import Any

import grpc

from services.gateway.api.acceptance_schemas import ACCEPTANCE_EXAMPLES
from stripsession.auth.v1 import policy_acceptance_service_pb2 as pb
from stripsession.auth.v1 import policy_acceptance_service_pb2_grpc as pb_grpc
from tests.integration.gateway.fakes import refused

EXAMPLE: Any = ACCEPTANCE_EXAMPLES["PolicyAcceptance"]
IN_FORCE: int = EXAMPLE["in_force"]["version"]


class FakeAcceptances(pb_grpc.PolicyAcceptanceServiceServicer):
    """The version of the document's example is in force."""

    def __init__(self) -> None:
        self.accepted: dict[str, list[int]] = {}
        self.noticed: list[tuple[str, int]] = []
        self.is_known = True
        """Whether auth knows of any version."""

    async def GetPolicyAcceptance(self, request: Any, context: Any) -> pb.GetPolicyAcceptanceResponse:
        accepted = self.accepted.get(request.user_id, [])
        answer = pb.GetPolicyAcceptanceResponse()
        if self.is_known:
            policy = pb.KeptPolicyVersion(version=IN_FORCE, changes=EXAMPLE["in_force"]["changes"])
            policy.in_force_from.FromJsonString(EXAMPLE["in_force"]["in_force_from"])
            answer.in_force.CopyFrom(policy)
            answer.is_accepted = IN_FORCE in accepted
            answer.is_asked = not answer.is_accepted and (request.user_id, IN_FORCE) not in self.noticed
        answer.accepted.extend(_accepted(version) for version in accepted)
        return answer

    async def AcceptPolicy(self, request: Any, context: Any) -> pb.AcceptPolicyResponse:
        if request.version != IN_FORCE:
            raise refused(grpc.StatusCode.FAILED_PRECONDITION, "POLICY_NOT_IN_FORCE", "It is not the one in force.")
        self.accepted.setdefault(request.user_id, []).append(request.version)
        return pb.AcceptPolicyResponse(acceptance=_accepted(request.version))

    async def NotePolicyNotice(self, request: Any, context: Any) -> pb.NotePolicyNoticeResponse:
        if request.version != IN_FORCE:
            raise refused(grpc.StatusCode.NOT_FOUND, "POLICY_VERSION_NOT_FOUND", "There is no such version.")
        if request.asked:
            self.noticed.append((request.user_id, request.version))
        return pb.NotePolicyNoticeResponse()


def _accepted(version: int) -> pb.PolicyAcceptance:
    acceptance = pb.PolicyAcceptance(version=version)
    acceptance.accepted_at.FromJsonString(EXAMPLE["accepted"][0]["accepted_at"])
    return acceptance
