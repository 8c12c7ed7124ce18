"""A person's covers and stems as files for them to keep. No title is in them, so that they stay as they are."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

from services.library.app.ports import Ports
from services.library.app.read_assembly import chunks, read_assembly
from services.library.domain.errors import SegmentNotFound
from services.library.domain.track import Track, TrackState
from services.library.media.assembly import Assembly
from services.library.media.formats import stem_assembly
from services.library.media.segments import SegmentFacts, StemPlan, StreamShape

_PAGE = 100
_ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
_COVER = re.compile(r"covers/(trk_[A-Za-z0-9_-]{8,64})\.(jpg|png|webp)")
_STEM = re.compile(r"stems/(trk_[A-Za-z0-9_-]{8,64})/([a-z0-9][a-z0-9_-]{0,31})\.flac")


@dataclasses.dataclass(frozen=True)
class GivenFile:
    """One file, which has the same bytes until it is gone or `version` is another."""

    name: str
    kind: str
    media_type: str
    version: str
    size_bytes: int
    read: Callable[[int], AsyncGenerator[bytes, None]]
    """Its bytes from one on. Raises SegmentNotFound and TrackNotFound once it is gone."""


class GivenFiles:
    """Covers first, then stems, each in the order of their names."""

    def __init__(self, ports: Ports) -> None:
        """Read from these."""
        self._ports = ports

    async def after(self, user_id: str, name: str) -> AsyncGenerator[GivenFile, None]:
        """Those whose names come after one; a page of tracks is known at a time."""
        cover, stem = _COVER.fullmatch(name), _STEM.fullmatch(name)
        if stem is None:
            async for track_id in self._tracks(user_id, cover[1] if cover else "", covers=True):
                file = await self._cover(user_id, track_id)
                if file is not None:
                    yield file
        if stem is not None:
            for file in await self._stems(user_id, stem[1]):
                if file.name > name:
                    yield file
        async for track_id in self._tracks(user_id, stem[1] if stem else "", covers=False):
            for file in await self._stems(user_id, track_id):
                yield file

    async def find(self, user_id: str, name: str) -> GivenFile | None:
        """One by its name; None where there is none, or none any more."""
        if match := _COVER.fullmatch(name):
            file = await self._cover(user_id, match[1])
            return file if file is not None and file.name == name else None
        match = _STEM.fullmatch(name)
        stems = await self._stems(user_id, match[1]) if match else []
        return next((file for file in stems if file.name == name), None)

    async def _tracks(self, user_id: str, after: str, *, covers: bool) -> AsyncGenerator[str, None]:
        while True:
            async with self._ports.store.transaction() as work:
                tracks = work.tracks_to_give
                page: Callable[[str, str, int], Awaitable[Sequence[str]]]
                page = tracks.with_cover if covers else tracks.ready
                found = await page(user_id, after, _PAGE)
            for track_id in found:
                yield track_id
            if len(found) < _PAGE:
                return
            after = found[-1]

    async def _cover(self, user_id: str, track_id: str) -> GivenFile | None:
        async with self._ports.store.transaction() as work:
            if await work.tracks.get(user_id, track_id) is None:
                return None
            sealed = await work.file_tags.cover(user_id, track_id)
        if sealed is None or sealed[0].media_type not in _ENDINGS:
            return None
        place, key = sealed

        async def read(offset: int) -> AsyncGenerator[bytes, None]:
            for chunk in chunks((await self._ports.objects.get(key, place.object_name))[offset:]):
                yield chunk

        name = f"covers/{track_id}.{_ENDINGS[place.media_type]}"
        version = place.object_name.rpartition("/")[2]
        return GivenFile(name, "covers", place.media_type, version, place.size_bytes, read)

    async def _stems(self, user_id: str, track_id: str) -> list[GivenFile]:
        async with self._ports.store.transaction() as work:
            track = await work.tracks.get(user_id, track_id)
            if track is None or track.state is not TrackState.READY or track.audio is None:
                return []
            planned = {stem: await work.segments.plan(track_id, stem) for stem in track.stems}
        shape = StreamShape(track.audio.sample_rate_hz, track.audio.channels, track.audio.depth_bits)
        files = []
        for stem, segments in planned.items():
            name = f"stems/{track_id}/{stem}.flac"
            if segments and _STEM.fullmatch(name):
                facts = [SegmentFacts(each.length_samples, each.frames, each.frame_bytes) for each in segments]
                assembly = stem_assembly("flac", 0, StemPlan(shape, facts))
                files.append(self._stem(track, stem, name, assembly, _version(track, facts)))
        # By their whole names, as whoever goes on compares them: bass-2.flac comes before bass.flac.
        return sorted(files, key=lambda file: file.name)

    def _stem(self, track: Track, stem: str, name: str, assembly: Assembly, version: str) -> GivenFile:
        size = assembly.total_bytes
        if size is None:
            raise SegmentNotFound

        def read(offset: int) -> AsyncGenerator[bytes, None]:
            return read_assembly(self._ports, track.owner_id, track.track_id, (stem,), assembly, offset, size)

        return GivenFile(name, "stem_files", "audio/flac", version, size, read)


def _version(track: Track, facts: Sequence[SegmentFacts]) -> str:
    """Of the job and its segments. Of no encoder: a stem's own frames are given as they are."""
    plan = "".join(f"{each.samples},{each.frames},{each.frame_bytes};" for each in facts)
    return f"{track.job_id}.{hashlib.sha256(plan.encode()).hexdigest()[:16]}"
