"""What the verbs need of the world."""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol

from services.separation.app.chunk_calls import Spent, Turn
from services.separation.app.line_ports import Census, Line
from services.separation.audio.arrays import MixBlock, ModelInput, ModelOutput
from services.separation.audio.figures import SegmentFigures
from services.separation.domain.facts import Fact
from services.separation.domain.file_tags import FileTags
from services.separation.domain.findings import Findings
from services.separation.domain.job import Ending, Failure, Job, JobState, NewJob, SealedStem, UploadGrant
from services.separation.domain.models import ModelCard, ModelShape
from services.separation.domain.remark import Remark
from services.separation.domain.tiers import Tier


class JobWork(Line, Protocol):
    """One transaction on the jobs. Every time in it is the store's: no caller's clock counts."""

    async def publish(self, fact: Fact) -> None:
        """Publish once the transaction has committed."""
        ...

    async def get(self, job_id: str) -> Job | None:
        """The job."""
        ...

    async def newest_of_track(self, track_id: str) -> Job | None:
        """The newest job of a track."""
        ...

    async def insert(self, job: NewJob) -> bool:
        """Add it as admitting; false when the identifier is taken."""
        ...

    async def admit(self, job_id: str) -> bool:
        """From admitting to queued; false when it is not admitting."""
        ...

    async def remove_admitting(self, job_id: str) -> bool:
        """Remove a job that never was queued; false when it is not admitting."""
        ...

    async def extend(self, job_id: str, attempt: int, lease_s: float) -> bool:
        """Prolong the lease of this attempt; false when it is not this attempt's any more."""
        ...

    async def progress(self, job_id: str, attempt: int, done_samples: int, *, resumed: bool = False) -> Job | None:
        """Note samples done, as those found done when `resumed`; the job, or None when it is not this attempt's."""
        ...

    async def note_weights(self, job_id: str, attempt: int, weights_sha256: str) -> bool:
        """Note the weights that this attempt works with; false when it is not this attempt's any more."""
        ...

    async def give_back(self, job_id: str, attempt: int, *, counts: bool) -> bool:
        """From running to queued; a try that `counts` is held against the job, which then rests (see PAUSES_S)."""
        ...

    async def end(self, job_id: str, attempt: int, ending: Ending, conclude_after_s: float) -> bool:
        """From running to an end, and when the sweeper may conclude it; false when it is not this attempt's."""
        ...

    async def cancel(self, job_id: str, conclude_after_s: float = 0.0) -> bool:
        """To cancelled from any state that has not ended; false when there is nothing to cancel."""
        ...

    async def defer_admission(self, job_id: str, after_s: float) -> None:
        """Let the sweeper try again so much later."""
        ...

    async def conclude(self, job_id: str) -> bool:
        """Note that an ended job is concluded; false when it was already."""
        ...

    async def defer_conclusion(self, job_id: str, after_s: float) -> None:
        """Let the sweeper try again so much later."""
        ...

    async def stale_admissions(self, after_s: float, limit: int) -> Sequence[str]:
        """Jobs admitting for longer than that and not deferred."""
        ...

    async def unconcluded(self, limit: int) -> Sequence[str]:
        """Ended jobs whose conclusion is due."""
        ...

    async def is_erased(self, owner_id: str) -> bool:
        """Whether a person's erasure has begun; one that has not waits until this transaction has committed."""
        ...

    async def erase_jobs_of(self, owner_id: str) -> tuple[int, Mapping[str, int]]:
        """Cancel what has not ended, remove what is concluded; how many jobs are left, and what was removed in all.

        From now on the person `is_erased`.
        """
        ...


class Jobs(Protocol):
    """The jobs of this service."""

    def transaction(self) -> AbstractAsyncContextManager[JobWork]:
        """Commits when the block ends, rolls back when it raises. Raises DependencyAway when the database is away."""
        ...


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a person may ask for now."""

    longest_song_s: int
    left_s: int
    plan_title: str = ""
    models: tuple[str, ...] = ()
    """Models that may be asked for; none named means every one."""
    default_model: str = ""
    """The model taken when none is named; empty is the installation's."""
    tier: Tier = Tier.STANDARD
    """Where its jobs wait."""
    parallel_jobs: int = 0
    """Jobs that may run at once; 0 is no bound."""


class Ledger(Protocol):
    """Billing's minutes. Every write is idempotent by job. Each raises DependencyAway."""

    async def allowance(self, owner_id: str) -> Allowance:
        """What a person may ask for now."""
        ...

    async def reserve(self, owner_id: str, job_id: str, seconds: int) -> None:
        """Set seconds aside. Raises MinutesExhausted, UploadRefused, AdmissionLapsed, JobMismatch."""
        ...

    async def settle(self, job_id: str, seconds: int) -> None:
        """Charge, once; a job that was released stays so."""
        ...

    async def release(self, job_id: str) -> None:
        """Give back; a job that was charged stays so."""
        ...


class ByteSource(Protocol):
    """An upload's plain bytes, unsealed on demand."""

    @property
    def size_bytes(self) -> int:
        """The whole length."""
        ...

    async def read(self, offset: int, length: int) -> bytes:
        """Exactly `length` bytes from `offset`. Raises UploadGone, DependencyAway."""
        ...


class Uploads(Protocol):
    """Uploads, read under a grant."""

    def open(self, grant: UploadGrant) -> ByteSource:
        """The upload's bytes; nothing is read yet."""
        ...


