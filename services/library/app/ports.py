"""What the library needs of the world."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from services.library.app.export_ports import TracksToGive
from services.library.app.file_tag_ports import FileTagsOfTracks
from services.library.app.needless_object_ports import NeedlessObjects
from services.library.app.people_ports import People
from services.library.app.share_ports import MadeRequests, Shares
from services.library.app.webhook_ports import WebhookDeliveries, WebhookEndpoints, WebhookSender
from services.library.domain.facts import Fact, Removed
from services.library.domain.keys import Key
from services.library.domain.listing import TagCount, Wanted
from services.library.domain.report import Findings, Totals
from services.library.domain.segment import PlannedSegment, SealedSegment, Segment
from services.library.domain.track import Acceptance, Track
from services.library.domain.upload import Grant, HeldUpload, Part, Upload


@dataclasses.dataclass(frozen=True)
class Place:
    """Where a page goes on: after the row with this time and identifier."""

    created_at: datetime.datetime
    row_id: str


@dataclasses.dataclass(frozen=True)
class Spot:
    """Where a page that is ordered otherwise goes on: after the row with this key of its order, and identifier."""

    sort_key: str
    row_id: str


class Uploads(Protocol):
    """Uploads within a unit of work. Their keys are wrapped under their owner's, which is made when first needed."""

    async def count_open(self, owner_id: str) -> int:
        """Uploads held that no track was made of; holds off other counts of this owner until the work commits."""
        ...

    async def add(self, upload: Upload, key: Key) -> None:
        """Store a new upload and its key."""
        ...

    async def get(self, owner_id: str, upload_id: str) -> Upload | None:
        """One of the owner's uploads, erased ones too."""
        ...

    async def locked(self, upload_id: str) -> Upload | None:
        """An upload whose row nobody else changes until the work commits. Locked before its track, never after."""
        ...

    async def claim(self, upload_id: str, offset_bytes: int, writer_id: str) -> bool:
        """Make this writer the only one; false unless the upload is held and stands at the offset."""
        ...

    async def append(self, upload_id: str, part: Part, writer_id: str) -> bool:
        """Record a stored part; false unless the writer is still the only one and the part begins at the offset."""
        ...

    async def count_parts(self, upload_id: str) -> int:
        """Parts stored."""
        ...

    async def key(self, upload: Upload) -> Key | None:
        """The key of its parts; None once destroyed."""
        ...

    async def parts(self, upload_id: str) -> tuple[Part, ...]:
        """Its parts, in order."""
        ...

    async def destroy_key(self, upload_id: str) -> None:
        """Make every part unreadable for good."""
        ...

    async def mark_erased(self, upload_id: str, at: datetime.datetime) -> None:
        """Its objects are gone: forget its names and parts."""
        ...

    async def held(
        self, after: Place | None, limit: int, created_before: datetime.datetime | None
    ) -> tuple[HeldUpload, ...]:
        """Uploads not erased, oldest first; with a moment, only the finished and those created before it."""
        ...

    async def half_erased(self, limit: int) -> tuple[str, ...]:
        """Uploads whose key is destroyed and whose objects may be left."""
        ...

    async def forget(self, erased_before: datetime.datetime, of_erased_people_before: datetime.datetime) -> None:
        """Remove the rows of erased uploads that no track refers to; those of erased people from another moment on."""
        ...


class Tracks(Protocol):
    """Tracks within a unit of work; those being deleted are seen only by `locked` and `deleting`."""

    async def add(self, track: Track) -> None:
        """Store a new track. Raises KeyReused when another upload's track took its idempotency key a moment before."""
        ...

    async def get(self, owner_id: str, track_id: str) -> Track | None:
        """One of the owner's tracks."""
        ...

    async def locked(self, track_id: str) -> Track | None:
        """A track whose row nobody else changes until the work commits."""
        ...

    async def locked_with_upload(self, track_id: str) -> Track | None:
        """The same, with its upload's row locked before it."""
        ...

    async def of_key(self, owner_id: str, idempotency_key: str) -> Track | None:
        """The owner's track made with this key."""
        ...

    async def of_upload(self, upload_id: str) -> Track | None:
        """The track made of this upload."""
        ...

    async def named(self, owner_id: str, track_ids: Sequence[str]) -> tuple[Track, ...]:
        """Those of the owner's tracks that have one of these names, newest first."""
        ...

    async def count(self, owner_id: str, wanted: Wanted) -> int:
        """How many of the owner's tracks are wanted."""
        ...

    async def tag_counts(self, owner_id: str, limit: int) -> tuple[TagCount, ...]:
        """The owner's tags with the numbers of their tracks, those of the most tracks first."""
        ...

    async def page(
        self, owner_id: str, wanted: Wanted, after: Place | None, limit: int, offset: int
    ) -> tuple[Track, ...]:
        """The owner's tracks that are wanted, newest first, from `offset` tracks behind a place on."""
        ...

    async def ordered_page(
        self, owner_id: str, wanted: Wanted, after: Spot | None, limit: int, offset: int
    ) -> tuple[tuple[Track, Spot], ...]:
        """The owner's tracks that are wanted, each with its spot in the wanted order, which is not the newest first."""
        ...

    async def save(self, track: Track) -> None:
        """Store a locked track's changes."""
        ...

    async def remove(self, track_id: str) -> None:
        """Remove the row."""
        ...

    async def unanswered(self, unchanged_since: datetime.datetime, limit: int) -> tuple[Track, ...]:
        """Tracks whose submission has no recorded answer for that long."""
        ...

    async def stopping(self, limit: int) -> tuple[Track, ...]:
        """Tracks whose job is not known to have stopped; deleted ones too."""
        ...

    async def deleting(self, limit: int) -> tuple[Track, ...]:
        """Tracks whose deletion is not finished."""
        ...

    async def count_removed(self, track_id: str) -> None:
        """Note with a locked track how much there is of what its deletion removes. Before it is removed."""
        ...

    async def mark_deleted(self, track_id: str) -> tuple[datetime.datetime, Removed] | None:
        """Note that its objects are gone; the row stays for a while, so that late objects are found.

        When that was asked for, and what was removed; None when that was noted before, or nobody counted.
        """
        ...

    async def deleting_of(self, owner_id: str, limit: int) -> tuple[Track, ...]:
        """The owner's among these."""
        ...

    async def deleted(self, before: datetime.datetime, limit: int) -> tuple[str, ...]:
        """Tracks deleted before that moment whose rows are left."""
        ...


