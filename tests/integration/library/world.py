"""The library on real PostgreSQL and a real object folder, with separation faked behind its port."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from chassis.db.pool import Database
from chassis.objects import open_objects
from chassis.testing.clock import ManualClock
from chassis.testing.postgres import PostgresServer
from services.library.app.append_upload import append_upload
from services.library.app.commit_segment import commit_segment
from services.library.app.create_track import create_track
from services.library.app.create_upload import create_upload
from services.library.app.ports import Limits, Ports
from services.library.domain.errors import SeparationUnavailable, SubmissionRefused
from services.library.domain.report import SegmentFigures
from services.library.domain.segment import SealedSegment, Segment, SegmentStem
from services.library.domain.track import Acceptance, Audio, Track
from services.library.domain.upload import Grant, Upload
from services.library.domain.webhook import Heard
from services.library.domain.webhook_target import target_of
from services.library.events.envelopes import encode
from services.library.store.keys import KeyRing
from services.library.store.library_store import MIGRATIONS, SCHEMA, LibraryStore
from services.library.store.objects import SealedObjectStore

MASTER_KEY = bytes(range(32))
OWNER = "usr_listener"
STRANGER = "usr_stranger"
STEMS = ("vocals", "drums")
AUDIO = Audio(44_100, 2, 16, "flac", 100_000)
PART_BYTES = 1000


@dataclass
class FakeSeparation:
    """Takes every job, unless told to refuse; remembers what it was asked."""

    refusal: SubmissionRefused | SeparationUnavailable | None = None
    acceptance: Acceptance = field(default_factory=lambda: Acceptance(AUDIO, "", "", STEMS, (), "baseline"))
    submitted: list[str] = field(default_factory=list)
    grants: list[Grant] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    holding: asyncio.Event | None = None
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def submit(self, job_id: str, track_id: str, owner_id: str, grant: Grant, model: str) -> Acceptance:
        self.submitted.append(job_id)
        self.grants.append(grant)
        self.arrived.set()
        if self.holding is not None:
            await self.holding.wait()
        if self.refusal is not None:
            raise self.refusal
        return self.acceptance

    async def cancel(self, job_id: str, owner_id: str) -> None:
        if isinstance(self.refusal, SeparationUnavailable):
            raise self.refusal
        self.cancelled.append(job_id)


@dataclass
class FakeReceiver:
    """Hears what webhooks send, and answers as it is told: 200 unless told otherwise."""

    sent: list[tuple[str, Mapping[str, str], bytes]] = field(default_factory=list)
    answers: dict[str, Heard] = field(default_factory=dict)
    """Address -> what comes of a try there."""

    def require_url(self, url: str) -> None:
        target_of(url, loopback=False)

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Heard:
        self.sent.append((url, headers, body))
        return self.answers.get(url, Heard(20, 200))


@dataclass
class World:
    """Everything a test of the library needs."""

    database: Database
    folder: Path
    ports: Ports
    objects: SealedObjectStore
    clock: ManualClock
    separation: FakeSeparation
    limits: Limits
    receiver: FakeReceiver

    def stored(self, prefix: str = "") -> list[str]:
        """Names of the objects in storage."""
        files = (path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if path.is_file())
        return sorted(name for name in files if name.startswith(prefix))

    async def uploaded(self, data: bytes = b"song" * 900, owner_id: str = OWNER, name: str = "My Song.flac") -> Upload:
        """A complete upload."""
        upload = await create_upload(self.ports, self.limits, owner_id, len(data), name)
        return await append_upload(self.ports, self.limits, owner_id, upload.upload_id, 0, pieces([data]))

    async def track(self, owner_id: str = OWNER, title: str = "") -> Track:
        """A track whose job was taken."""
        upload = await self.uploaded(owner_id=owner_id)
        return await create_track(self.ports, owner_id, upload.upload_id, "", title, "")

    async def commit(
        self,
        track: Track,
        index: int,
        *,
        attempt: int = 1,
        first: int = -1,
        stores: bool = True,
        figures: SegmentFigures | None = None,
    ) -> Track:
        """Store and commit a made-up segment of 4096 samples, as a worker does; a repeated call does not store."""
        sealed = await self.sealed(track, index, attempt=attempt, first=first, stores=stores)
        sealed = dataclasses.replace(sealed, figures=figures)
        return await commit_segment(self.ports, track.track_id, track.job_id, attempt, sealed)

    async def sealed(
        self, track: Track, index: int, *, attempt: int = 1, first: int = -1, stores: bool = True
    ) -> SealedSegment:
        """Store a made-up segment's objects."""
        stems, keys = [], []
        for stem in STEMS:
            name = f"stems/{track.track_id}/{track.job_id}.{attempt}/{index:06d}/{stem}"
            plain = f"{stem} {index} of attempt {attempt}".encode()
            key = self.objects.new_key()
            if stores:
                await self.objects.put(key, name, plain)
            stems.append(SegmentStem(stem, name, len(plain), 1, len(plain), bytes([index % 256] * 4)))
            keys.append(key)
        start = first if first >= 0 else index * 4096
        return SealedSegment(Segment(index, start, 4096, tuple(stems)), tuple(keys))

    async def facts(self) -> list[str]:
        """Subjects of the facts in the outbox, oldest first, without their package."""
        rows = await self.database.pool.fetch("SELECT subject FROM outbox ORDER BY fact_id")
        return [row["subject"].rpartition(".")[2] for row in rows]

    async def read_upload(self, grant: Grant) -> bytes:
        """The upload's bytes, as a worker reads them with its grant."""
        return b"".join([await self.objects.get(grant.key, part.object_name) for part in grant.parts])


async def pieces(chunks: Iterable[bytes]) -> AsyncIterator[bytes]:
    """The chunks as a stream."""
    for chunk in chunks:
        yield chunk


@contextlib.asynccontextmanager
async def make_world(postgres: PostgresServer, folder: Path) -> AsyncIterator[World]:
    """A fresh library; `folder` is made when it is missing."""
    async with postgres.database(SCHEMA, MIGRATIONS) as database:
        clock, separation, receiver = ManualClock(), FakeSeparation(), FakeReceiver()
        objects = SealedObjectStore(open_objects(f"file://{folder}"))
        ports = Ports(LibraryStore(database, KeyRing(MASTER_KEY), encode), objects, separation, clock, receiver)
        limits = Limits(10_000_000, 3, PART_BYTES, 50, datetime.timedelta(hours=24))
        yield World(database, folder, ports, objects, clock, separation, limits, receiver)
