"""The library, put together from top to bottom."""

from __future__ import annotations

import datetime
import random
import sys

from chassis import lifecycle
from chassis.bus.connection import Bus, Connecting
from chassis.bus.consumer import Consumer
from chassis.bus.relay import Relay
from chassis.bus.topology import FACTS
from chassis.clock import SystemClock
from chassis.db.census import Holdings
from chassis.db.export import Documents
from chassis.db.migrate import migrate_at
from chassis.db.pool import Database
from chassis.health import Readiness
from chassis.identity import Certificates
from chassis.metrics import MetricsEndpoint
from chassis.objects import StoredObjects, open_objects
from chassis.process import EXIT_SETTINGS
from chassis.rpc.client import Channel
from chassis.rpc.examination_servicer import ExaminationServicer
from chassis.rpc.export import Exporter
from chassis.rpc.purge import Purger
from chassis.rpc.server import Registration, RpcServer
from services.library.api.cover_servicer import CoverServicer
from services.library.api.data_holder_servicer import DataHolderServicer
from services.library.api.holding_servicer import UploadHoldingServicer
from services.library.api.library_servicer import LibraryServicer
from services.library.api.listing_servicer import ListingServicer
from services.library.api.material_servicer import MaterialServicer
from services.library.api.share_servicer import ShareServicer
from services.library.api.statuses import STATUSES
from services.library.api.webhook_servicer import WebhookServicer
from services.library.app.deliver_webhooks import WebhookDeliverer
from services.library.app.give_files import GivenFiles
from services.library.app.ports import Limits, Ports
from services.library.app.sweep import sweep, sweep_jobs
from services.library.clients.separation import IDEMPOTENT, SeparationClient
from services.library.clients.webhook_sender import Names, PinnedSender
from services.library.domain.rooms import STORED
from services.library.events.consumers import RECLAIMED, FactHandlers
from services.library.events.envelopes import encode
from services.library.settings import LibrarySettings
from services.library.store.examination import PLACE, Examination
from services.library.store.exports import DOCUMENTS
from services.library.store.holdings import KINDS
from services.library.store.keys import KeyRing, MasterKeyFault, read_master_key
from services.library.store.library_store import MIGRATIONS, SCHEMA, LibraryStore
from services.library.store.lives import BY_OWN_CLOCK
from services.library.store.objects import SealedObjectStore
from stripsession.auth.v1 import events_pb2 as auth_events
from stripsession.library.v1 import (
    cover_service_pb2_grpc,
    library_service_pb2_grpc,
    listing_service_pb2_grpc,
    material_service_pb2_grpc,
    share_service_pb2_grpc,
    upload_holding_service_pb2_grpc,
    webhook_service_pb2_grpc,
)
from stripsession.privacy.v1 import data_holder_service_pb2_grpc as privacy_grpc
from stripsession.privacy.v1 import examination_service_pb2_grpc as examination_grpc


async def migrate(settings: LibrarySettings) -> None:
    """Bring the schema up to date."""
    await migrate_at(settings.database_url, SCHEMA, MIGRATIONS)


