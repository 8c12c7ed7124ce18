"""Every format there and back: length, lag, sound, tags and cover."""

from __future__ import annotations

import dataclasses
import io
import zipfile
from datetime import UTC, datetime

import numpy as np
import pytest

from services.library.media.download import Asked, Song, make_download
from services.library.media.formats import FORMATS, mix_assembly, stem_file
from services.library.media.mix import StemMix
from services.library.media.segments import StreamShape
from services.library.media.tags import CoverArt, Tags
from tests.unit.library.pictures import webp_lossless
from tests.unit.library.sound import at_rate, distance_db, hear, lag
from tests.unit.library.stems import BLOCK, collect, make_stem, music

_PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 300
_TAGS = Tags("Tü 🎵", "Ärtist", "Album", "3/12", "1999", "Jazz", CoverArt("image/png", _PNG))
_WORDS = {
    "title": "Tü 🎵",
    "artist": "Ärtist",
    "album": "Album",
    "track": "3/12",
    "date": "1999",
    "genre": "Jazz",
}
# What each must reach at least, against the stem: 24 bits are exact; white noise is what codecs are worst at.
_DISTANCE_DB = {"flac": 140.0, "wav": 140.0, "mp3": 18.0, "m4a": 18.0, "opus": 18.0}
_SOUNDS = [name for name, one in FORMATS.items() if not one.is_whole]
_SHAPES = [
    StreamShape(44_100, 2, 16),
    StreamShape(48_000, 1, 24),
    StreamShape(96_000, 2, 24),
    StreamShape(192_000, 1, 24),
    StreamShape(22_050, 2, 16),
    StreamShape(8_000, 1, 16),
    StreamShape(47_999, 2, 16),
]


