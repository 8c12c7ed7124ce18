"""The policy, over a real wire, as retention publishes it."""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator
from pathlib import Path

import grpc
import pytest

from chassis.db.operator_acts import OperatorActs
from chassis.health import Readiness
from chassis.identity import Certificates
from chassis.rpc.client import Channel
from chassis.testing.clock import ManualClock
from services.retention.api.policy_servicer import PolicyServicer
from services.retention.domain.policy import FRAME
from services.retention.events.account_timer import AccountTimer
from services.retention.store.policy_files import read_policies
from services.retention.wiring import Checking, erasing_servicer, make_account_ports, rpc_server
from stripsession.retention.v1 import policy_service_pb2 as pb
from stripsession.retention.v1 import policy_service_pb2_grpc as pb_grpc
from tests.integration.retention.conftest import Setting
from tests.unit.retention.publishing import NEWEST, NEXT, announced


@pytest.fixture
async def policies(setting: Setting, certificates: Path) -> AsyncIterator[pb_grpc.PolicyServiceAsyncStub]:
    """As the gateway asks, on a day when all versions are in force."""
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


async def test_what_is_announced_is_told_as_coming(tmp_path: Path) -> None:
    """A version whose day is not here is listed, can be read and says so; the one before it is the one in force."""
    clock = ManualClock()
    tomorrow = clock.now().date() + datetime.timedelta(days=1)
    servicer = PolicyServicer(read_policies(announced(tmp_path, tomorrow)), clock)

    async def told(version: int = 0) -> pb.GetPolicyResponse:
        return await servicer.GetPolicy(pb.GetPolicyRequest(version=version), None)  # type: ignore[arg-type]  # it asks nothing of the call

    before = await told()
    assert (before.policy.version.version, before.policy.version.is_coming) == (NEWEST, False)
    assert [(each.version, each.is_coming) for each in before.versions] == [
        (NEXT, True),
        *((version, False) for version in range(NEWEST, 0, -1)),
    ]
    assert (await told(NEXT)).policy.version.is_coming
    clock.advance(days=1)
    assert (await told()).policy.version.version == NEXT
    assert not any(each.is_coming for each in (await told()).versions)


async def test_an_old_version_has_every_word_around_its_clauses(policies: pb_grpc.PolicyServiceAsyncStub) -> None:
    """Words that only later versions have are told with the first as well, and its own stay its own."""
    first, newest = [(await policies.GetPolicy(pb.GetPolicyRequest(version=version))).policy for version in (1, NEWEST)]
    assert set(first.frame) == set(newest.frame) == FRAME.keys()
    assert first.frame["from"].by_language["de"] == "gültig seit"
    assert first.frame["coming"].by_language["de"] == "gültig ab"
