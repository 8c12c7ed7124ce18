"""Retention, put together top to bottom."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping, Sequence
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
from chassis.evidence.forms import Signer
from chassis.health import Readiness
from chassis.identity import Certificates
from chassis.lifecycle import Part
from chassis.metrics import MetricsEndpoint
from chassis.rpc.client import Channel
from chassis.rpc.server import Registration, RpcServer
from chassis.signing_keys import load_or_make
from services.retention.api.administration_servicer import ErasureAdministrationServicer
from services.retention.api.census_servicer import CensusServicer
from services.retention.api.closing_servicer import ClosingServicer
from services.retention.api.export_servicer import ExportServicer
from services.retention.api.policy_servicer import PolicyServicer
from services.retention.api.promise_servicer import PromiseAdministrationServicer, Promises, PromiseServicer
from services.retention.api.receipt_servicer import ReceiptServicer
from services.retention.api.request_servicers import PrivacyRequestServicer, RequestAdministrationServicer
from services.retention.api.servicer import RetentionServicer
from services.retention.api.statuses import STATUSES
from services.retention.app.account_ports import AccountPorts, Holder
from services.retention.app.audit_promises import AuditPorts
from services.retention.app.check_ports import CheckPorts, Examiner
from services.retention.app.closing_ports import AccountReceipts, ClosingPorts
from services.retention.app.export_ports import ExportPorts, GivingHolder
from services.retention.app.ports import Ports
from services.retention.app.purge_ports import PurgePorts, PurgingHolder
from services.retention.app.receipt_ports import ReceiptPorts
from services.retention.app.request_ports import RequestPorts
from services.retention.app.take_census import CensusPorts, CountingHolder
from services.retention.clients.counting_holders import CountingClient
from services.retention.clients.examiners import ExaminationClient
from services.retention.clients.giving_holders import GivingClient
from services.retention.clients.holders import DoorClient, HolderClient
from services.retention.clients.library import IDEMPOTENT, LibraryClient
from services.retention.clients.notices import NoticeClient
from services.retention.clients.policy_keeper import PolicyKeeperClient
from services.retention.clients.purging_holders import PurgingClient
from services.retention.domain.account_erasure import DOOR, LAST
from services.retention.domain.checks import ITSELF
from services.retention.domain.policy import Policy, in_force
from services.retention.events.account_facts import AccountFactHandlers
from services.retention.events.account_timer import AccountTimer
from services.retention.events.check_timer import CheckTimer
from services.retention.events.closing_timer import ClosingTimer
from services.retention.events.consumers import FactHandlers
from services.retention.events.envelopes import encode
from services.retention.events.export_timer import ExportTimer
from services.retention.events.policy_timer import PolicyTimer
from services.retention.events.purge_timer import PurgeTimer
from services.retention.events.receipt_timer import ReceiptTimer
from services.retention.events.request_timer import RequestTimer
from services.retention.events.timers import Timers
from services.retention.settings import RetentionSettings
from services.retention.store.account_closings import AccountClosingStore
from services.retention.store.account_erasures import AccountErasureStore
from services.retention.store.checks import CheckStore
from services.retention.store.erasures import ErasureStore
from services.retention.store.examination import Examination
from services.retention.store.exports import ExportStore
from services.retention.store.held_words import read_held_words
from services.retention.store.own_census import OwnCensus
from services.retention.store.own_export import OwnExport
from services.retention.store.policy_files import read_policies
from services.retention.store.privacy_requests import PrivacyRequestStore
from services.retention.store.purges import PurgeStore
from services.retention.store.receipt_chain import ReceiptChain
from services.retention.store.receipts import ReceiptStore
from stripsession.auth.v1 import events_pb2 as auth_events
from stripsession.library.v1 import events_pb2 as library_events
from stripsession.retention.v1 import census_service_pb2_grpc as census_grpc
from stripsession.retention.v1 import closing_service_pb2_grpc as closing_grpc
from stripsession.retention.v1 import erasure_administration_service_pb2_grpc as admin_grpc
from stripsession.retention.v1 import export_service_pb2_grpc as export_grpc
from stripsession.retention.v1 import policy_service_pb2_grpc as policy_grpc
from stripsession.retention.v1 import privacy_request_service_pb2_grpc as request_grpc
from stripsession.retention.v1 import promise_administration_service_pb2_grpc as promise_admin_grpc
from stripsession.retention.v1 import promise_service_pb2_grpc as promise_grpc
from stripsession.retention.v1 import receipt_service_pb2_grpc as receipt_grpc
from stripsession.retention.v1 import request_administration_service_pb2_grpc as request_admin_grpc
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
    chain = receipt_chain(settings)
    ports = make_ports(settings, database, library, SystemClock(), chain)
    holders = holder_channels(settings, certificates)
    accounts = make_account_ports(database, holders, SystemClock(), chain)
    receipts = ReceiptPorts(ReceiptStore(database, chain), SystemClock())
    timer = AccountTimer(accounts)
    closings = make_closing_ports(settings, database, SystemClock(), receipts.receipts)
    closing = ClosingTimer(closings, timer.eraser.wake)
    signing = ReceiptTimer(receipts)
    checking = Checking(settings, database, holders, SystemClock())
    exports = make_export_ports(settings, database, holders, SystemClock())
    exporting = ExportTimer(exports)
    requests = make_request_ports(database, holders, SystemClock())
    requesting = RequestTimer(requests)
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
            closing.beginner,
            closing.forgetter,
            signing.signer,
            signing.forgetter,
            *exporting.preparers,
            exporting.sweeper,
            requesting.teller,
            requesting.sweeper,
            PurgeTimer(make_purge_ports(database, holders, SystemClock())).purger,
            checking.timer.runner,
            checking.timer.forgetter,
            *telling_policy(holders, checking.policies),
            lifecycle.Periodic("operators' acts", acts.forget_old, every_s=FORGET_EVERY_S),
            rpc_server(
                settings,
                ports,
                erasing_servicer(accounts, timer),
                readiness,
                acts,
                checking,
                more=[
                    census_registration(database, holders, checking.policies, SystemClock()),
                    closing_registration(closings, closing),
                    receipt_registration(receipts),
                    export_registration(exports, exporting),
                    *request_registrations(requests, requesting, timer),
                ],
            ),
            readiness,
        ]
    )


def receipt_chain(settings: RetentionSettings) -> ReceiptChain:
    """Where deletions are signed, with the key that this process was given. Raises SigningKeyUnusable."""
    path = settings.receipt_key_file
    return ReceiptChain(None if path is None else Signer(load_or_make(path)))


def make_ports(
    settings: RetentionSettings,
    database: Database,
    library: Channel,
    clock: Clock,
    chain: ReceiptChain | None = None,
) -> Ports:
    """What every verb works on."""
    life = datetime.timedelta(seconds=settings.upload_life_s)
    return Ports(ErasureStore(database, encode, chain), LibraryClient(library), clock, life)


def holder_channels(settings: RetentionSettings, certificates: Certificates) -> dict[str, Channel]:
    """A channel to every holder of data about people that this installation names."""
    addresses = {
        "library": settings.library_address,
        "separation": settings.separation_address,
        "billing": settings.billing_address,
        "auth": settings.auth_address,
    }
    return {name: Channel(name, address, certificates) for name, address in addresses.items() if address}


def make_account_ports(
    database: Database, holders: Mapping[str, Channel], clock: Clock, chain: ReceiptChain | None = None
) -> AccountPorts:
    """What the erasure of people works on."""
    clients: dict[str, Holder] = {name: HolderClient(channel) for name, channel in holders.items()}
    if LAST in holders:
        clients[DOOR] = DoorClient(holders[LAST])
    return AccountPorts(AccountErasureStore(database, chain), clients, clock)


def telling_policy(holders: Mapping[str, Channel], policies: Mapping[int, Policy]) -> list[Part]:
    """What has auth know the policy's versions, where this installation names auth."""
    if LAST not in holders:
        return []
    return [PolicyTimer(PolicyKeeperClient(holders[LAST]), policies.values()).teller]


