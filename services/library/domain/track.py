"""A track: a listener's song, its states and lawful moves, and who may write to it."""

from __future__ import annotations

import dataclasses
import datetime
import enum

from services.library.domain.errors import (
    AnswerOutstanding,
    AttemptFenced,
    SegmentInvalid,
    SegmentOutOfOrder,
    TrackNotRetryable,
    TrackNotSeparating,
)
from services.library.domain.file_tags import Cover, FileTags
from services.library.domain.remark import Remark, joined
from services.library.domain.segment import Segment
from services.library.domain.text import split_title


class TrackState(enum.Enum):
    """Where a track is on its road; the values are stored."""

    CHECKING = "checking"
    SEPARATING = "separating"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Outcome(enum.Enum):
    """How a separation ended."""

    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


UNDER_WAY = frozenset({TrackState.CHECKING, TrackState.SEPARATING})
RETRYABLE = frozenset({TrackState.FAILED, TrackState.CANCELLED})


@dataclasses.dataclass(frozen=True)
class Audio:
    """What the audio is; `length_samples` is an estimate until the track is ready, then counted."""

    sample_rate_hz: int
    channels: int
    depth_bits: int
    codec: str
    length_samples: int


@dataclasses.dataclass(frozen=True)
class Failure:
    """Why a track failed, in words a listener can act on."""

    reason: str
    message: str
    retryable: bool


UPLOAD_DEADLINE = Failure(
    "UPLOAD_DEADLINE", "The song was deleted after 24 hours before it could be separated.", retryable=False
)


@dataclasses.dataclass(frozen=True)
class Acceptance:
    """What separation says when it takes a job."""

    audio: Audio
    tagged_title: str
    tagged_artist: str
    stems: tuple[str, ...]
    remarks: tuple[Remark, ...]
    model: str
    file_tags: FileTags = dataclasses.field(default_factory=FileTags)
    cover: Cover | None = None


