"""A worker's whole surroundings on real PostgreSQL, gRPC, storage and decoder; the model runs in this process."""

from __future__ import annotations

import contextlib
import io
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from chassis.db.pool import Database
from chassis.identity import Certificates
from chassis.objects import StoredObjects, open_objects
from chassis.rpc.client import Channel
from chassis.testing.clock import ManualClock
from chassis.testing.postgres import PostgresServer
from services.separation.app.submit_job import Submission, submit_job
from services.separation.app.workshop import WorkLimits, Workshop
from services.separation.clients.decoder import Decoders
from services.separation.clients.in_process_engine import InProcessEngine
from services.separation.clients.library import LibraryMaterials
from services.separation.clients.measures import PrometheusMeasures
from services.separation.clients.model_cards import ModelCards
from services.separation.clients.sealed_objects import SealedStems, SealedUploads
from services.separation.domain.job import Job
from services.separation.events.envelopes import encode
from services.separation.store.jobs import PostgresJobs
from services.separation.wiring import MIGRATIONS
from stack.model_repository import Machine, generate
from stack.registry import models_in
from tests.integration.separation.fake_services import FakeLedger, FakeLibrary, FakeTrack, library_server, store_upload

ROOT = Path(__file__).parents[3]
DOOR = ROOT / "inference" / "door"
MODELS = ROOT / "inference" / "models"
RATE_HZ = 44100
OWNER = "usr_listener"


@pytest.fixture
async def decoders() -> AsyncIterator[Decoders]:
    """A pool with its spare child."""
    async with Decoders() as pool:
        yield pool


@pytest.fixture
async def database(postgres: PostgresServer) -> AsyncIterator[Database]:
    async with postgres.database("separation", MIGRATIONS) as database:
        yield database


@dataclass
class Scene:
    """Everything around a worker, and how to give it a song."""

    database: Database
    objects: StoredObjects
    library: FakeLibrary
    ledger: FakeLedger
    jobs: PostgresJobs
    models: ModelCards
    clock: ManualClock | None
    make_shop: Callable[[str, WorkLimits], Workshop]

    def shop(self, worker: str = "worker-1", limits: WorkLimits | None = None) -> Workshop:
        return self.make_shop(worker, limits or WorkLimits(dependency_patience_s=10.0))

    async def upload(self, track_id: str, data: bytes) -> FakeTrack:
        grant = await store_upload(self.objects, f"upl_{track_id}", data)
        self.library.tracks[track_id] = FakeTrack(grant)
        return self.library.tracks[track_id]

    async def submit(self, job_id: str, track_id: str) -> Job:
        shop = self.shop()
        grant = self.library.tracks[track_id].grant
        submission = Submission(job_id, track_id, OWNER, grant, "")
        submitted = await submit_job(
            self.jobs,
            self.ledger,
            shop.uploads,
            shop.decoders,
            self.models,
            submission,
            queued_max=100,
            queue_retry_s=30.0,
        )
        return submitted.job

    async def job(self, job_id: str) -> Job:
        async with self.jobs.transaction() as work:
            found = await work.get(job_id)
        assert found is not None
        return found

    async def announcements(self, kind: str = "JobQueued") -> int:
        """Facts of a kind that wait in the outbox."""
        return int(
            await self.database.pool.fetchval(
                "SELECT count(fact_id) FROM outbox WHERE subject = $1", f"stripsession.separation.v1.{kind}"
            )
        )


@pytest.fixture
async def scene(database: Database, certificates: Path, tmp_path: Path) -> AsyncIterator[Scene]:
    async with contextlib.AsyncExitStack() as stack:
        library = FakeLibrary()
        server = library_server(library, certificates)
        await server.start()
        stack.push_async_callback(server.stop)
        channel = Channel("library", f"127.0.0.1:{server.port}", Certificates(certificates, "separation"))
        stack.push_async_callback(channel.stop)
        decoders = await stack.enter_async_context(Decoders())
        bundled = models_in(MODELS, is_bundled=True)
        engine = InProcessEngine(generate(bundled, DOOR, tmp_path / "models", Machine(cores=2)), 2)
        stack.push_async_callback(engine.stop)
        objects = open_objects(f"file://{tmp_path / 'objects'}")
        ledger = FakeLedger()
        jobs = PostgresJobs(database, encode)

        def make_shop(worker: str, limits: WorkLimits) -> Workshop:
            return Workshop(
                worker=worker,
                jobs=jobs,
                ledger=ledger,
                materials=LibraryMaterials(channel.grpc),
                uploads=SealedUploads(objects),
                decoders=decoders,
                engine=engine,
                objects=SealedStems(objects),
                measures=PrometheusMeasures(),
                limits=limits,
            )

        models = ModelCards([MODELS], "baseline")
        yield Scene(database, objects, library, ledger, jobs, models, None, make_shop)


def a_song(seconds: float, channels: int = 2, seed: int = 3) -> NDArray[np.int16]:
    """int16 `[n, channels]`: a tone, a beat and noise."""
    generator = np.random.default_rng(seed)
    count = int(seconds * RATE_HZ)
    at = np.arange(count) / RATE_HZ
    wave = 0.3 * np.sin(2 * np.pi * 220 * at) + 0.3 * np.sin(2 * np.pi * 80 * at) * (at % 0.5 < 0.1)
    song = wave[:, None] + 0.05 * generator.standard_normal((count, channels))
    return np.clip(np.rint(song * 32767), -32768, 32767).astype(np.int16)


def as_file(song: NDArray[np.int16], kind: str = "FLAC") -> bytes:
    """The song as a file of 16 bits."""
    file = io.BytesIO()
    soundfile.write(file, song, RATE_HZ, format=kind, subtype="PCM_16")
    return file.getvalue()


def summed(files: list[dict[str, bytes]]) -> NDArray[np.int32]:
    """int32 `[n, channels]`: the stems' samples, added up, segment after segment."""
    segments = []
    for stems in files:
        decoded = [soundfile.read(io.BytesIO(data), dtype="int16", always_2d=True)[0] for data in stems.values()]
        segments.append(np.sum(decoded, axis=0, dtype=np.int32))
    return np.concatenate(segments)
