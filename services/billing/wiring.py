"""Billing, put together top to bottom."""

from __future__ import annotations

import datetime
import functools
from pathlib import Path

from chassis import lifecycle, metrics
from chassis.bus.connection import Bus, Connecting
from chassis.bus.relay import Relay
from chassis.bus.topology import FACTS
from chassis.clock import Clock, SystemClock
from chassis.datamap.classes import DataClass
from chassis.db.census import Holdings
from chassis.db.export import Documents
from chassis.db.migrate import migrate_at
from chassis.db.operator_acts import FORGET_EVERY_S, OperatorActs
from chassis.db.pool import Database
from chassis.health import Readiness
from chassis.identity import Certificates
from chassis.metrics import MetricsEndpoint
from chassis.rpc.examination_servicer import ExaminationServicer
from chassis.rpc.export import Exporter
from chassis.rpc.purge import Purger
from chassis.rpc.server import RpcServer
from services.billing.api.data_holder_servicer import DataHolderServicer
from services.billing.api.payment_servicers import PaymentAdministrationServicer, PaymentServicer
from services.billing.api.servicers import BillingServicer, LedgerServicer, PlanAdministrationServicer
from services.billing.api.statuses import STATUSES
from services.billing.app.expire_grants import expire_grants
from services.billing.app.make_due_looks import Told, make_due_looks
from services.billing.app.payment_ports import PaymentPorts
from services.billing.app.ports import Ports
from services.billing.app.purge_payments import purge_payments
from services.billing.app.reconcile import reconcile
from services.billing.clients.stripe.client import Keys, StripeProvider
from services.billing.domain.paid_periods import Terms
from services.billing.events.envelopes import encode
from services.billing.settings import BillingSettings
from services.billing.store.examination import PLACE, Examination
from services.billing.store.exports import DOCUMENTS
from services.billing.store.holdings import KINDS
from services.billing.store.ledger import LedgerStore
from services.billing.store.lives import BY_OWN_CLOCK
from services.billing.store.payments import PaymentStore
from services.billing.store.purging import PurgeStore
from stripsession.billing.v1 import billing_service_pb2_grpc as pb_grpc
from stripsession.billing.v1 import payment_service_pb2_grpc as payment_grpc
from stripsession.privacy.v1 import data_holder_service_pb2_grpc as privacy_grpc
from stripsession.privacy.v1 import examination_service_pb2_grpc as examination_grpc

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
    ports = make_ports(settings, database, SystemClock(settings.clock_ahead_s))
    expiry = lifecycle.Periodic("expiry", functools.partial(expire_grants, ports), every_s=settings.expire_every_s)
    payments = Payments(settings, ports, database)
    acts = OperatorActs(database)
    forgetting = lifecycle.Periodic("operators' acts", acts.forget_old, every_s=FORGET_EVERY_S)
    server = rpc_server(settings, ports, readiness, payments, acts)
    metrics_endpoint = MetricsEndpoint(settings.metrics_listen)
    kept: list[lifecycle.Part] = [metrics_endpoint, database, Connecting(bus), Relay(database, bus), expiry]
    await lifecycle.run([*kept, forgetting, *payments.parts, server, readiness])


class Payments:
    """The payment provider where there is one, and the work that its events and the days bring."""

    def __init__(self, settings: BillingSettings, ledger: Ports, database: Database) -> None:
        """Nothing is asked yet."""
        keys = settings.stripe_keys()
        provider = None
        if keys:
            reached = Keys(keys.secret_key, keys.webhook_secrets, settings.stripe_api_url, settings.public_url)
            provider = StripeProvider(reached)
        terms = Terms(datetime.timedelta(days=settings.grace_days))
        self.ports = PaymentPorts(ledger, PaymentStore(database), terms, provider)
        self.holdings = Holdings(database, KINDS)
        self.exporter = Exporter(Documents(database, DOCUMENTS))
        purge = functools.partial(purge_payments, PurgeStore(database))
        self.purger = Purger(PLACE, BY_OWN_CLOCK, {DataClass.PAYMENT: purge})
        told = Told(
            made=lambda result: metrics.CUSTOMER_LOOKS.labels(result).inc(),
            waiting=_told_waiting,
        )
        make = functools.partial(make_due_looks, self.ports, told)
        self.looks = lifecycle.Periodic("looks at customers", make, every_s=settings.looks_every_s)
        # At every start, as nobody knows what was missed before it.
        self._is_wanted = True
        pause_s = settings.reconcile_look_every_s
        self._reconciling = lifecycle.Periodic("reconciliation", self._reconcile, every_s=pause_s)
        clock = SystemClock(settings.clock_ahead_s)
        uses_party = provider is not None and not settings.is_stand_in
        self.examination = Examination(database, clock, uses_payment_party=uses_party)
        self.parts: list[lifecycle.Part] = []
        if provider:
            self.parts = [provider, self.looks, self._reconciling]

    def reconcile(self) -> None:
        """Let a reconciliation begin now."""
        self._is_wanted = True
        self._reconciling.wake()

    async def _reconcile(self) -> None:
        wanted, self._is_wanted = self._is_wanted, False
        if await reconcile(self.ports, now=wanted):
            self.looks.wake()


def _told_waiting(due: int, parked: int) -> None:
    metrics.CUSTOMER_LOOKS_WAITING.set(due)
    metrics.CUSTOMER_LOOKS_PARKED.set(parked)


def make_ports(settings: BillingSettings, database: Database, clock: Clock) -> Ports:
    """What every verb works on."""
    return Ports(LedgerStore(database, encode), clock, settings.catalogue())


def rpc_server(
    settings: BillingSettings, ports: Ports, readiness: Readiness, payments: Payments, acts: OperatorActs
) -> RpcServer:
    """The eight RPC services on their address."""
    paying = PaymentServicer(payments.ports, payments.looks.wake)
    administration = PaymentAdministrationServicer(payments.ports, payments.reconcile)
    holding = DataHolderServicer(payments.ports, payments.holdings.of, payments.exporter, payments.purger)
    examining = ExaminationServicer(payments.examination.looks())
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
            lambda server: payment_grpc.add_PaymentServiceServicer_to_server(paying, server),
            lambda server: payment_grpc.add_PaymentAdministrationServiceServicer_to_server(administration, server),
            lambda server: privacy_grpc.add_DataHolderServiceServicer_to_server(holding, server),
            lambda server: examination_grpc.add_ExaminationServiceServicer_to_server(examining, server),
        ],
        readiness=readiness,
        drain_s=settings.drain_s,
        acts=acts,
    )
