"""One request of each RPC about who accepted which version of the privacy policy."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from services.retention.domain.policy import in_force
from services.retention.store.policy_files import read_policies
from stripsession.auth.v1 import policy_acceptance_service_pb2 as pb
from stripsession.auth.v1 import policy_version_service_pb2 as version_pb
from tests.integration.walks.rpc_examples import Example

IN_FORCE = in_force(read_policies(), datetime.datetime.now(datetime.UTC).date()).version
"""What retention tells auth as it starts."""
_SERVICE = "stripsession.auth.v1.PolicyAcceptanceService"
OF_POLICY: Mapping[str, Example] = {
    f"{_SERVICE}.GetPolicyAcceptance": Example(lambda asked: pb.GetPolicyAcceptanceRequest(user_id=asked.actor)),
    f"{_SERVICE}.AcceptPolicy": Example(lambda asked: pb.AcceptPolicyRequest(user_id=asked.actor, version=IN_FORCE)),
    f"{_SERVICE}.NotePolicyNotice": Example(
        lambda asked: pb.NotePolicyNoticeRequest(user_id=asked.actor, version=IN_FORCE, asked=True)
    ),
    # What is known stays; nothing of it is new.
    "stripsession.auth.v1.PolicyVersionService.KeepPolicyVersions": Example(
        lambda asked: version_pb.KeepPolicyVersionsRequest()
    ),
}
