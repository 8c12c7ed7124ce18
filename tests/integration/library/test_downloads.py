"""Downloads: assembled from sealed segments, exactly as described, from any byte to any other."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import numpy as np
import pytest
import soundfile

from services.library.app.commit_segment import commit_segment
from services.library.app.conclude_track import conclude_track
from services.library.app.create_track import create_track
from services.library.app.delete_track import delete_track
from services.library.app.open_track import open_track
from services.library.app.read_assembly import CHUNK_BYTES_MAX
from services.library.app.read_download import Wish, describe_download, read_download
from services.library.app.read_tracks import update_track
from services.library.domain.errors import (
    MixInvalid,
    RangeInvalid,
    StemNotFound,
    TrackNotFound,
    TrackNotReady,
    UnknownFormat,
)
from services.library.domain.file_tags import Cover, FileTags
from services.library.domain.segment import SealedSegment, Segment, SegmentStem
from services.library.domain.track import Acceptance, Audio, Outcome, Track
from services.library.media.segments import StreamShape
from tests.integration.library.world import OWNER, STEMS, STRANGER, World
from tests.unit.library.sound import hear
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


async def song(
    world: World, file_tags: FileTags | None = None, cover: Cover | None = None, owner_id: str = OWNER
) -> tuple[Track, list[MadeStem]]:
    """A ready track of two stems, and what they are."""
    audio = Audio(SHAPE.sample_rate, SHAPE.channels, SHAPE.depth, "flac", LENGTH)
    world.separation.acceptance = Acceptance(
        audio, "Tagged", "Band", STEMS, (), "baseline", file_tags or FileTags(), cover
    )
    upload = await world.uploaded(owner_id=owner_id)
    track = await create_track(world.ports, owner_id, upload.upload_id, "", "Höhe: 1/2", "")
    made = [make_stem(music(LENGTH, SHAPE, seed), SHAPE, 4) for seed in range(len(STEMS))]
    await _commit(world, track, made)
    await conclude_track(world.ports, track.track_id, track.job_id, Outcome.COMPLETED, None, LENGTH, ())
    return track, made


def _wish(track: Track, format_name: str, *stems: str, owner_id: str = OWNER, **more: Any) -> Wish:
    return Wish(owner_id, track.track_id, stems, format_name, **more)


async def _read(world: World, wish: Wish, start: int = 0, stop: int = 0) -> bytes:
    chunks = [chunk async for chunk in read_download(world.ports, wish, start, stop)]
    assert all(0 < len(chunk) <= CHUNK_BYTES_MAX for chunk in chunks)
    return b"".join(chunks)


@pytest.mark.parametrize("format_name", ["flac", "wav"])
async def test_stem_is_exact(world: World, format_name: str) -> None:
    """A lossless download has the stem's very samples, its stated size, and the same bytes for every range of it."""
    track, made = await song(world)
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
    track, made = await song(world)
    wish = _wish(track, "wav")
    samples, _ = soundfile.read(io.BytesIO(await _read(world, wish)), dtype="int16", always_2d=True)
    total = np.clip(made[0].samples + made[1].samples, -32768, 32767)
    assert np.array_equal(samples, total)
    assert (await describe_download(world.ports, wish)).file_name == "Höhe_ 1_2.wav"


async def test_zip(world: World) -> None:
    """A bundle is a zip with one exact file per stem."""
    track, made = await song(world)
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
    track, _ = await song(world)
    wish = _wish(track, "mp3", "vocals")
    described = await describe_download(world.ports, wish)
    assert (len(await _read(world, wish)), described.media_type) == (described.size_bytes, "audio/mpeg")


async def test_flac_of_a_mix_is_read_to_its_end(world: World) -> None:
    """Its size is not foretold; it can be read on from any byte, which gives the same bytes."""
    track, made = await song(world)
    wish = _wish(track, "flac")
    assert (await describe_download(world.ports, wish)).size_bytes is None
    data = await _read(world, wish)
    samples, _ = soundfile.read(io.BytesIO(data), dtype="int16", always_2d=True)
    assert np.array_equal(samples, np.clip(made[0].samples + made[1].samples, -32768, 32767))
    assert await _read(world, wish, len(data) - 100) == data[-100:]


@pytest.mark.parametrize(("preset", "stem"), [("karaoke", 1), ("instrumental", 1), ("acapella", 0)])
async def test_presets(world: World, preset: str, stem: int) -> None:
    """All but the voices, or the voices alone, by name, also in a stem's place; one stem of two is its own file."""
    track, made = await song(world)
    for wish in (_wish(track, "flac", preset=preset), _wish(track, "flac", preset)):
        described = await describe_download(world.ports, wish)
        assert described.file_name == f"Höhe_ 1_2 - {preset}.flac"
        samples, _ = soundfile.read(io.BytesIO(await _read(world, wish)), dtype="int16", always_2d=True)
        assert np.array_equal(samples, made[stem].samples)