def make_purge_ports(database: Database, holders: Mapping[str, Channel], clock: Clock) -> PurgePorts:
    """What the purge of what is past its life works on."""
    clients: dict[str, PurgingHolder] = {name: PurgingClient(channel) for name, channel in holders.items()}
    return PurgePorts(PurgeStore(database), clients, clock)


def make_closing_ports(
    settings: RetentionSettings, database: Database, clock: Clock, receipts: AccountReceipts
) -> ClosingPorts:
    """What the closing of accounts works on."""
    window = datetime.timedelta(seconds=settings.closing_window_s)
    return ClosingPorts(AccountClosingStore(database, encode), receipts, clock, window)


def closing_registration(ports: ClosingPorts, timer: ClosingTimer) -> Registration:
    """What people ask who close their accounts, which wakes the timer."""
    servicer = ClosingServicer(ports, timer.beginner.wake)
    return lambda server: closing_grpc.add_ClosingServiceServicer_to_server(servicer, server)


def make_export_ports(
    settings: RetentionSettings, database: Database, holders: Mapping[str, Channel], clock: Clock
) -> ExportPorts:
    """What exports work on."""
    giving: dict[str, GivingHolder] = {name: GivingClient(channel) for name, channel in holders.items()}
    own: dict[str, GivingHolder] = {ITSELF: OwnExport(database)}
    life = datetime.timedelta(seconds=settings.export_life_s)
    return ExportPorts(ExportStore(database), giving | own, read_held_words(), clock, life)


