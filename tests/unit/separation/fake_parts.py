"""Everything but the jobs' store, in memory, for the verbs' tests."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from services.separation.app.line_ports import Census
from services.separation.app.ports import Allowance, ByteSource, Effort, OpenedTrack, StoredSegment
from services.separation.audio.arrays import MixBlock
from services.separation.domain.errors import AudioRefused, DependencyAway, ModelUnknown
from services.separation.domain.file_tags import FileTags
from services.separation.domain.findings import Findings
from services.separation.domain.job import Failure, Job, JobState, UploadGrant
from services.separation.domain.models import ModelCard
from services.separation.domain.remark import Remark
from services.separation.domain.tiers import Tier

CARD = ModelCard("baseline", "1", ("vocals", "other"), "Plain.", "Apache-2.0", is_default=True)
SEXTET = ModelCard("sextet", "1", ("vocals", "drums", "bass", "guitar", "piano", "other"), "Six.", "MIT")


@dataclass
class Found:
    """What the fake decoder finds."""

    codec: str = "flac"
    sample_rate: int = 1000
    channels: int = 2
    depth: int = 16
    declared_samples: int = 59_001
    tags: FileTags = field(default_factory=lambda: FileTags("A song", cover=b"\xff\xd8\xff", cover_type="image/jpeg"))
    remarks: tuple[Remark, ...] = (Remark("CLIPPED", "clipped", (("count", "3"),)),)
    total_samples: int = 59_001


class Bytes:
    size_bytes = 1

    async def read(self, offset: int, length: int) -> bytes:
        return b"x" * length


class FakeUploads:
    def open(self, grant: UploadGrant) -> ByteSource:
        return Bytes()


@dataclass
class FakeDecoding:
    found: Found
    refusal: AudioRefused | None

    @property
    def summary(self) -> Found:
        return self.found

    async def inspect(self, *, wants_cover: bool = False) -> Found:
        if self.refusal is not None:
            raise self.refusal
        return self.found

    async def decode(self, first_sample: int = 0) -> AsyncIterator[MixBlock]:
        blocks: list[MixBlock] = []
        for block in blocks:
            yield block


@dataclass
class FakeDecoders:
    found: Found = field(default_factory=Found)
    refusal: AudioRefused | None = None
    longest_s: float = 0.0
    opened: int = 0

    @contextlib.asynccontextmanager
    async def open(self, source: ByteSource, longest_s: float) -> AsyncIterator[FakeDecoding]:
        self.longest_s = longest_s
        self.opened += 1
        yield FakeDecoding(self.found, self.refusal)


@dataclass
class FakeModels:
    """The first is the default."""

    cards: Sequence[ModelCard] = (CARD, SEXTET)

    def list(self) -> Sequence[ModelCard]:
        return self.cards

    def get(self, name: str) -> ModelCard:
        for card in self.list():
            if card.name == name or not name:
                return card
        raise ModelUnknown

    def default_for(self, plan_default: str) -> ModelCard:
        licensed = [card for card in self.list() if card.name == plan_default and card.licence]
        return licensed[0] if licensed else self.list()[0]


@dataclass
class FakeLedger:
    """Minutes; `refusal` answers a reservation, `away` every call."""

    longest_song_s: int = 600
    models: tuple[str, ...] = ()
    default_model: str = ""
    tier: Tier = Tier.STANDARD
    parallel_jobs: int = 0
    refusal: Exception | None = None
    away: bool = False
    reserved: dict[str, int] = field(default_factory=dict)
    settled: dict[str, int] = field(default_factory=dict)
    released: list[str] = field(default_factory=list)

    def _reach(self) -> None:
        if self.away:
            raise DependencyAway("billing")

    async def allowance(self, owner_id: str) -> Allowance:
        self._reach()
        return Allowance(
            self.longest_song_s, 1000, "Small", self.models, self.default_model, self.tier, self.parallel_jobs
        )

    async def reserve(self, owner_id: str, job_id: str, seconds: int) -> None:
        self._reach()
        if self.refusal is not None:
            raise self.refusal
        self.reserved[job_id] = seconds

    async def settle(self, job_id: str, seconds: int) -> None:
        self._reach()
        self.settled[job_id] = seconds

    async def release(self, job_id: str) -> None:
        self._reach()
        self.released.append(job_id)


@dataclass
class FakeMaterials:
    """A library that only hears how jobs end; `faults` are raised first, and ends of `unwanted` jobs refused."""

    concluded: list[str] = field(default_factory=list)
    unwanted: set[str] = field(default_factory=set)
    faults: dict[str, Exception] = field(default_factory=dict)

    async def open_track(self, job: Job) -> OpenedTrack:
        raise NotImplementedError

    async def commit_segment(self, job: Job, segment: StoredSegment, effort: Effort) -> None:
        raise NotImplementedError

    async def record_findings(self, job: Job, findings: Findings) -> None:
        raise NotImplementedError

    async def conclude_track(self, job: Job) -> bool:
        if job.job_id in self.faults:
            raise self.faults[job.job_id]
        self.concluded.append(job.job_id)
        return job.job_id not in self.unwanted


@dataclass
class FakeMeasures:
    outcomes: list[JobState] = field(default_factory=list)
    parts_given_up: list[str] = field(default_factory=list)
    counts: Census | None = None

    def stage(self, stage: str, seconds: float) -> None: ...

    def first_segment(self, waited: datetime.timedelta) -> None: ...

    def given_up(self, part: str) -> None:
        self.parts_given_up.append(part)

    def ended(self, outcome: JobState, failure: Failure | None) -> None:
        self.outcomes.append(outcome)

    def census(self, census: Census) -> None:
        self.counts = census
