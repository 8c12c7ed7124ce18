"""Downloads: assembled from sealed segments, exactly as described, from any byte to any other."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest
import soundfile

from services.library.app.commit_segment import commit_segment
from services.library.app.conclude_track import conclude_track
from services.library.app.create_track import create_track
from services.library.app.open_track import open_track
from services.library.app.read_download import CHUNK_BYTES_MAX, Wish, describe_download, read_download
from services.library.app.read_tracks import update_track
from services.library.domain.errors import RangeInvalid, StemNotFound, TrackNotFound, TrackNotReady, UnknownFormat
from services.library.domain.segment import SealedSegment, Segment, SegmentStem
from services.library.domain.track import Acceptance, Audio, Outcome, Track
from services.library.media.segments import StreamShape
from tests.integration.library.world import OWNER, STEMS, STRANGER, World
from tests.unit.library.stems import MadeStem, make_stem, music

SHAPE = StreamShape(44_100, 2, 16)
LENGTH = 4096 * 12 + 1000


async def _commit(world: World, track: Track, made: list[MadeStem]) -> None:
    await open_track(world.ports, track.track_id, track.job_id, 1, STEMS)
    first = 0
    for index in range(len(made[0].segments)):
        facts = made[0].plan.segments[index]
        stems, keys = [], []
        for name, stem in zip(STEMS, made, strict=True):
            object_name, data = f"stems/{track.track_id}/1/{index:06d}/{name}", stem.segments[index]
            own = stem.plan.segments[index]
            keys.append(world.objects.new_key())
            await world.objects.put(keys[-1], object_name, data)
            stems.append(SegmentStem(name, object_name, len(data), own.frames, own.frame_bytes, b""))
        sealed = SealedSegment(Segment(index, first, facts.samples, tuple(stems)), tuple(keys))
        await commit_segment(world.ports, track.track_id, track.job_id, 1, sealed)
        first += facts.samples


async def _song(world: World) -> tuple[Track, list[MadeStem]]:
    world.separation.acceptance = Acceptance(
        Audio(SHAPE.sample_rate, SHAPE.channels, SHAPE.depth, "flac", LENGTH), "", "", STEMS, (), "baseline"
    )
    upload = await world.uploaded()
    track = await create_track(world.ports, OWNER, upload.upload_id, "", "Höhe: 1/2", "")
    made = [make_stem(music(LENGTH, SHAPE, seed), SHAPE, 4) for seed in range(len(STEMS))]
    await _commit(world, track, made)
    await conclude_track(world.ports, track.track_id, track.job_id, Outcome.COMPLETED, None, LENGTH, ())
    return track, made


def _wish(track: Track, format_name: str, *stems: str, bundle: bool = False, owner_id: str = OWNER) -> Wish:
    return Wish(owner_id, track.track_id, stems, format_name, bundle)


async def _read(world: World, wish: Wish, start: int = 0, stop: int = 0) -> bytes:
    chunks = [chunk async for chunk in read_download(world.ports, wish, start, stop)]
    assert all(0 < len(chunk) <= CHUNK_BYTES_MAX for chunk in chunks)
    return b"".join(chunks)


@pytest.mark.parametrize("format_name", ["flac", "wav"])
async def test_stem_is_exact(world: World, format_name: str) -> None:
    """A lossless download has the stem's very samples, its stated size, and the same bytes for every range of it."""
    track, made = await _song(world)
    wish = _wish(track, format_name, "drums")
    described = await describe_download(world.ports, wish)
    data = await _read(world, wish)
    assert len(data) == described.size_bytes
    samples, rate = soundfile.read(io.BytesIO(data), dtype="int16", always_2d=True)
    assert rate == SHAPE.sample_rate
    assert np.array_equal(samples, made[1].samples)
    assert described.file_name == f"Höhe_ 1_2 - drums.{format_name}"
    size = len(data)
    for start, stop in [(0, 1), (size // 3, size // 2), (size - 7, size)]:
        assert await _read(world, wish, start, stop) == data[start:stop]
    assert await _read(world, wish, size // 2) == data[size // 2 :]


async def test_mix(world: World) -> None:
    """Several stems without a bundle are their sum; all of them are named as the song."""
    track, made = await _song(world)
    wish = _wish(track, "wav")
    samples, _ = soundfile.read(io.BytesIO(await _read(world, wish)), dtype="int16", always_2d=True)
    total = np.clip(made[0].samples + made[1].samples, -32768, 32767)
    assert np.array_equal(samples, total)
    assert (await describe_download(world.ports, wish)).file_name == "Höhe_ 1_2.wav"


async def test_zip(world: World) -> None:
    """A bundle is a zip with one exact file per stem."""
    track, made = await _song(world)
    wish = _wish(track, "flac", bundle=True)
    described = await describe_download(world.ports, wish)
    data = await _read(world, wish)
    assert (len(data), described.media_type) == (described.size_bytes, "application/zip")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [f"Höhe_ 1_2 - {stem}.flac" for stem in STEMS]
        for name, stem in zip(archive.namelist(), made, strict=True):
            samples, _ = soundfile.read(io.BytesIO(archive.read(name)), dtype="int16", always_2d=True)
            assert np.array_equal(samples, stem.samples)


async def test_mp3(world: World) -> None:
    """An MP3 has its stated size."""
    track, _ = await _song(world)
    wish = _wish(track, "mp3", "vocals")
    described = await describe_download(world.ports, wish)
    assert (len(await _read(world, wish)), described.media_type) == (described.size_bytes, "audio/mpeg")


async def test_etag(world: World) -> None:
    """The tag differs between downloads, stays for the same one, and changes with the names inside the file."""
    track, _ = await _song(world)
    wishes = [_wish(track, "wav"), _wish(track, "wav", "drums"), _wish(track, "mp3"), _wish(track, "wav", bundle=True)]
    tags = [(await describe_download(world.ports, wish)).etag for wish in wishes]
    assert len(set(tags)) == len(tags)
    assert (await describe_download(world.ports, wishes[0])).etag == tags[0]
    await update_track(world.ports, OWNER, track.track_id, "Renamed", None)
    assert (await describe_download(world.ports, wishes[0])).etag != tags[0]


async def test_refusals(world: World) -> None:
    """What cannot be had is refused by its name."""
    unready = await world.track()
    with pytest.raises(TrackNotReady):
        await describe_download(world.ports, _wish(unready, "wav"))
    track, _ = await _song(world)
    for wish, error in [
        (_wish(track, "ogg"), UnknownFormat),
        (_wish(track, "flac"), UnknownFormat),
        (_wish(track, "wav", "choir"), StemNotFound),
        (_wish(track, "wav", "drums", "drums"), StemNotFound),
        (_wish(track, "wav", owner_id=STRANGER), TrackNotFound),
    ]:
        with pytest.raises(error):
            await describe_download(world.ports, wish)
    with pytest.raises(UnknownFormat, match="a mix is made as wav or mp3"):
        await describe_download(world.ports, _wish(track, "flac"))
    with pytest.raises(RangeInvalid):
        await _read(world, _wish(track, "wav"), 10, 5)
