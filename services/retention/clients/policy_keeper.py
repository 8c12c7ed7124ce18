"""Auth, told which versions of the policy there are."""

from __future__ import annotations

import datetime
from collections.abc import Collection

import grpc
from google.protobuf.timestamp_pb2 import Timestamp

from chassis.rpc.client import Channel
from chassis.rpc.errors import from_error
from services.retention.domain.errors import HolderFailed
from services.retention.domain.policy import Policy
from stripsession.auth.v1 import policy_acceptance_service_pb2 as acceptance_pb
from stripsession.auth.v1 import policy_version_service_pb2 as pb
from stripsession.auth.v1 import policy_version_service_pb2_grpc as pb_grpc

KEEP_DEADLINE_S = 10.0
"""Some short commits."""


class PolicyKeeperClient:
    """`PolicyVersionService` over a channel. Nothing is retried: it is told again by the clock."""

    def __init__(self, channel: Channel) -> None:
        """The channel leads to auth."""
        self._stub = pb_grpc.PolicyVersionServiceStub(channel.grpc)

    async def keep(self, policies: Collection[Policy]) -> None:
        """Tell it. Idempotent. Raises HolderFailed."""
        request = pb.KeepPolicyVersionsRequest(versions=[_kept(policy) for policy in policies])
        try:
            await self._stub.KeepPolicyVersions(request, timeout=KEEP_DEADLINE_S)
        except grpc.RpcError as error:
            raise HolderFailed(from_error(error).reason) from error


def _kept(policy: Policy) -> acceptance_pb.KeptPolicyVersion:
    # A version is in force from its day on, which begins in UTC.
    day = datetime.datetime.combine(policy.date, datetime.time(), datetime.UTC)
    return acceptance_pb.KeptPolicyVersion(
        version=policy.version, in_force_from=Timestamp(seconds=int(day.timestamp())), changes=policy.changes
    )