def export_registration(ports: ExportPorts, timer: ExportTimer) -> Registration:
    """What people ask who want their data, which wakes the timer."""
    servicer = ExportServicer(ports, timer.wake)
    return lambda server: export_grpc.add_ExportServiceServicer_to_server(servicer, server)


def make_request_ports(database: Database, holders: Mapping[str, Channel], clock: Clock) -> RequestPorts:
    """What requests about privacy work on."""
    notices = NoticeClient(holders[LAST]) if LAST in holders else None
    return RequestPorts(PrivacyRequestStore(database), notices, clock)


def request_registrations(ports: RequestPorts, timer: RequestTimer, erasing: AccountTimer) -> list[Registration]:
    """What people ask who have a request, and what operators do about it, which wakes the timers."""
    servicer = PrivacyRequestServicer(ports)
    administration = RequestAdministrationServicer(ports, timer.teller.wake, erasing.eraser.wake)
    return [
        lambda server: request_grpc.add_PrivacyRequestServiceServicer_to_server(servicer, server),
        lambda server: request_admin_grpc.add_RequestAdministrationServiceServicer_to_server(administration, server),
    ]


class Checking:
    """The checks of promises, and what is told of them. Raises PolicyInvalid."""

    def __init__(
        self, settings: RetentionSettings, database: Database, holders: Mapping[str, Channel], clock: Clock
    ) -> None:
        """Nothing is looked at yet."""
        self.policies = read_policies()
        examiners: dict[str, Examiner] = {name: ExaminationClient(name, channel) for name, channel in holders.items()}
        examiners[ITSELF] = Examination(database, clock, settings.region)
        self.ports = CheckPorts(CheckStore(database), examiners, clock, self._listed)
        self.timer = CheckTimer(self.ports)
        promises = Promises(self.ports, self.policies, settings.region)
        self.told = PromiseServicer(promises)
        self.audited = PromiseAdministrationServicer(promises, AuditPorts(self.ports, self.timer.runner.wake))

    def _listed(self, day: datetime.date) -> Collection[str]:
        """The policy of another day may list others, without anybody's starting anything."""
        return {party for clause in in_force(self.policies, day).clauses for party in clause.parties}


def census_registration(
    database: Database, holders: Mapping[str, Channel], policies: Mapping[int, Policy], clock: Clock
) -> Registration:
    """Adds the service that says what is held of people, here and in every other service."""
    counting: dict[str, CountingHolder] = {name: CountingClient(channel) for name, channel in holders.items()}
    own: dict[str, CountingHolder] = {ITSELF: OwnCensus(database)}
    ports = CensusPorts(counting | own, read_held_words(), policies, clock)
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


def receipt_registration(ports: ReceiptPorts) -> Registration:
    """Adds the service of signed receipts to a server."""
    servicer = ReceiptServicer(ports)
    return lambda server: receipt_grpc.add_ReceiptServiceServicer_to_server(servicer, server)


def rpc_server(
    settings: RetentionSettings,
    ports: Ports,
    erasing: ErasureAdministrationServicer,
    readiness: Readiness,
    acts: OperatorActs,
    checking: Checking,
    more: Sequence[Registration] = (),
) -> RpcServer:
    """The RPC services on one address, and `more`."""
    policies = PolicyServicer(checking.policies, ports.clock)
    return RpcServer(
        settings.listen,
        Certificates(settings.certificates, NAME),
        statuses=STATUSES,
        registrations=[
            lambda server: pb_grpc.add_RetentionServiceServicer_to_server(RetentionServicer(ports), server),
            lambda server: policy_grpc.add_PolicyServiceServicer_to_server(policies, server),
            lambda server: promise_grpc.add_PromiseServiceServicer_to_server(checking.told, server),
            lambda server: promise_admin_grpc.add_PromiseAdministrationServiceServicer_to_server(
                checking.audited, server
            ),
            lambda server: admin_grpc.add_ErasureAdministrationServiceServicer_to_server(erasing, server),
            *more,
        ],
        readiness=readiness,
        drain_s=settings.drain_s,
        acts=acts,
    )