@pytest.mark.parametrize("shape", _SHAPES, ids=str)
@pytest.mark.parametrize("name", _SOUNDS)
def test_it_is_aligned_and_of_the_right_length(name: str, shape: StreamShape) -> None:
    """Decoded by FFmpeg, each format lies at lag zero against the stem, whole, at any rate, depth and channel count."""
    stem = make_stem(music(shape.sample_rate * 2 + 777, shape, 5), shape, 20)
    heard = hear(collect(mix_assembly(name, StemMix({0: stem.plan}, {0: 1.0})), [stem]))
    true = at_rate(stem.samples / 2.0 ** (shape.depth - 1), shape.sample_rate, heard.rate)
    length = -(-len(stem.samples) * heard.rate // shape.sample_rate)
    # FFmpeg gives an M4A's last frame whole; the length that the file states is in test_media_mp4.
    assert len(heard.samples) - length in (range(1024) if name == "m4a" else (0,))
    for channel in range(shape.channels):
        assert lag(heard.samples[:, channel], true[:, channel]) == 0
    if heard.rate == shape.sample_rate and shape.sample_rate >= 44_100:
        assert distance_db(heard.samples, true) > _DISTANCE_DB[name]


@pytest.mark.parametrize("name", _SOUNDS)
def test_tags_and_cover_are_carried(name: str) -> None:
    """Every format says title, artist, album, number, year and genre, and shows the very picture."""
    shape = StreamShape(44_100, 2, 16)
    stem = make_stem(music(BLOCK * 3, shape, 1), shape, 2)
    heard = hear(collect(mix_assembly(name, StemMix({0: stem.plan}, {0: 1.0}), _TAGS), [stem]))
    assert {key: heard.tags.get(key) for key in _WORDS} == _WORDS
    assert heard.pictures == [_PNG]


@pytest.mark.parametrize("name", _SOUNDS)
def test_a_webp_is_carried_where_there_is_room(name: str) -> None:
    """A WebP is in every format but M4A, which has no number for one and carries the words alone."""
    shape = StreamShape(44_100, 2, 16)
    stem = make_stem(music(BLOCK * 3, shape, 1), shape, 2)
    webp = webp_lossless(9, 9)
    tags = dataclasses.replace(_TAGS, cover=CoverArt("image/webp", webp))
    heard = hear(collect(mix_assembly(name, StemMix({0: stem.plan}, {0: 1.0}), tags), [stem]))
    assert heard.tags["title"] == _WORDS["title"]
    assert heard.pictures == ([] if name == "m4a" else [webp])


def test_tags_and_cover_are_carried_into_a_stem_file() -> None:
    """The file for DJs says the same words and shows the same picture, beside what it says of its stems."""
    shape = StreamShape(44_100, 2, 16)
    stems = [make_stem(music(BLOCK * 3, shape, seed) >> 2, shape, 2) for seed in range(4)]
    plans = {number: stem.plan for number, stem in enumerate(stems)}
    heard = hear(collect(stem_file(plans, ("vocals", "drums", "bass", "other"), _TAGS), stems))
    assert {key: heard.tags.get(key) for key in _WORDS} == _WORDS
    assert heard.pictures == [_PNG]


@pytest.mark.parametrize("name", _SOUNDS)
def test_tags_and_cover_are_carried_into_each_file_of_a_zip(name: str) -> None:
    """Every file of a zip says the song's words and its own stem, and shows the picture."""
    shape = StreamShape(44_100, 2, 16)
    stems = [make_stem(music(BLOCK * 3, shape, seed), shape, 2) for seed in range(2)]
    modified = datetime(2026, 1, 2, tzinfo=UTC)
    song = Song(_TAGS, ("vocals", "drums"), [stem.plan for stem in stems], modified, ("one",))
    made = make_download(song, Asked(name, True, "", [1.0, 1.0], [0.0, 0.0], "source", 1))
    with zipfile.ZipFile(io.BytesIO(collect(made.assembly, stems))) as opened:
        assert len(opened.namelist()) == 2
        for member, stem in zip(opened.namelist(), song.stems, strict=True):
            heard = hear(opened.read(member))
            expected = _WORDS | {"title": f"Tü 🎵 - {stem}"}
            assert {key: heard.tags.get(key) for key in expected} == expected
            assert heard.pictures == [_PNG]


@pytest.mark.parametrize("length", [1, 2, 959, 1024, 1152, BLOCK - 1, BLOCK, BLOCK + 1])
@pytest.mark.parametrize("name", _SOUNDS)
def test_the_shortest_are_whole(name: str, length: int) -> None:
    """From one sample on, every length gives a file of the size foretold that decodes to at least its samples."""
    shape = StreamShape(48_000, 1, 16)
    stem = make_stem(music(length, shape, length), shape, 1)
    assembly = mix_assembly(name, StemMix({0: stem.plan}, {0: 1.0}))
    file = collect(assembly, [stem])
    assert len(file) == assembly.total_bytes
    surplus = len(hear(file).samples) - length
    assert surplus in (range(1024) if name == "m4a" else (0,))


@pytest.mark.parametrize("depth", [16, 24])
@pytest.mark.parametrize("name", ["flac", "wav"])
def test_lossless_stems_sum_to_the_mix(name: str, depth: int) -> None:
    """Decoded stems add up to the decoded mix, integer by integer, and so does their own mix to the original."""
    shape = StreamShape(44_100, 2, depth)
    stems = [make_stem(music(BLOCK * 7 + 99, shape, seed) >> 2, shape, 3) for seed in range(4)]
    plans = {number: stem.plan for number, stem in enumerate(stems)}
    full = 2.0 ** (depth - 1)
    alone = [hear(collect(mix_assembly(name, StemMix(plans, {number: 1.0})), stems)).samples * full for number in plans]
    mixed = hear(collect(mix_assembly(name, StemMix(plans, dict.fromkeys(plans, 1.0))), stems)).samples * full
    original = sum(stem.samples.astype(np.int64) for stem in stems)
    assert np.array_equal(np.rint(sum(alone)).astype(np.int64), original)
    assert np.array_equal(np.rint(mixed).astype(np.int64), original)


@pytest.mark.parametrize("name", ["mp3", "m4a", "opus"])
def test_a_preview_takes_half_the_time_at_the_same_pitch(name: str) -> None:
    """At double speed a clap at every second sounds at every half, within 30 ms, and a tone keeps its pitch."""
    shape = StreamShape(44_100, 2, 16)
    length = shape.sample_rate * 9 + 1
    time = np.arange(length) / shape.sample_rate
    tone = np.sin(2 * np.pi * 1000 * time) * ((time % 1) < 0.1)
    stem = make_stem(np.repeat((tone * 20_000).astype(np.int32)[:, None], 2, axis=1), shape, 20)
    assembly = mix_assembly(name, StemMix({0: stem.plan}, {0: 1.0}), speed=2)
    file = collect(assembly, [stem])
    assert len(file) == assembly.total_bytes
    heard = hear(file)
    assert abs(len(heard.samples) - length * heard.rate / shape.sample_rate / 2) <= 1024
    loud = np.flatnonzero(np.abs(heard.samples[:, 0]) > 0.2)
    starts = loud[np.concatenate(([True], np.diff(loud) > heard.rate // 10))] / heard.rate
    assert np.abs(starts - np.arange(len(starts)) / 2).max() < 0.03
    assert len(starts) == 9
    spectrum = np.abs(np.fft.rfft(heard.samples[:, 0]))
    assert abs(np.argmax(spectrum) * heard.rate / len(heard.samples) - 1000) < 12
    assert collect(assembly, [stem], 5000, 9000) == file[5000:9000]
