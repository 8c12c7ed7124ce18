"""A stem, a mix, a stem file or a zip as one file: what it would be, and its bytes, made from segments as a stream."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator

from services.library.app.ports import Ports
from services.library.app.read_assembly import read_assembly
from services.library.domain.errors import (
    RangeInvalid,
    SegmentNotFound,
    StemNotFound,
    TrackNotFound,
    TrackNotReady,
    UnknownFormat,
)
from services.library.domain.file_tags import CoverObject
from services.library.domain.keys import Key
from services.library.domain.mixing import PRESETS, Level, chosen_levels, preset_levels
from services.library.domain.segment import PlannedSegment
from services.library.domain.track import Track, TrackState
from services.library.media.assembly import OPEN_END
from services.library.media.download import Asked, MadeDownload, Song, make_download
from services.library.media.errors import FormatUnavailable
from services.library.media.formats import FORMATS, WAV_DEPTHS
from services.library.media.segments import SegmentFacts, StemPlan, StreamShape
from services.library.media.tags import CoverArt, Tags


@dataclasses.dataclass(frozen=True)
class Wish:
    """What a listener wants to download; no stems means all. `bundle` asks for a zip with one file per stem.

    `gains_db` and `pans` are those of `stems`, or empty; `preset` stands in place of `stems`.
    """

    owner_id: str
    track_id: str
    stems: tuple[str, ...]
    format_name: str
    bundle: bool = False
    gains_db: tuple[float, ...] = ()
    pans: tuple[float, ...] = ()
    preset: str = ""
    wav_depth: str = ""
    speed: int = 1


@dataclasses.dataclass(frozen=True)
class Download:
    """The file; `stems` are those that its assembly counts as sources 0, 1, ..."""

    wish: Wish
    stems: tuple[str, ...]
    made: MadeDownload

    @property
    def size_bytes(self) -> int | None:
        """Exact size of the file in bytes; None when only making it tells."""
        return self.made.assembly.total_bytes

    @property
    def media_type(self) -> str:
        """Its media type."""
        return self.made.media_type

    @property
    def file_name(self) -> str:
        """A name for it, safe on every file system."""
        return self.made.file_name

    @property
    def etag(self) -> str:
        """Changes when the bytes would."""
        return self.made.etag


async def describe_download(ports: Ports, wish: Wish) -> Download:
    """What the download is. Raises TrackNotFound, TrackNotReady, StemNotFound, MixInvalid or UnknownFormat."""
    depth = WAV_DEPTHS.get(wish.wav_depth)
    if wish.format_name not in FORMATS or depth is None:
        raise UnknownFormat(f"The formats are {', '.join(FORMATS)}; the depths of a wav are 16, 24 and 32f.")
    async with ports.store.transaction() as work:
        track = await work.tracks.get(wish.owner_id, wish.track_id)
        if track is None:
            raise TrackNotFound
        if track.state is not TrackState.READY or track.audio is None:
            raise TrackNotReady
        levels, part = _levels(track, wish)
        stems = tuple(level.stem for level in levels)
        planned = [await work.segments.plan(track.track_id, stem) for stem in stems]
        file_tags = await work.file_tags.get(track.track_id)
        cover = await work.file_tags.cover(track.owner_id, track.track_id)
    shape = StreamShape(track.audio.sample_rate_hz, track.audio.channels, track.audio.depth_bits)
    words = (file_tags.album, file_tags.track_number, file_tags.year, file_tags.genre)
    tags = Tags(track.title, track.artist, *words, await _cover_art(ports, cover))
    song = Song(
        tags,
        stems,
        [_plan(shape, segments) for segments in planned],
        track.created_at,
        (track.track_id, track.job_id, cover[0].object_name if cover else ""),
    )
    gains, pans = [level.gain for level in levels], [level.pan for level in levels]
    asked = Asked(wish.format_name, wish.bundle, part, gains, pans, depth, wish.speed)
    try:
        return Download(wish, stems, await asyncio.to_thread(make_download, song, asked))
    except FormatUnavailable as error:
        raise UnknownFormat(str(error)) from error


def _levels(track: Track, wish: Wish) -> tuple[tuple[Level, ...], str]:
    """The stems that sound, and what the file is called after beside the song: empty for the whole of it."""
    alone = wish.stems[0] if len(wish.stems) == 1 else ""
    preset = wish.preset or (alone if alone in PRESETS and alone not in track.stems else "")
    if preset:
        if wish.preset and (wish.stems or wish.bundle):
            raise StemNotFound("A preset stands in place of stems.")
        return preset_levels(track.stems, preset), preset
    levels = chosen_levels(track.stems, wish.stems, wish.gains_db, wish.pans)
    is_whole = len(levels) == len(track.stems) and len(levels) > 1
    names = "" if is_whole else " + ".join(level.stem for level in levels)
    is_moved = any(level != Level(level.stem) for level in levels)
    return levels, f"{names} mix".strip() if is_moved else names


def _plan(shape: StreamShape, segments: tuple[PlannedSegment, ...]) -> StemPlan:
    return StemPlan(shape, [SegmentFacts(one.length_samples, one.frames, one.frame_bytes) for one in segments])


async def _cover_art(ports: Ports, cover: tuple[CoverObject, Key] | None) -> CoverArt | None:
    if cover is None:
        return None
    place, key = cover
    # The stems are what was asked for: they come without a picture whose object is gone.
    with contextlib.suppress(SegmentNotFound):
        return CoverArt(place.media_type, await ports.objects.get(key, place.object_name))
    return None


async def read_download(ports: Ports, wish: Wish, start: int, stop: int) -> AsyncIterator[bytes]:
    """Bytes [start, stop) in chunks of 1 MiB at most; `stop` 0 means to the end.

    Two segments are in memory at a time, one being read while the other is worked on in a thread. Raises RangeInvalid,
    and as `describe_download` and `read_segment`.
    """
    download = await describe_download(ports, wish)
    assembly = download.made.assembly
    end = OPEN_END if download.size_bytes is None else download.size_bytes
    stop = stop or end
    if not 0 <= start <= stop <= end:
        raise RangeInvalid
    pieces = read_assembly(ports, wish.owner_id, wish.track_id, download.stems, assembly, start, stop)
    async with contextlib.aclosing(pieces):
        async for piece in pieces:
            yield piece
