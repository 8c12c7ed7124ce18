"""PolicyAcceptanceService and PolicyVersionService: map, call one verb, map."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from google.protobuf.timestamp_pb2 import Timestamp

from chassis.rpc.interceptors import Context
from chassis.rpc.server import Registration
from services.auth.app.keep_policy_versions import keep_policy_versions
from services.auth.app.policy_acceptance import accept_policy, get_policy_standing, note_policy_notice
from services.auth.app.ports import Ports
from services.auth.domain.policy_version import Acceptance, PolicyVersion
from stripsession.auth.v1 import policy_acceptance_service_pb2 as pb
from stripsession.auth.v1 import policy_acceptance_service_pb2_grpc as pb_grpc
from stripsession.auth.v1 import policy_version_service_pb2 as version_pb
from stripsession.auth.v1 import policy_version_service_pb2_grpc as version_grpc


class PolicyAcceptanceServicer(pb_grpc.PolicyAcceptanceServiceServicer):
    """A signed-in person's own."""

    def __init__(self, ports: Ports) -> None:
        """Serve with these."""
        self._ports = ports

    async def GetPolicyAcceptance(
        self, request: pb.GetPolicyAcceptanceRequest, context: Context
    ) -> pb.GetPolicyAcceptanceResponse:
        """How they stand towards the policy."""
        standing = await get_policy_standing(self._ports, request.user_id)
        answer = pb.GetPolicyAcceptanceResponse(
            accepted=[_acceptance(each) for each in standing.accepted],
            is_accepted=standing.is_accepted,
            is_asked=standing.is_asked,
            is_told=standing.is_told,
        )
        if standing.in_force is not None:
            answer.in_force.CopyFrom(_kept(standing.in_force))
        if standing.coming is not None:
            answer.coming.CopyFrom(_kept(standing.coming))
        return answer

    async def AcceptPolicy(self, request: pb.AcceptPolicyRequest, context: Context) -> pb.AcceptPolicyResponse:
        """Notes it."""
        acceptance = await accept_policy(self._ports, request.user_id, request.version)
        return pb.AcceptPolicyResponse(acceptance=_acceptance(acceptance))

    async def NotePolicyNotice(
        self, request: pb.NotePolicyNoticeRequest, context: Context
    ) -> pb.NotePolicyNoticeResponse:
        """Notes it."""
        await note_policy_notice(self._ports, request.user_id, request.version, asked=request.asked)
        return pb.NotePolicyNoticeResponse()


class PolicyVersionServicer(version_grpc.PolicyVersionServiceServicer):
    """What retention tells."""

    def __init__(self, ports: Ports, announce: Callable[[], None]) -> None:
        """`announce` wakes what writes to people."""
        self._ports = ports
        self._announce = announce

    async def KeepPolicyVersions(
        self, request: version_pb.KeepPolicyVersionsRequest, context: Context
    ) -> version_pb.KeepPolicyVersionsResponse:
        """Knows them from now on."""
        versions = [
            PolicyVersion(each.version, each.in_force_from.ToDatetime(datetime.UTC), dict(each.changes))
            for each in request.versions
        ]
        await keep_policy_versions(self._ports, versions)
        self._announce()
        return version_pb.KeepPolicyVersionsResponse()


def policy_registrations(ports: Ports, announce: Callable[[], None]) -> list[Registration]:
    """Adds both to a server."""
    acceptances, versions = PolicyAcceptanceServicer(ports), PolicyVersionServicer(ports, announce)
    return [
        lambda server: pb_grpc.add_PolicyAcceptanceServiceServicer_to_server(acceptances, server),
        lambda server: version_grpc.add_PolicyVersionServiceServicer_to_server(versions, server),
    ]


def _kept(policy: PolicyVersion) -> pb.KeptPolicyVersion:
    return pb.KeptPolicyVersion(
        version=policy.version, in_force_from=_timestamp(policy.in_force_from), changes=policy.changes
    )


def _acceptance(acceptance: Acceptance) -> pb.PolicyAcceptance:
    return pb.PolicyAcceptance(
        version=acceptance.version,
        accepted_at=_timestamp(acceptance.accepted_at),
        at_sign_up=acceptance.at_sign_up,
    )


def _timestamp(moment: datetime.datetime) -> Timestamp:
    message = Timestamp()
    message.FromDatetime(moment)
    return message
