"""Builds the control plane and the worker, top to bottom."""

from __future__ import annotations

import contextlib
import ctypes
import functools
import os
import socket
from pathlib import Path

from chassis import lifecycle
from chassis.bus.connection import Bus, Connecting
from chassis.bus.relay import Relay
from chassis.bus.topology import FACTS, SEPARATION_WORK
from chassis.clock import SystemClock
from chassis.db.census import Holdings
from chassis.db.export import Documents
from chassis.db.migrate import migrate, migrate_at
from chassis.db.pool import Database
from chassis.health import Readiness
from chassis.identity import Certificates
from chassis.metrics import MetricsEndpoint
from chassis.objects import open_objects
from chassis.rpc.client import Channel
from chassis.rpc.examination_servicer import ExaminationServicer
from chassis.rpc.export import Exporter
from chassis.rpc.purge import Purger
from chassis.rpc.server import RpcServer
from services.separation.api.servicers import DataHolderServicer, JobReadingServicer, SeparationServicer
from services.separation.api.statuses import STATUSES
from services.separation.app.run_job import run_job
from services.separation.app.submit_job import submit_job
from services.separation.app.sweep import SweepLimits, sweep_queue, sweep_unfinished
from services.separation.app.tiers_in_turn import tiers_in_turn
from services.separation.app.workshop import WorkLimits, Workshop
from services.separation.clients import billing, library
from services.separation.clients.billing import BillingLedger
from services.separation.clients.decoder import Decoders
from services.separation.clients.engine_replicas import EngineReplicas
from services.separation.clients.in_process_engine import InProcessEngine
from services.separation.clients.library import LibraryMaterials
from services.separation.clients.measures import PrometheusMeasures
from services.separation.clients.model_cards import ModelCards
from services.separation.clients.sealed_objects import SealedStems, SealedUploads
from services.separation.clients.triton_engine import TritonEngine
from services.separation.domain.rooms import STORED
from services.separation.events.consumers import Workbench, job_lanes
from services.separation.events.envelopes import encode
from services.separation.settings import Settings
from services.separation.store.examination import PLACE, Examination
from services.separation.store.exports import DOCUMENTS
from services.separation.store.holdings import KINDS
from services.separation.store.jobs import PostgresJobs
from services.separation.store.lives import BY_OWN_CLOCK
from stripsession.privacy.v1 import data_holder_service_pb2_grpc, examination_service_pb2_grpc
from stripsession.separation.v1 import separation_service_pb2_grpc

SERVICE = "separation"
MIGRATIONS = Path(__file__).parent / "store" / "migrations"
# From glibc's malloc.h.
_M_ARENA_MAX = -8
_ARENAS_MAX = 2
_M_MMAP_THRESHOLD = -3
_GIVEN_BACK_BYTES_MIN = 512 * 1024
_M_TRIM_THRESHOLD = -1
_KEPT_BYTES_MAX = 8 * 1024 * 1024


async def serve(settings: Settings) -> None:
    """The control plane: takes jobs in, tells how far they are, sweeps."""
    certificates = Certificates(settings.certificates, SERVICE)
    database = Database(settings.database_url, SERVICE)
    bus = Bus(settings.nats_url, certificates, streams=[FACTS, SEPARATION_WORK])
    library_channel, billing_channel = _channels(settings, certificates)
    jobs = PostgresJobs(database, encode)
    ledger = BillingLedger(billing_channel.grpc)
    materials = LibraryMaterials(library_channel.grpc)
    measures = PrometheusMeasures()
    objects = open_objects(settings.objects_url, rooms=())
    decoders = Decoders()
    folders = [folder for folder in (settings.models_dir, settings.imported_models_dir) if folder is not None]
    models = ModelCards(folders, settings.default_model)
    limits = SweepLimits(announce_again_s=settings.announce_again_s, admission_s=settings.admission_s)
    # Apart, so that the jobs of a dead worker never wait for billing or the library to answer.
    queue_sweeper = lifecycle.Periodic(
        "queue sweeper", functools.partial(sweep_queue, jobs, measures, limits), every_s=settings.sweep_every_s
    )
    sweeper = lifecycle.Periodic(
        "sweeper",
        functools.partial(sweep_unfinished, jobs, materials, ledger, measures, limits),
        every_s=settings.sweep_every_s,
    )
    submit = functools.partial(
        submit_job,
        jobs,
        ledger,
        SealedUploads(objects),
        decoders,
        models,
        queued_max=settings.queued_jobs_max,
        queue_retry_s=settings.queue_retry_s,
    )
    separation, reading = SeparationServicer(submit, jobs, sweeper.wake), JobReadingServicer(jobs, models)
    exporter = Exporter(Documents(database, DOCUMENTS))
    holding = DataHolderServicer(
        jobs, sweeper.wake, Holdings(database, KINDS).of, exporter, Purger(PLACE, BY_OWN_CLOCK, {})
    )
    examining = ExaminationServicer(Examination(database, SystemClock()).looks())
    readiness = Readiness()
    server = RpcServer(
        settings.listen,
        certificates,
        statuses=STATUSES,
        registrations=[
            lambda grpc: separation_service_pb2_grpc.add_SeparationServiceServicer_to_server(separation, grpc),
            lambda grpc: separation_service_pb2_grpc.add_JobReadingServiceServicer_to_server(reading, grpc),
            lambda grpc: data_holder_service_pb2_grpc.add_DataHolderServiceServicer_to_server(holding, grpc),
            lambda grpc: examination_service_pb2_grpc.add_ExaminationServiceServicer_to_server(examining, grpc),
        ],
        readiness=readiness,
        drain_s=settings.drain_s,
    )
    await lifecycle.run(
        [
            MetricsEndpoint(settings.metrics_listen),
            database,
            Migrated(database),
            Connecting(bus),
            Relay(database, bus),
            library_channel,
            billing_channel,
            DecoderPool(decoders),
            queue_sweeper,
            sweeper,
            server,
            readiness,
        ]
    )


