"""Retention, put together top to bottom."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from pathlib import Path

from chassis import lifecycle
from chassis.bus.connection import Bus, Connecting
from chassis.bus.consumer import Consumer
from chassis.bus.relay import Relay
from chassis.bus.topology import FACTS
from chassis.clock import Clock, SystemClock
from chassis.db.migrate import migrate_at
from chassis.db.operator_acts import FORGET_EVERY_S, OperatorActs
from chassis.db.pool import Database
from chassis.health import Readiness
from chassis.identity import Certificates
from chassis.lifecycle import Part
from chassis.metrics import MetricsEndpoint
from chassis.rpc.client import Channel
from chassis.rpc.server import Registration, RpcServer
from services.retention.api.administration_servicer import ErasureAdministrationServicer
from services.retention.api.census_servicer import CensusServicer
from services.retention.api.policy_servicer import PolicyServicer
from services.retention.api.servicer import RetentionServicer
from services.retention.api.statuses import STATUSES
from services.retention.app.account_ports import AccountPorts, Holder
from services.retention.app.get_policy import get_policy
from services.retention.app.ports import Ports
from services.retention.app.take_census import CensusPorts, CountingHolder
from services.retention.clients.counting_holders import CountingClient
from services.retention.clients.holders import DoorClient, HolderClient
from services.retention.clients.library import IDEMPOTENT, LibraryClient
from services.retention.domain.account_erasure import DOOR, LAST
from services.retention.domain.census import SELF
from services.retention.events.account_facts import AccountFactHandlers
from services.retention.events.account_timer import AccountTimer
from services.retention.events.consumers import FactHandlers
from services.retention.events.envelopes import encode
from services.retention.events.timers import Timers
from services.retention.settings import RetentionSettings
from services.retention.store.account_erasures import AccountErasureStore
from services.retention.store.erasures import ErasureStore
from services.retention.store.held_words import read_held_words
from services.retention.store.own_census import OwnCensus
from services.retention.store.policy_files import read_policies
from stripsession.auth.v1 import events_pb2 as auth_events
from stripsession.library.v1 import events_pb2 as library_events
from stripsession.retention.v1 import census_service_pb2_grpc as census_grpc
from stripsession.retention.v1 import erasure_administration_service_pb2_grpc as admin_grpc
from stripsession.retention.v1 import policy_service_pb2_grpc as policy_grpc
from stripsession.retention.v1 import retention_service_pb2_grpc as pb_grpc
from stripsession.separation.v1 import events_pb2 as separation_events

NAME = "retention"
MIGRATIONS = Path(__file__).parent / "store" / "migrations"
_PARALLEL_FACTS = 4


async def migrate(settings: RetentionSettings) -> None:
    """Bring the schema up to date."""
    await migrate_at(settings.database_url, NAME, MIGRATIONS)


async def serve(settings: RetentionSettings) -> None:
    """Run until told to stop."""
    await migrate(settings)
    certificates = Certificates(settings.certificates, NAME)
    database = Database(settings.database_url, NAME)
    bus = Bus(settings.nats_url, certificates, streams=[FACTS])
    library = Channel("library", settings.library_address, certificates, idempotent=IDEMPOTENT)
    ports = make_ports(settings, database, library, SystemClock())
    holders = holder_channels(settings, certificates)
    accounts = make_account_ports(database, holders, SystemClock())
    timer = AccountTimer(accounts)
    acts = OperatorActs(database)
    readiness = Readiness()
    await lifecycle.run(
        [
            MetricsEndpoint(settings.metrics_listen),
            database,
            Connecting(bus),
            Relay(database, bus),
            library,
            *holders.values(),
            *duties(settings, ports, database, bus),
            *account_erasing(accounts, timer, database, bus),
            lifecycle.Periodic("operators' acts", acts.forget_old, every_s=FORGET_EVERY_S),
            rpc_server(
                *(settings, ports, erasing_servicer(accounts, timer), readiness, acts),
                others=[census_service(database, holders)],
            ),
            readiness,
        ]
    )


def make_ports(settings: RetentionSettings, database: Database, library: Channel, clock: Clock) -> Ports:
    """What every verb works on."""
    life = datetime.timedelta(seconds=settings.upload_life_s)
    return Ports(ErasureStore(database, encode), LibraryClient(library), clock, life)


def holder_channels(settings: RetentionSettings, certificates: Certificates) -> dict[str, Channel]:
    """A channel to every holder of data about people that this installation names."""
    addresses = {
        "library": settings.library_address,
        "separation": settings.separation_address,
        "billing": settings.billing_address,
        "auth": settings.auth_address,
    }
    return {name: Channel(name, address, certificates) for name, address in addresses.items() if address}


def make_account_ports(database: Database, holders: Mapping[str, Channel], clock: Clock) -> AccountPorts:
    """What the erasure of people works on."""
    clients: dict[str, Holder] = {name: HolderClient(channel) for name, channel in holders.items()}
    if LAST in holders:
        clients[DOOR] = DoorClient(holders[LAST])
    return AccountPorts(AccountErasureStore(database), clients, clock)


def census_service(database: Database, holders: Mapping[str, Channel]) -> Registration:
    """What is held of people, here and in every other service."""
    counting: dict[str, CountingHolder] = {name: CountingClient(channel) for name, channel in holders.items()}
    own: dict[str, CountingHolder] = {SELF: OwnCensus(database)}
    ports = CensusPorts(counting | own, read_held_words(), get_policy(read_policies(), 0), SystemClock())
    return lambda server: census_grpc.add_CensusServiceServicer_to_server(CensusServicer(ports), server)


def erasing_servicer(ports: AccountPorts, timer: AccountTimer) -> ErasureAdministrationServicer:
    """What an operator asks, which wakes the timer."""
    return ErasureAdministrationServicer(ports, timer.eraser.wake)


def account_erasing(ports: AccountPorts, timer: AccountTimer, database: Database, bus: Bus) -> list[Part]:
    """The timer that erases people, and the consumer that wakes it."""
    requested = Consumer(
        bus,
        database,
        stream=FACTS.name,
        durable="retention-account-deletion-requested",
        kind=auth_events.AccountDeletionRequested,
        handle=AccountFactHandlers(ports, timer.eraser.wake).deletion_requested,
        parallel=_PARALLEL_FACTS,
    )
    return [timer.eraser, requested]


def duties(settings: RetentionSettings, ports: Ports, database: Database, bus: Bus) -> list[Part]:
    """The timers, and the consumers that wake them."""
    timers = Timers(ports, settings.reconcile_every_s)
    handlers = FactHandlers(ports, erase=timers.eraser.wake, reconcile=timers.reconciler.wake)
    stored = Consumer(
        bus,
        database,
        stream=FACTS.name,
        durable="retention-upload-stored",
        kind=library_events.UploadStored,
        handle=handlers.upload_stored,
        parallel=_PARALLEL_FACTS,
    )
    concluded = Consumer(
        bus,
        database,
        stream=FACTS.name,
        durable="retention-job-concluded",
        kind=separation_events.JobConcluded,
        handle=handlers.job_concluded,
        parallel=_PARALLEL_FACTS,
    )
    gone = Consumer(
        bus,
        database,
        stream=FACTS.name,
        durable="retention-track-erased",
        kind=library_events.TrackErased,
        handle=handlers.track_erased,
        parallel=_PARALLEL_FACTS,
    )
    return [timers.eraser, timers.reconciler, stored, concluded, gone]


def rpc_server(
    settings: RetentionSettings,
    ports: Ports,
    erasing: ErasureAdministrationServicer,
    readiness: Readiness,
    acts: OperatorActs,
    others: Sequence[Registration] = (),
) -> RpcServer:
    """The RPC services on one address, with `others`. Raises PolicyInvalid: what cannot be published is not served."""
    policies = PolicyServicer(read_policies())
    return RpcServer(
        settings.listen,
        Certificates(settings.certificates, NAME),
        statuses=STATUSES,
        registrations=[
            lambda server: pb_grpc.add_RetentionServiceServicer_to_server(RetentionServicer(ports), server),
            lambda server: policy_grpc.add_PolicyServiceServicer_to_server(policies, server),
            *others,
            lambda server: admin_grpc.add_ErasureAdministrationServiceServicer_to_server(erasing, server),
        ],
        readiness=readiness,
        drain_s=settings.drain_s,
        acts=acts,
    )