class InspectedAudio(Protocol):
    """What the decoder says a file is."""

    @property
    def codec(self) -> str:
        """Name of the codec."""
        ...

    @property
    def sample_rate(self) -> int:
        """Samples per second."""
        ...

    @property
    def channels(self) -> int:
        """1 or 2."""
        ...

    @property
    def depth(self) -> int:
        """16 or 24 bits."""
        ...

    @property
    def declared_samples(self) -> int:
        """Declared length, or the counted one where none is declared."""
        ...

    @property
    def tags(self) -> FileTags:
        """What the file says of itself."""
        ...

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """Things the listener should know."""
        ...


class DecodedTotals(Protocol):
    """What decoding came to."""

    @property
    def total_samples(self) -> int:
        """Samples counted, skipped ones included."""
        ...

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """Things the listener should know."""
        ...


class Decoding(Protocol):
    """One file in the sandboxed decoder. Raises AudioRefused, DecoderFailed, and what the source raises."""

    @property
    def summary(self) -> DecodedTotals:
        """What decoding came to, once it has ended."""
        ...

    async def inspect(self, *, wants_cover: bool = False) -> InspectedAudio:
        """What the file is; its tags have the cover only where that is wanted."""
        ...

    def decode(self, first_sample: int = 0) -> AsyncIterator[MixBlock]:
        """Its samples from there on, in blocks that nobody writes to."""
        ...


class Decoders(Protocol):
    """The sandboxed decoders."""

    def open(self, source: ByteSource, longest_s: float) -> AbstractAsyncContextManager[Decoding]:
        """A decoder for one file. Raises DecoderFailed when none starts."""
        ...


class Models(Protocol):
    """The models' cards."""

    def list(self) -> Sequence[ModelCard]:
        """Every model, the default first."""
        ...

    def get(self, name: str) -> ModelCard:
        """One; the empty name is the default's. Raises ModelUnknown."""
        ...

    def default_for(self, plan_default: str) -> ModelCard:
        """The one taken when none is named: the plan's where it is there and licensed, else the installation's."""
        ...


class Engine(Protocol):
    """Where models run. Each raises DependencyAway."""

    async def describe(self, model: str) -> ModelShape:
        """How a model takes audio, wherever a chunk may be made. Raises ModelChanged where that is not alike."""
        ...

    async def separate(self, model: str, chunk: ModelInput, spent: Spent, its_turn: Turn) -> ModelOutput:
        """The stems of one chunk, the caller's to keep; `chunk_calls.py` says what `spent` and `its_turn` are for."""
        ...


@dataclass(frozen=True, slots=True)
class OpenedTrack:
    """Leave to work on a track, and where to go on."""

    upload: UploadGrant
    committed_segments: int
    committed_samples: int
    pitch_classes: tuple[float, ...] = ()
    """Summed over the committed segments; empty when there are none, or in one of them none could be heard."""


@dataclass(frozen=True, slots=True)
class StoredStem:
    """One stem's stored object, with the key that seals it."""

    stem: str
    object_name: str
    object_key: bytes = field(repr=False)
    size_bytes: int
    frames: int
    frame_bytes: int
    peaks: bytes = field(repr=False)
    clipped_samples: int


@dataclass(frozen=True, slots=True)
class StoredSegment:
    """One segment, every stem of it stored."""

    index: int
    first_sample: int
    length_samples: int
    stems: tuple[StoredStem, ...]
    figures: SegmentFigures = field(repr=False)


@dataclass(frozen=True, slots=True)
class Effort:
    """Seconds since an attempt's last segment: `worker_s` are all that passed.

    `engine_s` are those of the engine's processors; where it does not tell, those in which it had a chunk or a queue.
    """

    engine_s: float
    worker_s: float


class Materials(Protocol):
    """The library, for a worker. Each raises DependencyAway, TrackGone, AttemptFenced."""

    async def open_track(self, job: Job) -> OpenedTrack:
        """Shut out older attempts and get leave to read. Raises UploadGone as well."""
        ...

    async def commit_segment(self, job: Job, segment: StoredSegment, effort: Effort) -> None:
        """Record a stored segment, and what it took."""
        ...

    async def record_findings(self, job: Job, findings: Findings) -> None:
        """Record what the whole song came to; after its last segment. Raises FindingsRefused as well."""
        ...

    async def conclude_track(self, job: Job) -> bool:
        """Tell how an ended job ended; false when the track was deleted, stopped or begun anew, and wants no end."""
        ...


class StemObjects(Protocol):
    """Where stems are kept, sealed."""

    async def seal(self, name: str, data: bytes) -> SealedStem:
        """Seal under a fresh key, to be stored under that name."""
        ...

    async def put(self, stem: SealedStem) -> None:
        """Store. Raises DependencyAway, and may then be repeated: a try that arrives late changes nothing."""
        ...


class Measures(Protocol):
    """What is measured of the work."""

    def stage(self, stage: str, seconds: float) -> None:
        """One unit of a stage took so long."""
        ...

    def first_segment(self, waited: datetime.timedelta) -> None:
        """From a job's acceptance to its first playable segment."""
        ...

    def given_up(self, part: str) -> None:
        """A part of what is found beside a song's stems failed, and the stems went on."""
        ...

    def ended(self, outcome: JobState, failure: Failure | None) -> None:
        """A job ended."""
        ...

    def census(self, census: Census) -> None:
        """The gauges."""
        ...


Wake = Callable[[], None]
"""Has the sweeper run at once."""
