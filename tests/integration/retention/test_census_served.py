"""What is held of a person, asked of holders over a real wire and of retention's own tables."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chassis.db.census import Holdings
from chassis.db.operator_acts import OperatorActs
from chassis.db.pool import Database
from chassis.health import Readiness
from chassis.identity import Certificates
from chassis.rpc.census import census_response
from chassis.rpc.client import Channel
from chassis.rpc.server import RpcServer
from chassis.testing.nats import free_port
from services.retention.app.erase_due import erase_due
from services.retention.app.expect_upload import expect_upload
from services.retention.app.take_census import CountingHolder
from services.retention.clients.counting_holders import CountingClient
from services.retention.domain.erasure import HeldUpload
from services.retention.domain.errors import HolderFailed
from services.retention.events.account_timer import AccountTimer
from services.retention.store.holdings import KINDS
from services.retention.store.own_census import OwnCensus
from services.retention.wiring import Checking, census_registration, erasing_servicer, make_account_ports, rpc_server
from stripsession.privacy.v1 import data_holder_service_pb2 as privacy
from stripsession.privacy.v1 import data_holder_service_pb2_grpc as privacy_grpc
from stripsession.retention.v1 import census_service_pb2 as pb
from stripsession.retention.v1 import census_service_pb2_grpc as pb_grpc
from tests.integration.retention.conftest import Setting
from tests.unit.retention.census_promises import PERSON, UPLOADED_AT, CensusPromises


async def _held(database: Database) -> None:
    """Two receipts of uploads of the person, and one of somebody else."""
    await database.pool.executemany(
        "INSERT INTO erasures (upload_id, owner_id, uploaded_at, erased_at, reason, objects)"
        " VALUES ($1, $2, $3, $3, 'finished', 1)",
        [
            ("upl_1", PERSON, UPLOADED_AT),
            ("upl_2", PERSON, UPLOADED_AT + datetime.timedelta(hours=1)),
            ("upl_3", "usr_other", UPLOADED_AT),
        ],
    )


class ServedHolder(privacy_grpc.DataHolderServiceServicer):
    """Holds what retention's own tables do, over the wire."""

    def __init__(self, database: Database) -> None:
        self._holdings = Holdings(database, KINDS)

    async def Erase(self, request: privacy.EraseRequest, context: object) -> privacy.EraseResponse:
        raise AssertionError("nobody was to be erased")

    async def Census(self, request: privacy.CensusRequest, context: object) -> privacy.CensusResponse:
        return await census_response(self._holdings.of, request)

    def Export(self, request: privacy.ExportRequest, context: object) -> AsyncIterator[privacy.ExportResponse]:
        raise AssertionError("nothing was to be given")

    async def Purge(self, request: privacy.PurgeRequest, context: object) -> privacy.PurgeResponse:
        raise AssertionError("nothing was to be purged")


@contextlib.asynccontextmanager
async def served(database: Database, certificates: Path, name: str) -> AsyncIterator[Channel]:
    holder = ServedHolder(database)
    server = RpcServer(
        "127.0.0.1:0",
        Certificates(certificates, name),
        statuses={},
        registrations=[lambda server: privacy_grpc.add_DataHolderServiceServicer_to_server(holder, server)],
        readiness=Readiness(),
        drain_s=0,
    )
    await server.start()
    channel = Channel(name, f"127.0.0.1:{server.port}", Certificates(certificates, "retention"))
    try:
        yield channel
    finally:
        await channel.stop()
        await server.stop()


class TestOwnCensus(CensusPromises):
    """Retention's own tables say what a holder does."""

    @pytest.fixture
    async def holder(self, database: Database) -> CountingHolder:
        await _held(database)
        return OwnCensus(database)


class TestCountingClient(CensusPromises):
    """What a holder counted comes over the wire as it was."""

    @pytest.fixture
    async def holder(self, database: Database, certificates: Path) -> AsyncIterator[CountingHolder]:
        await _held(database)
        async with served(database, certificates, "library") as channel:
            yield CountingClient(channel)


async def test_a_holder_that_is_not_there_fails_with_a_word(certificates: Path) -> None:
    """A service that is down is a failure that can be told, and no error of retention's."""
    channel = Channel("billing", f"127.0.0.1:{free_port()}", Certificates(certificates, "retention"))
    try:
        with pytest.raises(HolderFailed) as caught:
            await CountingClient(channel).census(PERSON)
        assert caught.value.word == "UNREACHABLE"
    finally:
        await channel.stop()


async def test_a_census_over_the_wire_names_who_is_down(
    setting: Setting, certificates: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The gateway gets what answers, in words, with those that do not named; nothing of another's is among it.

    The log says why, and of whom nothing.
    """
    await _held(setting.database)
    accounts = make_account_ports(setting.database, {}, setting.clock)
    erasing = erasing_servicer(accounts, AccountTimer(accounts))
    async with served(setting.database, certificates, "library") as library:
        checking = Checking(setting.settings, setting.database, {}, setting.clock)
        more = [census_registration(setting.database, {"library": library}, checking.policies, setting.clock)]
        acts = OperatorActs(setting.database)
        server = rpc_server(setting.settings, setting.ports, erasing, Readiness(), acts, checking, more)
        await server.start()
        channel = Channel("retention", f"127.0.0.1:{server.port}", Certificates(certificates, "gateway"))
        try:
            asking = pb.GetCensusRequest(owner_id=PERSON)
            answer = await pb_grpc.CensusServiceStub(channel.grpc).GetCensus(asking)
        finally:
            await channel.stop()
            await server.stop()
    assert list(answer.away) == ["separation", "billing", "auth"]
    told = [each.fields for each in caplog.records if each.getMessage() == "holder does not say what it holds"]  # type: ignore[attr-defined]  # our own
    assert told == [{"holder": name, "reason": "NOT_CONFIGURED"} for name in answer.away]
    assert [(held.holder, held.kind, held.count) for held in answer.held] == [
        ("library", "upload_receipts", 2),
        ("retention", "upload_receipts", 2),
    ]
    of_library, own = answer.held
    assert not of_library.HasField("title")
    assert own.title.by_language["en"] == "Receipts of uploads"
    assert own.kept.text.by_language["en"] == "until the account is deleted"
    assert own.oldest.ToDatetime(datetime.UTC) == UPLOADED_AT


async def test_duties_are_held_until_they_are_done(setting: Setting) -> None:
    """An upload that is still to be erased is told as that, and afterwards by its receipt alone."""
    own = OwnCensus(setting.database)
    await expect_upload(setting.ports, HeldUpload("upl_1", "usr_1", setting.clock.now()))
    assert [each.kind for each in await own.census("usr_1")] == ["duties"]
    setting.library.hold("upl_1", setting.clock.now(), finished=True)
    setting.clock.advance(hours=25)
    await erase_due(setting.ports)
    assert [each.kind for each in await own.census("usr_1")] == ["upload_receipts"]
