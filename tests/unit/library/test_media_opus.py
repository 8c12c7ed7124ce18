"""Opus downloads."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.library.media.mix import StemMix
from services.library.media.opus import PRE_SKIP, EncodedOpus, ogg_crc
from services.library.media.segments import StreamShape
from services.library.media.tags import CoverArt, Tags
from tests.unit.library.stems import BLOCK, MadeStem, collect, make_stem, music


def _opus(stem: MadeStem, tags: Tags | None = None) -> EncodedOpus:
    return EncodedOpus(StemMix({0: stem.plan}, {0: 1.0}), tags)


def _crc(data: bytes) -> int:
    """Bit by bit, as RFC 3533 words it."""
    crc = 0
    for byte in data:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1) ^ 0x104C11DB7 if crc >> 31 else crc << 1
    return crc


@given(data=st.binary(max_size=300))
def test_crc(data: bytes) -> None:
    """The checksum made with zlib's is Ogg's own."""
    assert ogg_crc(data) == _crc(data)


def _pages(file: bytes) -> Iterator[tuple[int, int, int, int]]:
    """(flags, granule, number, packets that end) of each page, whose checksum is right and which fill the file."""
    at = 0
    while at < len(file):
        magic, version, flags, granule, _, number, crc, laces = struct.unpack_from("<4sBBqIIIB", file, at)
        assert (magic, version) == (b"OggS", 0)
        lacing = file[at + 27 : at + 27 + laces]
        size = 27 + laces + sum(lacing)
        page = file[at : at + size]
        assert crc == ogg_crc(page[:22] + bytes(4) + page[26:])
        yield flags, granule, number, sum(lace < 255 for lace in lacing)
        at += size
    assert at == len(file)


@pytest.mark.parametrize("cover", [None, CoverArt("image/jpeg", b"\xff\xd8\xff" + bytes(200_000))])
def test_pages_are_sound(cover: CoverArt | None) -> None:
    """Pages are numbered from 0 on, packets of 20 ms count up, the last page ends the music to the sample."""
    shape = StreamShape(48_000, 2, 16)
    stem = make_stem(music(BLOCK * 30 + 5, shape, 1), shape, 7)
    file = collect(_opus(stem, Tags("T", cover=cover)), [stem])
    pages = list(_pages(file))
    assert [number for _, _, number, _ in pages] == list(range(len(pages)))
    assert [flags & 4 for flags, _, _, _ in pages] == [0] * (len(pages) - 1) + [4]
    assert pages[-1][1] == PRE_SKIP + len(stem.samples)
    music_pages = [page for page in pages[1:] if page[1] > 0]
    assert [page[1] for page in music_pages[:-1]] == [50 * 960 * (number + 1) for number in range(len(music_pages) - 1)]
    assert file[47] == PRE_SKIP & 0xFF or file[38:40] == PRE_SKIP.to_bytes(2, "little")


@settings(max_examples=30, deadline=None)
@given(data=st.data(), length=st.integers(1, BLOCK * 30), rate=st.sampled_from([44_100, 48_000, 96_000]))
def test_a_range_is_that_part_of_the_whole(data: st.DataObject, length: int, rate: int) -> None:
    """Any range equals the slice of the whole, whose size was foretold."""
    shape = StreamShape(rate, 1, 16)
    stem = make_stem(music(length, shape, length), shape, 2)
    assembly = _opus(stem)
    whole = collect(assembly, [stem])
    assert len(whole) == assembly.total_bytes
    start = data.draw(st.integers(0, len(whole)))
    stop = data.draw(st.integers(start, len(whole)))
    assert collect(assembly, [stem], start, stop) == whole[start:stop]


def test_the_start_of_a_long_song_needs_its_first_segments_only() -> None:
    """A range near the start asks for a few segments, the tags alone for none."""
    shape = StreamShape(44_100, 1, 16)
    stem = make_stem(music(BLOCK * 100, shape, 1), shape, 4)
    assembly = _opus(stem)
    assert assembly.segments_for(0, 60) == []
    assert len(assembly.segments_for(0, 5000)) < 8