async def worker(settings: Settings) -> None:
    """The worker: takes jobs from the queue and separates them."""
    _tune_malloc()
    certificates = Certificates(settings.certificates, SERVICE)
    database = Database(settings.database_url, SERVICE)
    bus = Bus(settings.nats_url, certificates, streams=[FACTS, SEPARATION_WORK])
    library_channel, billing_channel = _channels(settings, certificates)
    objects = open_objects(settings.objects_url, rooms=STORED)
    decoders = Decoders()
    engine = _engine(settings)
    shop = Workshop(
        worker=settings.worker_name or f"{socket.gethostname()}-{os.getpid()}",
        jobs=PostgresJobs(database, encode),
        ledger=BillingLedger(billing_channel.grpc),
        materials=LibraryMaterials(library_channel.grpc),
        uploads=SealedUploads(objects),
        decoders=decoders,
        engine=engine,
        objects=SealedStems(objects),
        measures=PrometheusMeasures(),
        limits=WorkLimits(
            lease_s=settings.lease_s,
            heartbeat_s=settings.heartbeat_s,
            attempts_max=settings.attempts_max,
            chunks_in_flight=settings.chunks_in_flight,
            dependency_patience_s=settings.dependency_patience_s,
        ),
    )
    # Half of the drain time is for reaching a segment's end, the rest for handing the jobs back and closing.
    bench = Workbench(functools.partial(run_job, shop), shop.stopping, settings.drain_s / 2)
    await lifecycle.run(
        [
            MetricsEndpoint(settings.metrics_listen),
            database,
            Migrated(database),
            Connecting(bus),
            library_channel,
            billing_channel,
            DecoderPool(decoders),
            engine,
            job_lanes(bus, database, bench, functools.partial(tiers_in_turn, shop.jobs), settings.worker_parallel_jobs),
            bench,
        ]
    )


async def migrate_only(settings: Settings) -> None:
    """Bring the schema up to date, and end."""
    await migrate_at(settings.database_url, SERVICE, MIGRATIONS)


VERBS = {"serve": serve, "worker": worker, "migrate": migrate_only}


class Migrated:
    """The schema, brought up to date before anything reads it. Safe from several processes at once."""

    name = "migrations"

    def __init__(self, database: Database) -> None:
        self._database = database

    async def start(self) -> None:
        """Apply what is missing."""
        await migrate(self._database, MIGRATIONS)

    async def stop(self) -> None:
        """Nothing to undo."""


class DecoderPool:
    """The decoders as a lifecycle part: a warm child is kept while the service runs."""

    name = "decoders"

    def __init__(self, decoders: Decoders) -> None:
        self._decoders = decoders
        self._open = contextlib.AsyncExitStack()

    async def start(self) -> None:
        """Warm one."""
        await self._open.enter_async_context(self._decoders)

    async def stop(self) -> None:
        """End the warm one."""
        await self._open.aclose()


def _tune_malloc() -> None:
    """Have glibc share memory between threads, give large arrays back as soon as they are let go, and keep small ones.

    With an arena for each thread a long song's arrays took half as much again; and glibc raises by itself the size from
    which arrays are given back, so that the peak crept up with the song's length. Once told that size it also gives the
    heap's end back at every step, to ask for it again at the next: 400,000 page faults in a song of four minutes.

    What is kept leaves gaps, in a long song more of them: given back from 2 MB on, the heap had 30 MB of them and the
    worker's peak was 15 MB higher; from 512 KB on it has 10 MB, for a twentieth more of the worker's processor time.
    Keeping even arrays of 32 MB spared a tenth of that time, but ten hours then took a third more than three minutes.
    """
    with contextlib.suppress(AttributeError, OSError):
        libc = ctypes.CDLL(None)
        libc.mallopt(_M_ARENA_MAX, _ARENAS_MAX)
        libc.mallopt(_M_MMAP_THRESHOLD, _GIVEN_BACK_BYTES_MIN)
        libc.mallopt(_M_TRIM_THRESHOLD, _KEPT_BYTES_MAX)


def _channels(settings: Settings, certificates: Certificates) -> tuple[Channel, Channel]:
    return (
        Channel("library", settings.library_address, certificates, idempotent=library.IDEMPOTENT),
        Channel("billing", settings.billing_address, certificates, idempotent=billing.IDEMPOTENT),
    )


def _engine(settings: Settings) -> EngineReplicas | InProcessEngine:
    if settings.engine == "in_process":
        # macOS has no affinity.
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        return InProcessEngine(settings.model_repository, cores)
    addresses = [address.strip() for address in settings.triton_address.split(",") if address.strip()]
    return EngineReplicas(
        [
            TritonEngine(address, shared_memory=settings.triton_shared_memory, infer_s=settings.infer_s)
            for address in addresses
        ]
    )