@dataclasses.dataclass(frozen=True)
class Track:
    """One song of a listener. `jobs` counts its separations, `attempt` the tries of the present one.

    `stop_owed` says that separation has not confirmed yet that it stopped the job. `bpm` and `key` were heard in it and
    are told once it is ready; like `cover_version`, a word that changes when the cover does and is empty where there is
    none, and what is known of the upload, they are read with it and not saved.
    """

    track_id: str
    owner_id: str
    upload_id: str
    idempotency_key: str
    title: str
    title_chosen: bool
    artist: str
    state: TrackState
    model: str
    job_id: str
    created_at: datetime.datetime
    updated_at: datetime.datetime
    jobs: int = 1
    attempt: int = 0
    audio: Audio | None = None
    stems: tuple[str, ...] = ()
    segments: int = 0
    playable_samples: int = 0
    failure: Failure | None = None
    remarks: tuple[Remark, ...] = ()
    stop_owed: bool = False
    deleting_at: datetime.datetime | None = None
    upload_held: bool = True
    upload_erased_at: datetime.datetime | None = None
    tags: tuple[str, ...] = ()
    bpm: float | None = None
    key: str = ""
    cover_version: str = ""

    @property
    def has_cover(self) -> bool:
        """Whether there is a cover to read."""
        return bool(self.cover_version)

    @property
    def is_under_way(self) -> bool:
        """Whether a separation may still change it."""
        return self.state in UNDER_WAY

    @property
    def awaits_answer(self) -> bool:
        """Whether separation's answer to the submission is not recorded yet."""
        return self.audio is None and self.is_under_way

    @property
    def takes_tags(self) -> bool:
        """Whether the next acceptance brings the words of its file: the first one does."""
        return self.audio is None and self.jobs == 1

    def accepted(self, acceptance: Acceptance) -> Track:
        """Separation took the job. A worker may have been faster than its answer: what it wrote stays."""
        artist, title = self._named(acceptance)
        return dataclasses.replace(
            self,
            state=TrackState.SEPARATING if self.state is TrackState.CHECKING else self.state,
            audio=acceptance.audio,
            title=title,
            artist=artist,
            stems=self.stems or acceptance.stems,
            remarks=joined(acceptance.remarks, self.remarks),
            model=acceptance.model or self.model,
        )

    def _named(self, acceptance: Acceptance) -> tuple[str, str]:
        """Artist and title: the listener's, else the file's tags, else what the file's name tells."""
        artist, title = acceptance.tagged_artist, acceptance.tagged_title
        if not self.takes_tags:
            return self.artist, self.title
        if not (artist or title or self.artist or self.title_chosen):
            return split_title(self.title)
        return self.artist or artist, self.title if self.title_chosen else title or self.title

    def opened(self, job_id: str, attempt: int, stems: tuple[str, ...]) -> Track:
        """An attempt takes over. Raises AttemptFenced for another job or an older attempt, TrackNotSeparating."""
        if job_id != self.job_id or attempt < self.attempt or attempt < 1:
            raise AttemptFenced
        if not self.is_under_way:
            raise TrackNotSeparating
        if not stems or len(set(stems)) != len(stems) or (self.segments and set(stems) != set(self.stems)):
            raise SegmentInvalid("A track has stems, each once, and keeps those that it has segments of.")
        return dataclasses.replace(
            self, state=TrackState.SEPARATING, attempt=attempt, stems=self.stems if self.segments else stems
        )

    def require_attempt(self, job_id: str, attempt: int) -> None:
        """Raises AttemptFenced or TrackNotSeparating unless this attempt holds the track."""
        if job_id != self.job_id or attempt != self.attempt or attempt < 1:
            raise AttemptFenced
        if self.state is not TrackState.SEPARATING:
            raise TrackNotSeparating

    def committed(self, segment: Segment) -> Track:
        """The next segment is playable. Raises SegmentOutOfOrder unless it is the next."""
        if segment.index != self.segments or segment.first_sample != self.playable_samples:
            raise SegmentOutOfOrder
        return dataclasses.replace(
            self, segments=self.segments + 1, playable_samples=self.playable_samples + segment.length_samples
        )

    def concluded(
        self, job_id: str, outcome: Outcome, failure: Failure | None, length_samples: int, remarks: tuple[Remark, ...]
    ) -> Track:
        """The separation ended; the same track when that was known. A failed end of an older job changes nothing.

        Raises AttemptFenced when an older job claims success, TrackNotSeparating when the track has ended otherwise,
        SegmentInvalid when the length is not that of the segments, AnswerOutstanding while the audio is not known.
        """
        if job_id != self.job_id:
            if outcome is Outcome.COMPLETED:
                raise AttemptFenced
            return self
        if not self.is_under_way:
            if (self.state is TrackState.READY) != (outcome is Outcome.COMPLETED):
                raise TrackNotSeparating
            return self
        if outcome is Outcome.COMPLETED:
            return self._ready(length_samples, remarks)
        if outcome is Outcome.CANCELLED:
            return dataclasses.replace(self, state=TrackState.CANCELLED, stop_owed=False)
        shown = failure or Failure("SEPARATION_FAILED", "The song could not be separated. Try again.", retryable=True)
        return self.failed(shown)

    def failed(self, failure: Failure) -> Track:
        """It ended without complete stems."""
        return dataclasses.replace(self, state=TrackState.FAILED, failure=failure)

    def cancelled(self) -> Track:
        """The listener stopped it; the same track when that was known. Raises TrackNotSeparating."""
        if self.state is TrackState.CANCELLED:
            return self
        if not self.is_under_way:
            raise TrackNotSeparating
        return dataclasses.replace(self, state=TrackState.CANCELLED, stop_owed=True)

    def deleted(self, now: datetime.datetime) -> Track:
        """Nothing personal is left of it; its identifiers stay until its objects are surely gone."""
        return dataclasses.replace(
            self,
            title="",
            artist="",
            tags=(),
            idempotency_key="",
            failure=None,
            remarks=(),
            segments=0,
            playable_samples=0,
            stop_owed=self.stop_owed or self.is_under_way,
            deleting_at=now,
        )

    def expired(self) -> Track:
        """Its upload reached the deadline; a separation under way ends with it."""
        if not self.is_under_way:
            return self
        return dataclasses.replace(self.failed(UPLOAD_DEADLINE), stop_owed=True)

    def require_retryable(self) -> None:
        """Raises TrackNotRetryable unless it failed or was stopped."""
        if self.state not in RETRYABLE:
            raise TrackNotRetryable

    def retried(self, job_id: str) -> Track:
        """Separated again from the start by a new job. Raises TrackNotRetryable."""
        self.require_retryable()
        return dataclasses.replace(
            self,
            state=TrackState.CHECKING,
            job_id=job_id,
            jobs=self.jobs + 1,
            attempt=0,
            audio=None,
            stems=(),
            segments=0,
            playable_samples=0,
            failure=None,
            remarks=(),
            stop_owed=False,
        )

    def _ready(self, length_samples: int, remarks: tuple[Remark, ...]) -> Track:
        if self.state is not TrackState.SEPARATING:
            raise TrackNotSeparating
        if not self.segments or length_samples != self.playable_samples:
            raise SegmentInvalid("A complete track's length is that of its segments.")
        if self.audio is None:
            raise AnswerOutstanding
        counted = dataclasses.replace(self.audio, length_samples=length_samples)
        return dataclasses.replace(self, state=TrackState.READY, audio=counted, remarks=joined(self.remarks, remarks))
