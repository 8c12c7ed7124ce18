"""Facts that the library publishes; they carry opaque identifiers only."""

from __future__ import annotations

import dataclasses
import datetime


@dataclasses.dataclass(frozen=True)
class UploadStored:
    """An upload exists; its deadline counts from `created_at`."""

    upload_id: str
    owner_id: str
    created_at: datetime.datetime


@dataclasses.dataclass(frozen=True)
class TrackChanged:
    """A track changed in a way its listener may want to see."""

    track_id: str
    owner_id: str


@dataclasses.dataclass(frozen=True)
class Removed:
    """How much of what a deletion removes."""

    stems: int
    stem_files: int
    peaks: int
    covers: int
    links: int


@dataclasses.dataclass(frozen=True)
class TrackErased:
    """Nothing is left of a track whose deletion was asked for at `asked_at`."""

    track_id: str
    owner_id: str
    upload_id: str
    asked_at: datetime.datetime
    erased_at: datetime.datetime
    removed: Removed


@dataclasses.dataclass(frozen=True)
class SegmentCommitted:
    """More of a track is playable: up to sample `playable_samples`."""

    track_id: str
    owner_id: str
    index: int
    playable_samples: int


@dataclasses.dataclass(frozen=True)
class WebhookGivenUp:
    """A webhook endpoint takes nothing: nothing is sent there until its owner turns it on again."""

    endpoint_id: str
    owner_id: str


Fact = UploadStored | TrackChanged | TrackErased | SegmentCommitted | WebhookGivenUp