class Segments(Protocol):
    """Segments of tracks within a unit of work, with the wrapped keys of their objects."""

    async def add(self, owner_id: str, track_id: str, sealed: SealedSegment, at: datetime.datetime) -> None:
        """Store a segment committed at that moment, its figures, its stems and their keys."""
        ...

    async def page(self, track_id: str, from_index: int, limit: int) -> tuple[Segment, ...]:
        """At most `limit` segments from an index on, with their stems in the track's order."""
        ...

    async def sealed_object(self, owner_id: str, track_id: str, stem: str, index: int) -> tuple[str, Key] | None:
        """Name and key of one stem's object."""
        ...

    async def plan(self, track_id: str, stem: str) -> tuple[PlannedSegment, ...]:
        """The facts of all segments of a stem, in order."""
        ...

    async def drop(self, track_id: str) -> None:
        """Remove a track's segments, and so destroy the keys of their objects; and what the song came to."""
        ...


class Reports(Protocol):
    """What separations came to, within a unit of work."""

    async def put(self, track_id: str, findings: Findings) -> None:
        """Store what a song came to, in place of what was there."""
        ...

    async def get(self, track_id: str) -> Findings | None:
        """What a song came to."""
        ...

    async def totals(self, track_id: str) -> Totals:
        """The figures of a track's segments, summed."""
        ...

    async def pitch_classes(self, track_id: str) -> tuple[float, ...]:
        """The pitch classes of a track's segments, added up in their order; empty when none, or one lacks them."""
        ...


class Work(Protocol):
    """One unit of work: everything commits together, facts too, when the block ends; nothing when it raises."""

    @property
    def uploads(self) -> Uploads:
        """Uploads."""
        ...

    @property
    def tracks(self) -> Tracks:
        """Tracks."""
        ...

    @property
    def segments(self) -> Segments:
        """Segments."""
        ...

    @property
    def reports(self) -> Reports:
        """Reports."""
        ...

    @property
    def file_tags(self) -> FileTagsOfTracks:
        """Tags of tracks' files."""
        ...

    @property
    def shares(self) -> Shares:
        """Links to tracks."""
        ...

    @property
    def webhook_endpoints(self) -> WebhookEndpoints:
        """Webhook endpoints."""
        ...

    @property
    def webhook_deliveries(self) -> WebhookDeliveries:
        """Messages of webhooks."""
        ...

    @property
    def made_requests(self) -> MadeRequests:
        """Requests by their own names."""
        ...

    @property
    def needless_objects(self) -> NeedlessObjects:
        """Objects that are to be removed."""
        ...

    @property
    def tracks_to_give(self) -> TracksToGive:
        """Tracks whose sounds and pictures are given to their owner."""
        ...

    @property
    def people(self) -> People:
        """People who are erased."""
        ...

    async def publish(self, fact: Fact) -> None:
        """Publish once the work has committed."""
        ...


class Store(Protocol):
    """Where the library's rows are."""

    def transaction(self) -> AbstractAsyncContextManager[Work]:
        """A unit of work."""
        ...


class SealedObjects(Protocol):
    """Objects in storage, sealed on the way in and opened on the way out."""

    def new_key(self) -> Key:
        """A fresh key."""
        ...

    async def put(self, key: Key, name: str, plain: bytes | bytearray) -> None:
        """Seal under the key and the name, and store."""
        ...

    async def get(self, key: Key, name: str) -> bytes:
        """Read and open. Raises SegmentNotFound when it is gone."""
        ...

    async def delete(self, name: str) -> None:
        """Remove, when it is there."""
        ...

    async def delete_prefix(self, prefix: str) -> int:
        """Remove all below `prefix/`; the number removed."""
        ...


class Separation(Protocol):
    """The service that separates."""

    async def submit(self, job_id: str, track_id: str, owner_id: str, grant: Grant, model: str) -> Acceptance:
        """Queue a job. Idempotent by job. Raises SubmissionRefused's kinds and SeparationUnavailable."""
        ...

    async def cancel(self, job_id: str, owner_id: str) -> None:
        """Stop a job; done, too, when there is none or it has ended. Raises SeparationUnavailable."""
        ...


class Clock(Protocol):
    """Tells the time in UTC."""

    def now(self) -> datetime.datetime:
        """The present moment."""
        ...


@dataclasses.dataclass(frozen=True)
class Ports:
    """Everything that a verb of the library may need."""

    store: Store
    objects: SealedObjects
    separation: Separation
    clock: Clock
    webhooks: WebhookSender


@dataclasses.dataclass(frozen=True)
class Limits:
    """How much a listener may send, and how long it is kept."""

    upload_bytes_max: int
    open_uploads_max: int
    part_bytes_max: int
    parts_max: int
    upload_life: datetime.timedelta
