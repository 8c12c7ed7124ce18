"""Billing, put together top to bottom."""

from __future__ import annotations

import functools
from pathlib import Path

from chassis import lifecycle
from chassis.bus.connection import Bus, Connecting
from chassis.bus.relay import Relay
from chassis.bus.topology import FACTS
from chassis.clock import Clock, SystemClock
from chassis.db.migrate import migrate_at
from chassis.db.pool import Database
from chassis.health import Readiness
from chassis.identity import Certificates
from chassis.metrics import MetricsEndpoint
from chassis.rpc.server import RpcServer
from services.billing.api.servicers import BillingServicer, LedgerServicer, PlanAdministrationServicer
from services.billing.api.statuses import STATUSES
from services.billing.app.expire_grants import expire_grants
from services.billing.app.ports import Ports
from services.billing.events.envelopes import encode
from services.billing.settings import BillingSettings
from services.billing.store.ledger import LedgerStore
from stripsession.billing.v1 import billing_service_pb2_grpc as pb_grpc

NAME = "billing"
MIGRATIONS = Path(__file__).parent / "store" / "migrations"


async def migrate(settings: BillingSettings) -> None:
    """Bring the schema up to date."""
    await migrate_at(settings.database_url, NAME, MIGRATIONS)


async def serve(settings: BillingSettings) -> None:
    """Run until told to stop."""
    await migrate(settings)
    certificates = Certificates(settings.certificates, NAME)
    database = Database(settings.database_url, NAME)
    bus = Bus(settings.nats_url, certificates, streams=[FACTS])
    readiness = Readiness()
    ports = make_ports(settings, database, SystemClock())
    expiry = lifecycle.Periodic("expiry", functools.partial(expire_grants, ports), every_s=settings.expire_every_s)
    server = rpc_server(settings, ports, readiness)
    metrics_endpoint = MetricsEndpoint(settings.metrics_listen)
    await lifecycle.run([metrics_endpoint, database, Connecting(bus), Relay(database, bus), expiry, server, readiness])


def make_ports(settings: BillingSettings, database: Database, clock: Clock) -> Ports:
    """What every verb works on."""
    return Ports(LedgerStore(database, encode), clock, settings.catalogue())


def rpc_server(settings: BillingSettings, ports: Ports, readiness: Readiness) -> RpcServer:
    """The three RPC services on their address."""
    return RpcServer(
        settings.listen,
        Certificates(settings.certificates, NAME),
        statuses=STATUSES,
        registrations=[
            lambda server: pb_grpc.add_BillingServiceServicer_to_server(BillingServicer(ports), server),
            lambda server: pb_grpc.add_LedgerServiceServicer_to_server(LedgerServicer(ports), server),
            lambda server: pb_grpc.add_PlanAdministrationServiceServicer_to_server(
                PlanAdministrationServicer(ports), server
            ),
        ],
        readiness=readiness,
        drain_s=settings.drain_s,
    )