async def test_gains_and_pans(world: World) -> None:
    """Each stem named sounds as loud and where it was asked for, in floats without clipping."""
    track, made = await song(world)
    wish = _wish(track, "wav", "drums", "vocals", gains_db=(6.0, 0.0), pans=(-1.0, 1.0), wav_depth="32f")
    samples, _ = soundfile.read(io.BytesIO(await _read(world, wish)), dtype="float64", always_2d=True)
    left, right = made[1].samples[:, 0] * 10 ** (6 / 20), made[0].samples[:, 1]
    assert np.abs(samples[:, 0] * 32768 - left).max() <= 0.5
    assert np.array_equal(samples[:, 1] * 32768, right)


@pytest.mark.parametrize(
    ("stems", "gains_db", "pans", "name"),
    [
        (("drums", "vocals"), (6.0, 0.0), (), "Höhe_ 1_2 - mix.flac"),
        (("drums",), (), (-1.0,), "Höhe_ 1_2 - drums mix.flac"),
        (("drums", "vocals"), (0.0, 0.0), (0.0, 0.0), "Höhe_ 1_2.flac"),
    ],
)
async def test_a_mix_is_not_called_as_the_song_is(
    world: World, stems: tuple[str, ...], gains_db: tuple[float, ...], pans: tuple[float, ...], name: str
) -> None:
    """A file for which a fader or a balance was moved says so in its name and title, and no other does."""
    track, _ = await song(world)
    wish = _wish(track, "flac", *stems, gains_db=gains_db, pans=pans)
    assert (await describe_download(world.ports, wish)).file_name == name
    title = hear(await _read(world, wish)).tags["title"]
    assert title.endswith("mix") == name.endswith("mix.flac")


async def test_what_the_file_says_is_carried(world: World) -> None:
    """Tags and cover of the upload are in every format; a title of the listener's own wins over the file's."""
    picture = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
    track, _ = await song(world, FileTags("Album", "3/12", "1999", "Jazz"), Cover("image/png", picture))
    stored = world.stored("covers")
    assert len(stored) == 1
    assert picture[:64] not in (world.folder / stored[0]).read_bytes()
    for name in ("flac", "wav", "mp3", "m4a", "opus"):
        heard = hear(await _read(world, _wish(track, name, "drums")))
        assert heard.pictures == [picture]
        assert {key: heard.tags[key] for key in ("title", "artist", "album", "track", "genre")} == {
            "title": "Höhe: 1/2 - drums",
            "artist": "Band",
            "album": "Album",
            "track": "3/12",
            "genre": "Jazz",
        }


async def test_a_deleted_track_leaves_no_cover(world: World) -> None:
    """Deleting a track destroys its cover's key in the same commit, and removes the object."""
    track, _ = await song(world, cover=Cover("image/jpeg", b"\xff\xd8\xff" + bytes(9)))
    assert await world.database.pool.fetchval("SELECT count(wrapped_key) FROM track_tags") == 1
    await delete_track(world.ports, OWNER, track.track_id)
    assert await world.database.pool.fetchval("SELECT count(*) FROM track_tags") == 0
    assert world.stored("covers") == []


async def test_a_cover_that_is_lost_costs_the_cover_only(world: World) -> None:
    """When the cover's object is gone, the stems still come."""
    track, _ = await song(world, cover=Cover("image/jpeg", b"\xff\xd8\xff" + bytes(9)))
    (world.folder / world.stored("covers")[0]).unlink()
    assert hear(await _read(world, _wish(track, "m4a", "drums"))).pictures == []


async def test_etag(world: World) -> None:
    """The tag differs between downloads, stays for the same one, and changes with the names inside the file."""
    track, _ = await song(world)
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
    track, _ = await song(world)
    for wish, error in [
        (_wish(track, "ogg"), UnknownFormat),
        (_wish(track, "stem.mp4"), UnknownFormat),
        (_wish(track, "stem.mp4", "drums"), UnknownFormat),
        (_wish(track, "wav", wav_depth="8"), UnknownFormat),
        (_wish(track, "mp3", wav_depth="16"), UnknownFormat),
        (_wish(track, "wav", speed=2), UnknownFormat),
        (_wish(track, "wav", "drums", bundle=True, gains_db=(1.0,)), UnknownFormat),
        (_wish(track, "wav", gains_db=(1.0, 2.0)), MixInvalid),
        (_wish(track, "wav", "drums", gains_db=(24.1,)), MixInvalid),
        (_wish(track, "wav", "drums", pans=(-1.1,)), MixInvalid),
        (_wish(track, "wav", preset="choir"), StemNotFound),
        (_wish(track, "wav", "drums", preset="karaoke"), StemNotFound),
        (_wish(track, "wav", "choir"), StemNotFound),
        (_wish(track, "wav", "drums", "drums"), StemNotFound),
        (_wish(track, "wav", owner_id=STRANGER), TrackNotFound),
    ]:
        with pytest.raises(error):
            await describe_download(world.ports, wish)
    with pytest.raises(UnknownFormat, match="holds four stems, and this song has 2"):
        await describe_download(world.ports, _wish(track, "stem.mp4"))
    with pytest.raises(RangeInvalid):
        await _read(world, _wish(track, "wav"), 10, 5)
