"""A stem, a mix or a zip as one file: what it would be, and its bytes, assembled from segments as a stream."""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
from collections.abc import AsyncIterator, Sequence

from services.library.app.ports import Ports
from services.library.app.read_segment import read_segment
from services.library.domain.errors import RangeInvalid, StemNotFound, TrackNotFound, TrackNotReady, UnknownFormat
from services.library.domain.segment import PlannedSegment
from services.library.domain.track import Audio, Track, TrackState
from services.library.media.assembly import Assembly
from services.library.media.errors import FormatUnavailable
from services.library.media.formats import FORMATS, ZIP_MIME, mix_assembly, stem_assembly
from services.library.media.naming import file_name
from services.library.media.segments import SegmentFacts, StemPlan, StreamShape
from services.library.media.tags import Tags
from services.library.media.zip import StoredZip, ZipMember

CHUNK_BYTES_MAX = 1024 * 1024


@dataclasses.dataclass(frozen=True)
class Wish:
    """What a listener wants to download; no stems means all. `bundle` asks for a zip with one file per stem."""

    owner_id: str
    track_id: str
    stems: tuple[str, ...]
    format_name: str
    bundle: bool


@dataclasses.dataclass(frozen=True)
class Download:
    """The file: `assembly` makes its bytes, `stems` are those that it counts as sources 0, 1, ..."""

    wish: Wish
    stems: tuple[str, ...]
    assembly: Assembly
    media_type: str
    file_name: str
    etag: str

    @property
    def size_bytes(self) -> int:
        """Exact size of the file in bytes."""
        return self.assembly.total_bytes


async def describe_download(ports: Ports, wish: Wish) -> Download:
    """What the download is. Raises TrackNotFound, TrackNotReady, StemNotFound or UnknownFormat."""
    if wish.format_name not in FORMATS:
        raise UnknownFormat(f"The formats are {', '.join(FORMATS)}.")
    async with ports.store.transaction() as work:
        track = await work.tracks.get(wish.owner_id, wish.track_id)
        if track is None:
            raise TrackNotFound
        stems = wish.stems or track.stems
        if track.state is not TrackState.READY or track.audio is None:
            raise TrackNotReady
        if len(set(stems)) != len(stems) or not set(stems) <= set(track.stems):
            raise StemNotFound
        planned = [await work.segments.plan(track.track_id, stem) for stem in stems]
    return await asyncio.to_thread(_download, wish, track, track.audio, stems, planned)


async def read_download(ports: Ports, wish: Wish, start: int, stop: int) -> AsyncIterator[bytes]:
    """Bytes [start, stop) in chunks of 1 MiB at most; `stop` 0 means to the end.

    Two segments are in memory at a time, one being read while the other is worked on in a thread. Raises RangeInvalid,
    and as `describe_download` and `read_segment`.
    """
    download = await describe_download(ports, wish)
    assembly, stop = download.assembly, stop or download.size_bytes
    if not 0 <= start <= stop <= download.size_bytes:
        raise RangeInvalid
    refs = iter(await asyncio.to_thread(assembly.segments_for, start, stop))
    run = await asyncio.to_thread(assembly.run, start, stop)

    def begin_next() -> asyncio.Task[bytes] | None:
        ref = next(refs, None)
        if ref is None:
            return None
        stem = download.stems[ref.source]
        return asyncio.create_task(read_segment(ports, wish.owner_id, wish.track_id, stem, ref.segment))

    reading = begin_next()
    try:
        while reading is not None:
            segment = await reading
            reading = begin_next()
            made = await asyncio.to_thread(run.feed, segment)
            for chunk in _chunks(made):
                yield chunk
        for chunk in _chunks(await asyncio.to_thread(run.finish)):
            yield chunk
    finally:
        if reading is not None:
            reading.cancel()


def _chunks(data: bytes) -> list[bytes]:
    if len(data) <= CHUNK_BYTES_MAX:
        return [data] if data else []
    return [data[at : at + CHUNK_BYTES_MAX] for at in range(0, len(data), CHUNK_BYTES_MAX)]


def _download(
    wish: Wish, track: Track, audio: Audio, stems: tuple[str, ...], planned: Sequence[tuple[PlannedSegment, ...]]
) -> Download:
    shape = StreamShape(audio.sample_rate_hz, audio.channels, audio.depth_bits)
    plans = [
        StemPlan(shape, [SegmentFacts(one.length_samples, one.frames, one.frame_bytes) for one in segments])
        for segments in planned
    ]
    kind = FORMATS[wish.format_name]
    try:
        if wish.bundle:
            assembly: Assembly = _zip(track, stems, plans, wish.format_name)
            name, media_type = file_name(track.title, "zip", "stems"), ZIP_MIME
        elif len(stems) == 1:
            assembly = stem_assembly(kind.name, 0, plans[0], _tags(track, stems[0]))
            name, media_type = file_name(track.title, kind.extension, stems[0]), kind.mime
        else:
            gains = dict.fromkeys(range(len(plans)), 1.0)
            assembly = mix_assembly(kind.name, dict(enumerate(plans)), gains, _tags(track, ""))
            part = "" if len(stems) == len(track.stems) else " + ".join(stems)
            name, media_type = file_name(track.title, kind.extension, part), kind.mime
    except FormatUnavailable as error:
        raise UnknownFormat("This download is not offered in this format: a mix is made as wav or mp3.") from error
    return Download(wish, stems, assembly, media_type, name, _etag(wish, track, stems, planned))


def _zip(track: Track, stems: tuple[str, ...], plans: Sequence[StemPlan], format_name: str) -> StoredZip:
    kind = FORMATS[format_name]
    members = [
        ZipMember(
            file_name(track.title, kind.extension, stem),
            stem_assembly(kind.name, source, plan, _tags(track, stem)),
            track.created_at,
        )
        for source, (stem, plan) in enumerate(zip(stems, plans, strict=True))
    ]
    return StoredZip(members)


def _tags(track: Track, stem: str) -> Tags:
    return Tags(f"{track.title} - {stem}" if stem else track.title, track.artist)


def _etag(wish: Wish, track: Track, stems: tuple[str, ...], planned: Sequence[tuple[PlannedSegment, ...]]) -> str:
    digest = hashlib.sha256()
    for word in (track.track_id, track.job_id, track.title, track.artist, wish.format_name, str(wish.bundle), *stems):
        digest.update(f"{len(word)}:{word}".encode("utf-8", "replace"))
    for segments in planned:
        for one in segments:
            digest.update(b"%d,%d,%d;" % (one.length_samples, one.frames, one.frame_bytes))
    return digest.hexdigest()[:32]