async def serve(settings: LibrarySettings) -> None:
    """Serve until told to stop. Ends at once, with one clear line, when the master key cannot be used."""
    try:
        master_key = read_master_key(settings.master_key_file)
    except MasterKeyFault as fault:
        sys.stderr.write(f"library: {fault}; see STRIPSESSION_MASTER_KEY_FILE\n")
        raise SystemExit(EXIT_SETTINGS) from fault
    await migrate(settings)
    certificates = Certificates(settings.certificates, "library")
    database = Database(settings.database_url, SCHEMA)
    bus = Bus(settings.nats_url, certificates, streams=[FACTS])
    separation = Channel("separation", settings.separation_address, certificates, idempotent=IDEMPOTENT)
    objects = open_objects(settings.objects_url, rooms=STORED)
    ports = Ports(
        store=LibraryStore(database, KeyRing(master_key), encode),
        objects=SealedObjectStore(objects),
        separation=SeparationClient(separation.grpc, submit_deadline_s=settings.submit_deadline_s),
        clock=SystemClock(),
        webhooks=PinnedSender(loopback=settings.webhook_loopback, resolve=Names().resolve),
    )
    limits = _limits(settings)
    readiness = Readiness()
    server = RpcServer(
        settings.listen,
        certificates,
        statuses=STATUSES,
        registrations=[
            *_registrations(ports, limits),
            _holding(ports, database),
            _examining(settings, database, objects),
        ],
        readiness=readiness,
        drain_s=settings.drain_s,
    )

    deliverer = WebhookDeliverer(ports, random.SystemRandom().random)

    async def sweep_once() -> None:
        await sweep(ports)

    async def sweep_jobs_once() -> None:
        await sweep_jobs(ports)

    await lifecycle.run(
        [
            MetricsEndpoint(settings.metrics_listen),
            database,
            Connecting(bus),
            separation,
            Relay(database, bus),
            _reclaimed(ports, database, bus),
            lifecycle.Periodic("sweep", sweep_once, every_s=settings.sweep_every_s),
            lifecycle.Periodic("job sweep", sweep_jobs_once, every_s=settings.sweep_every_s),
            lifecycle.Background("webhooks", deliverer.work),
            server,
            readiness,
        ]
    )


def _reclaimed(ports: Ports, database: Database, bus: Bus) -> Consumer[auth_events.AccountReclaimed]:
    return Consumer(
        bus,
        database,
        stream=FACTS.name,
        durable=RECLAIMED,
        kind=auth_events.AccountReclaimed,
        handle=FactHandlers(ports).account_reclaimed,
    )


def _registrations(ports: Ports, limits: Limits) -> list[Registration]:
    return [
        lambda server: library_service_pb2_grpc.add_LibraryServiceServicer_to_server(
            LibraryServicer(ports, limits), server
        ),
        lambda server: cover_service_pb2_grpc.add_CoverServiceServicer_to_server(CoverServicer(ports), server),
        lambda server: listing_service_pb2_grpc.add_ListingServiceServicer_to_server(ListingServicer(ports), server),
        lambda server: share_service_pb2_grpc.add_ShareServiceServicer_to_server(ShareServicer(ports), server),
        lambda server: material_service_pb2_grpc.add_MaterialServiceServicer_to_server(MaterialServicer(ports), server),
        lambda server: upload_holding_service_pb2_grpc.add_UploadHoldingServiceServicer_to_server(
            UploadHoldingServicer(ports), server
        ),
        lambda server: webhook_service_pb2_grpc.add_WebhookServiceServicer_to_server(WebhookServicer(ports), server),
    ]


def _holding(ports: Ports, database: Database) -> Registration:
    exporter = Exporter(Documents(database, DOCUMENTS), GivenFiles(ports))
    servicer = DataHolderServicer(ports, Holdings(database, KINDS).of, exporter, Purger(PLACE, BY_OWN_CLOCK, {}))
    return lambda server: privacy_grpc.add_DataHolderServiceServicer_to_server(servicer, server)


def _examining(settings: LibrarySettings, database: Database, objects: StoredObjects) -> Registration:
    uses_party = not settings.objects_url.startswith("file://")
    looks = Examination(database, objects, SystemClock(), uses_storage_party=uses_party).looks()
    return lambda server: examination_grpc.add_ExaminationServiceServicer_to_server(ExaminationServicer(looks), server)


def _limits(settings: LibrarySettings) -> Limits:
    return Limits(
        upload_bytes_max=settings.upload_bytes_max,
        open_uploads_max=settings.open_uploads_max,
        part_bytes_max=settings.upload_part_bytes_max,
        parts_max=settings.upload_parts_max,
        upload_life=datetime.timedelta(seconds=settings.upload_life_s),
    )
