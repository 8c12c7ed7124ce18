"""The policy, over a real wire, as retention publishes it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import grpc
import pytest

from chassis.db.operator_acts import OperatorActs
from chassis.health import Readiness
from chassis.identity import Certificates
from chassis.rpc.client import Channel
from services.retention.events.account_timer import AccountTimer
from services.retention.store.policy_files import read_policies
from services.retention.wiring import Checking, erasing_servicer, make_account_ports, rpc_server
from stripsession.retention.v1 import policy_service_pb2 as pb
from stripsession.retention.v1 import policy_service_pb2_grpc as pb_grpc
from tests.integration.retention.conftest import Setting


@pytest.fixture
async def policies(setting: Setting, certificates: Path) -> AsyncIterator[pb_grpc.PolicyServiceAsyncStub]:
    """As the gateway asks."""
    accounts = make_account_ports(setting.database, {}, setting.clock)
    erasing = erasing_servicer(accounts, AccountTimer(accounts))
    checking = Checking(setting.settings, setting.database, {}, setting.clock)
    acts = OperatorActs(setting.database)
    server = rpc_server(setting.settings, setting.ports, erasing, Readiness(), acts, checking)
    await server.start()
    channel = Channel("retention", f"127.0.0.1:{server.port}", Certificates(certificates, "gateway"))
    yield pb_grpc.PolicyServiceStub(channel.grpc)
    await channel.stop()
    await server.stop()


async def test_the_policy_in_force_is_told_whole(policies: pb_grpc.PolicyServiceAsyncStub) -> None:
    """Unless a version is named, the newest comes, clause by clause as its file has it, with every version there is."""
    answer = await policies.GetPolicy(pb.GetPolicyRequest())
    in_force = read_policies()[answer.versions[0].version]
    told = [clause for section in answer.policy.sections for clause in section.clauses]
    assert [(clause.clause_id, dict(clause.text.by_language)) for clause in told] == [
        (clause.clause_id, dict(clause.text)) for clause in in_force.clauses
    ]
    assert answer.policy.version.digest == in_force.digest
    assert [clause.deadline.by_language["en"] for clause in told if clause.clause_id == "9.2"] == ["24 hours at most"]


async def test_a_version_that_never_was_is_not_found(policies: pb_grpc.PolicyServiceAsyncStub) -> None:
    """A version is told by its number, and another number is refused."""
    assert (await policies.GetPolicy(pb.GetPolicyRequest(version=1))).policy.version.version == 1
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await policies.GetPolicy(pb.GetPolicyRequest(version=99))
    assert refused.value.code() is grpc.StatusCode.NOT_FOUND
