"""A worker with everything around it in memory: a song in, its stems out, and whatever goes wrong on the way."""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from chassis.sealing import new_key
from chassis.testing.clock import ManualClock
from services.separation.app.chunk_calls import Spent, Turn
from services.separation.app.ports import ByteSource, Effort, Engine, OpenedTrack, StoredSegment
from services.separation.app.run_job import run_job
from services.separation.app.workshop import WorkLimits, Workshop
from services.separation.audio.arrays import MixBlock, ModelInput, ModelOutput
from services.separation.audio.properties import AudioProperties
from services.separation.domain.errors import AttemptFenced
from services.separation.domain.findings import Analysis, Findings
from services.separation.domain.job import Audio, Job, NewJob, SealedStem, UploadGrant
from services.separation.domain.models import ModelShape
from services.separation.domain.tiers import Tier
from tests.unit.separation.fake_parts import FakeDecoding, FakeLedger, FakeMaterials, FakeMeasures, FakeUploads, Found
from tests.unit.separation.memory_jobs import MemoryJobs

RATE_HZ = 8000
SEGMENT_SAMPLES = 40_960
STEMS = ("vocals", "drums", "bass", "other")
SHAPE = ModelShape(RATE_HZ, 16_384, 12_288, STEMS, "1")
# Nobody's lease is prolonged in a test unless it says so.
QUIET = WorkLimits(lease_s=1000.0, heartbeat_s=500.0, dependency_patience_s=5.0)


class SongEngine:
    """Stems that do not add up, as a real model's; answers when it is let."""

    def __init__(self, shape: ModelShape = SHAPE) -> None:
        self.shape = shape
        self.let = asyncio.Event()
        self.let.set()
        self.asked = 0
        self.busy = 0
        self.busy_max = 0
        self.chunk_s: float | None = None
        """Seconds of a processor that it tells of each chunk."""
        self.was_asked = asyncio.Condition()

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def describe(self, model: str) -> ModelShape:
        return self.shape

    async def separate(self, model: str, chunk: ModelInput, spent: Spent, its_turn: Turn) -> ModelOutput:
        self.asked += 1
        self.busy += 1
        self.busy_max = max(self.busy_max, self.busy)
        async with self.was_asked:
            self.was_asked.notify_all()
        try:
            await self.let.wait()
            await its_turn()
        finally:
            self.busy -= 1
        gains = np.array([0.5, 0.1, 0.2, 0.1], np.float32)[: len(self.shape.stems), None, None]
        fade = np.linspace(1.0, 0.8, chunk.shape[1], dtype=np.float32)
        answer: ModelOutput = gains * (chunk * fade)
        if self.chunk_s is not None:
            spent(self.chunk_s)
        return answer

    async def until_asked(self, count: int) -> None:
        async with asyncio.timeout(30), self.was_asked:
            await self.was_asked.wait_for(lambda: self.asked >= count)


@dataclass
class SongDecoding(FakeDecoding):
    """The song in blocks; `decoded` samples have been taken so far."""

    song: MixBlock = field(default_factory=lambda: np.zeros((0, 2), np.int32))
    block_samples: int = 4096
    decoded: int = 0

    async def decode(self, first_sample: int = 0) -> AsyncIterator[MixBlock]:
        for at in range(first_sample, len(self.song), self.block_samples):
            block = self.song[at : at + self.block_samples]
            self.decoded = at + len(block)
            yield block


@dataclass
class SongDecoders:
    song: MixBlock
    found: Found
    block_samples: int = 4096
    last: SongDecoding | None = None

    @contextlib.asynccontextmanager
    async def open(self, source: ByteSource, longest_s: float) -> AsyncIterator[SongDecoding]:
        self.last = SongDecoding(self.found, None, self.song, self.block_samples)
        yield self.last


