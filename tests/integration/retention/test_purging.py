"""The purge of what is past its life on a real PostgreSQL, and billing's over mTLS."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from chassis.clock import SystemClock
from chassis.datamap.classes import DataClass
from chassis.db.pool import Database
from chassis.health import Readiness
from chassis.identity import Certificates
from chassis.rpc.client import Channel
from chassis.rpc.errors import from_error
from chassis.rpc.purge import Purge as PurgeClass
from chassis.rpc.purge import Purger
from chassis.rpc.server import RpcServer
from chassis.testing.clock import ManualClock
from chassis.testing.nats import free_port
from chassis.testing.postgres import PostgresServer
from services.billing.api.data_holder_servicer import DataHolderServicer
from services.billing.app.purge_payments import Purged, purge_payments
from services.billing.store.examination import PLACE
from services.billing.store.lives import BY_OWN_CLOCK
from services.billing.store.purging import PurgeStore as Records
from services.billing.wiring import MIGRATIONS as OF_BILLING
from services.retention.app.purge_due import purge_due
from services.retention.app.purge_ports import PurgePorts
from services.retention.clients.purging_holders import PurgingClient
from services.retention.domain.account_erasure import HOLDERS
from services.retention.domain.errors import HolderFailed
from services.retention.domain.purge import LIVES_YEARS
from services.retention.store.purges import PurgeStore
from stripsession.privacy.v1 import data_holder_service_pb2 as pb
from stripsession.privacy.v1 import data_holder_service_pb2_grpc as pb_grpc
from tests.unit.retention.fake_purges import FakePurgingHolder
from tests.unit.retention.purge_promises import PurgePromises

NOW = datetime.datetime.now(datetime.UTC)


class TestPurgeStore(PurgePromises):
    """PostgreSQL keeps what the store promises."""

    @pytest.fixture
    def store(self, database: Database) -> PurgeStore:
        return PurgeStore(database)


@contextlib.asynccontextmanager
async def served(certificates: Path, purge: PurgeClass, caller: str = "retention") -> AsyncIterator[Channel]:
    """Billing's answer to a purge, over mTLS, with this behind it."""
    port = free_port()
    unasked: Any = None
    purger = Purger(PLACE, BY_OWN_CLOCK, {DataClass.PAYMENT: purge})
    holding = DataHolderServicer(unasked, unasked, unasked, purger)
    server = RpcServer(
        f"127.0.0.1:{port}",
        Certificates(certificates, "billing"),
        statuses={},
        registrations=[lambda made: pb_grpc.add_DataHolderServiceServicer_to_server(holding, made)],
        readiness=Readiness(),
        drain_s=1,
    )
    channel = Channel("billing", f"127.0.0.1:{port}", Certificates(certificates, caller))
    await server.start()
    try:
        yield channel
    finally:
        await channel.stop()
        await server.stop()


async def _nothing(older_than: datetime.datetime) -> Purged:
    return Purged(True, {})


async def test_a_holder_says_what_it_removes_itself(certificates: Path) -> None:
    """Of a class with other ends than a purge the holder names these, and calls itself finished."""
    async with served(certificates, _nothing) as channel:
        client = PurgingClient(channel)
        of_payments = await client.purge("payment", NOW)
        assert (of_payments.is_finished, of_payments.counts) == (True, {})
        assert of_payments.by_own_clock == ("checkout_orders",)
        assert (await client.purge("usage", NOW)).by_own_clock == ()
        assert "dead_letters" in (await client.purge("pseudonymous", NOW)).by_own_clock


@pytest.mark.parametrize(
    ("data_class", "moment", "reason"),
    [
        ("money", NOW, "DATA_CLASS_UNKNOWN"),
        ("", NOW, "DATA_CLASS_UNKNOWN"),
        ("payment", None, "MOMENT_INVALID"),
        ("payment", NOW + datetime.timedelta(days=1), "MOMENT_INVALID"),
    ],
)
async def test_what_makes_no_sense_removes_nothing(
    certificates: Path, data_class: str, moment: datetime.datetime | None, reason: str
) -> None:
    """A class that nobody knows, no moment, and one to come are refused before anything is looked at."""

    async def purge(older_than: datetime.datetime) -> Purged:
        raise AssertionError(older_than)

    request = pb.PurgeRequest(data_class=data_class)
    if moment is not None:
        request.older_than.FromDatetime(moment)
    async with served(certificates, purge) as channel:
        with pytest.raises(grpc.RpcError) as refused:
            await pb_grpc.DataHolderServiceStub(channel.grpc).Purge(request, timeout=5)
    assert from_error(refused.value).reason == reason


async def test_whoever_is_not_retention_purges_nothing(certificates: Path) -> None:
    """A purge is retention's alone."""
    async with served(certificates, _nothing, "gateway") as channel:
        with pytest.raises(HolderFailed) as refused:
            await PurgingClient(channel).purge("payment", NOW)
    assert refused.value.word == "CALLER_NOT_ALLOWED"


async def test_retention_has_billing_purge_by_the_clock(
    database: Database, postgres: PostgresServer, certificates: Path
) -> None:
    """Records seven years past their account go in retention's next round; those of a day less stay."""
    async with postgres.database("billing", OF_BILLING) as billing:
        await billing.pool.execute(
            "INSERT INTO erased_people (user_id, begun_at, finished_at)"
            " SELECT 'usr_' || n, ended, ended FROM (VALUES (1, now() - interval '7 years 1 minute'),"
            " (2, now() - interval '7 years' + interval '1 day')) AS t (n, ended)"
        )
        await billing.pool.execute(
            "INSERT INTO customers (owner_id, asked_at, erased_at) SELECT user_id, now(), now() FROM erased_people"
        )
        records = Records(billing)

        async def purge(older_than: datetime.datetime) -> Purged:
            return await purge_payments(records, older_than)

        async with served(certificates, purge) as channel:
            ports = PurgePorts(PurgeStore(database), {"billing": PurgingClient(channel)}, SystemClock())
            await purge_due(ports)
            await purge_due(ports)
        assert [row["owner_id"] for row in await billing.pool.fetch("SELECT owner_id FROM customers")] == ["usr_2"]
    async with ports.purges.transaction() as work:
        known = {(each.holder, each.data_class): each for each in await work.all()}
    assert known["billing", "payment"].counts == {"people": 1, "customers": 1}
    assert known["billing", "payment"].finished_at is not None
    assert known["auth", "payment"].fault == "NOT_CONFIGURED"


async def test_several_processes_share_the_purges(database: Database) -> None:
    """Of several processes that wake at once each asks for something else: no holder is asked twice for a class."""
    holders = {name: FakePurgingHolder() for name in HOLDERS}
    ports = PurgePorts(PurgeStore(database), holders, ManualClock())
    await asyncio.gather(*(purge_due(ports) for _ in range(5)))
    asked = {name: sorted(data_class for data_class, _ in holder.asked) for name, holder in holders.items()}
    assert asked == dict.fromkeys(HOLDERS, sorted(LIVES_YEARS))
