"""A segment: one slice of all stems of a track, from the first sample on without gaps."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from services.library.domain.errors import SegmentInvalid
from services.library.domain.keys import Key
from services.library.domain.report import SegmentFigures, check_figures
from services.library.domain.rooms import STEMS

PEAK_SAMPLES = 1024


@dataclasses.dataclass(frozen=True)
class SegmentStem:
    """One stem of a segment: its object, and the facts that downloads and waveforms are made from."""

    stem: str
    object_name: str
    size_bytes: int
    frames: int
    frame_bytes: int
    peaks: bytes
    clipped_samples: int = 0


@dataclasses.dataclass(frozen=True)
class Segment:
    """One slice of all stems; `first_sample` is where it lies in the song."""

    index: int
    first_sample: int
    length_samples: int
    stems: tuple[SegmentStem, ...]


@dataclasses.dataclass(frozen=True)
class SealedSegment:
    """A segment as the worker hands it over, with the keys of its objects in the order of its stems.

    `figures` is None from a worker of before there were reports.
    """

    segment: Segment
    keys: tuple[Key, ...]
    figures: SegmentFigures | None = None


@dataclasses.dataclass(frozen=True)
class PlannedSegment:
    """What a download needs to know of one stem's segment before it is read."""

    length_samples: int
    frames: int
    frame_bytes: int


def object_prefix(track_id: str) -> str:
    """Where a track's stems lie."""
    return f"{STEMS}/{track_id}"


def check_segment(track_id: str, stems: Sequence[str], sealed: SealedSegment) -> SealedSegment:
    """The segment with its stems in the track's order.

    Raises SegmentInvalid unless it has each stem of the track once, with objects below the track's own prefix.
    """
    segment = sealed.segment
    pairs = {stem.stem: (stem, key) for stem, key in zip(segment.stems, sealed.keys, strict=True)}
    if len(pairs) != len(segment.stems) or set(pairs) != set(stems):
        raise SegmentInvalid("A segment has each stem of its track once.")
    if segment.length_samples <= 0 or segment.first_sample < 0:
        raise SegmentInvalid("A segment holds samples.")
    for stem, key in pairs.values():
        if not stem.object_name.startswith(object_prefix(track_id) + "/") or ".." in stem.object_name:
            raise SegmentInvalid("A stem's object lies below its track.")
        if stem.size_bytes <= 0 or len(key.material) != 32:
            raise SegmentInvalid("A stem has bytes and a key of 32 bytes.")
        if stem.clipped_samples < 0:
            raise SegmentInvalid("A stem's clipped samples are counted from 0 on.")
    if sealed.figures is not None:
        check_figures(sealed.figures)
    ordered = [pairs[name] for name in stems]
    return SealedSegment(
        dataclasses.replace(segment, stems=tuple(stem for stem, _ in ordered)),
        tuple(key for _, key in ordered),
        sealed.figures,
    )