@dataclass
class Shelf(FakeMaterials):
    """A library that keeps what it is given and takes what the real one takes; it may be told to keep a commit waiting.

    `hold_from` is the index of the first segment that is not taken before `let`.
    """

    segments: list[StoredSegment] = field(default_factory=list)
    attempts: list[int] = field(default_factory=list)
    efforts: list[Effort] = field(default_factory=list)
    findings: list[Findings] = field(default_factory=list)
    refusal: Exception | None = None
    hold_from: int | None = None
    let: asyncio.Event = field(default_factory=asyncio.Event)
    committed: asyncio.Condition = field(default_factory=asyncio.Condition)
    attempt: int = 0

    async def open_track(self, job: Job) -> OpenedTrack:
        self.attempt = job.attempt
        heard = [segment.figures.pitch_classes for segment in self.segments]
        sums = tuple(map(math.fsum, zip(*heard, strict=True))) if heard and all(heard) else ()
        committed = sum(segment.length_samples for segment in self.segments)
        return OpenedTrack(UploadGrant("upl_1", 1, b"", ()), len(self.segments), committed, sums)

    async def commit_segment(self, job: Job, segment: StoredSegment, effort: Effort) -> None:
        if job.attempt < self.attempt:
            raise AttemptFenced
        if self.hold_from is not None and segment.index >= self.hold_from:
            await self.let.wait()
        assert len(segment.figures.pitch_classes) in {0, 36}
        assert all(math.isfinite(value) and value >= 0 for value in segment.figures.pitch_classes)
        if segment.index == len(self.segments):
            self.segments.append(segment)
            self.attempts.append(job.attempt)
            self.efforts.append(effort)
        async with self.committed:
            self.committed.notify_all()

    async def record_findings(self, job: Job, findings: Findings) -> None:
        if self.refusal is not None:
            raise self.refusal
        heard = findings.analysis
        told = (heard.bpm, heard.integrated_lufs, heard.loudness_range_lu, heard.true_peak_dbtp)
        numbers = [
            heard.bpm_confidence,
            heard.key_confidence,
            *heard.beats_s,
            *(one for one in told if one is not None),
        ]
        assert all(map(math.isfinite, numbers)), "the library takes numbers alone"
        self.findings.append(findings)

    async def until_committed(self, count: int) -> None:
        async with asyncio.timeout(30), self.committed:
            await self.committed.wait_for(lambda: len(self.segments) >= count)


class MemoryObjects:
    def __init__(self) -> None:
        self.data: dict[str, bytes] = {}
        self.keys: dict[str, bytes] = {}

    async def seal(self, name: str, data: bytes) -> SealedStem:
        return SealedStem(name, new_key(), data, len(data))

    async def put(self, stem: SealedStem) -> None:
        self.data[stem.object_name] = stem.sealed
        self.keys[stem.object_name] = stem.object_key


class Bench:
    """One song, its job, and the workers that take it up one after another."""

    def __init__(
        self,
        song: NDArray[np.int32],
        properties: AudioProperties,
        *,
        shape: ModelShape = SHAPE,
        block_samples: int = 4096,
        engine: Engine | None = None,
    ) -> None:
        self.song = song
        self.properties = properties
        self.jobs = MemoryJobs(ManualClock())
        self.materials = Shelf()
        self.objects = MemoryObjects()
        self.measures = FakeMeasures()
        self.ledger = FakeLedger()
        self.own_engine = SongEngine(shape)
        self.engine = engine or self.own_engine
        found = Found(
            "flac",
            properties.rate_hz,
            properties.channels,
            properties.depth_bits,
            len(song),
            remarks=(),
            total_samples=len(song),
        )
        self.decoders = SongDecoders(song, found, block_samples)

    def shop(self, limits: WorkLimits = QUIET, worker: str = "worker-1") -> Workshop:
        return Workshop(
            worker,
            self.jobs,
            self.ledger,
            self.materials,
            FakeUploads(),
            self.decoders,
            self.engine,
            self.objects,
            self.measures,
            limits,
        )

    async def submit(self) -> None:
        audio = Audio(
            self.properties.rate_hz, self.properties.channels, self.properties.depth_bits, "flac", len(self.song)
        )
        async with self.jobs.transaction() as work:
            await work.insert(NewJob("job_1", "trk_1", "upl_1", "usr_1", "model", STEMS, audio, 3600))
            await work.admit("job_1")
            await work.line_up("usr_1")

    async def run(self, limits: WorkLimits = QUIET, worker: str = "worker-1") -> Job:
        """Submit the job unless it is there, have a worker take it up, and give it as it is then."""
        if "job_1" not in self.jobs.rows:
            await self.submit()
        async with asyncio.timeout(60):
            await run_job(self.shop(limits, worker), Tier.STANDARD)
        return self.job

    @property
    def job(self) -> Job:
        return self.jobs.rows["job_1"].job

    @property
    def analysis(self) -> Analysis:
        """What was heard, as the library was told."""
        (findings,) = self.materials.findings
        return findings.analysis

    def stems(self) -> list[list[bytes]]:
        """Each committed segment's files."""
        return [[self.objects.data[stem.object_name] for stem in segment.stems] for segment in self.materials.segments]

    def peaks(self) -> list[list[bytes]]:
        """Each committed segment's waveforms."""
        return [[stem.peaks for stem in segment.stems] for segment in self.materials.segments]
