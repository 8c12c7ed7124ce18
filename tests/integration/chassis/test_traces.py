"""One trace runs through a call and through a fact, from the first service to the last."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider

from chassis import telemetry
from chassis.bus.connection import Bus
from chassis.bus.consumer import Consumer, Delivery
from chassis.bus.relay import Relay
from chassis.bus.topology import ALL, SEPARATION_WORK
from chassis.db.migrate import migrate
from chassis.db.transaction import transaction
from chassis.health import Readiness
from chassis.identity import Certificates
from chassis.rpc.client import Channel
from chassis.rpc.server import RpcServer
from chassis.testing.nats import NatsServer
from chassis.testing.postgres import PostgresServer
from stripsession.billing.v1 import billing_service_pb2 as billing
from stripsession.billing.v1 import billing_service_pb2_grpc as billing_grpc
from stripsession.separation.v1 import events_pb2

_PATIENCE_S = 20.0


@pytest.fixture(autouse=True)
def traced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spans are recorded, without touching the provider of the whole process."""
    provider = TracerProvider()
    monkeypatch.setattr(trace, "get_tracer", provider.get_tracer)


def _trace_id() -> int:
    return trace.get_current_span().get_span_context().trace_id


class Bills(billing_grpc.BillingServiceServicer):
    """Notes the trace it is called in."""

    def __init__(self) -> None:
        self.seen = 0

    async def ListPlans(self, request: object, context: object) -> billing.ListPlansResponse:
        self.seen = _trace_id()
        return billing.ListPlansResponse()


async def test_a_call_carries_its_trace(certificates: Path) -> None:
    """A servicer works in the trace of its caller."""
    bills = Bills()  # type: ignore[abstract]  # the other method stays as generated
    server = RpcServer(
        "127.0.0.1:0",
        Certificates(certificates, "billing"),
        statuses={},
        registrations=[lambda grpc_server: billing_grpc.add_BillingServiceServicer_to_server(bills, grpc_server)],
        readiness=Readiness(),
        drain_s=0,
    )
    await server.start()
    channel = Channel("billing", f"127.0.0.1:{server.port}", Certificates(certificates, "gateway"))
    with telemetry.span("caller"):
        wanted = _trace_id()
        await billing_grpc.BillingServiceStub(channel.grpc).ListPlans(billing.ListPlansRequest())
    await channel.stop()
    await server.stop()
    assert wanted != 0
    assert bills.seen == wanted


async def test_a_fact_carries_its_trace(postgres: PostgresServer, nats_server: NatsServer, tmp_path: Path) -> None:
    """A consumer works in the trace of the transaction that published."""
    seen: asyncio.Queue[int] = asyncio.Queue()

    async def handle(delivery: Delivery[events_pb2.JobQueued]) -> None:
        seen.put_nowait(_trace_id())

    bus = Bus(nats_server.url, None, streams=ALL)
    await bus.start()
    async with postgres.database("things") as database:
        await migrate(database, tmp_path)
        consumer = Consumer(
            bus,
            database,
            stream=SEPARATION_WORK.name,
            durable="workers",
            kind=events_pb2.JobQueued,
            handle=handle,
        )
        relay = Relay(database, bus)
        await relay.start()
        await consumer.start()
        with telemetry.span("publisher"):
            wanted = _trace_id()
            async with transaction(database) as tx:
                await tx.publish(events_pb2.JobQueued(job_id="job_1"))
        assert await asyncio.wait_for(seen.get(), _PATIENCE_S) == wanted
        await consumer.stop()
        await relay.stop()
    await bus.stop()
