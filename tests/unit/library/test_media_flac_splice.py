"""The spliced FLAC file."""

from __future__ import annotations

import io
from itertools import pairwise

import av
import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from services.library.media.errors import SegmentMismatch, SegmentsMissing
from services.library.media.flac_frames import coded_bytes_below, coded_number, crc16, renumbered
from services.library.media.flac_splice import SplicedFlac
from services.library.media.segments import SegmentFacts, StemPlan, StreamShape, open_segment
from services.library.media.tags import Tags
from tests.unit.library.stems import BLOCK, MadeStem, collect, make_segment, make_stem, music

_SHAPES = [
    StreamShape(44_100, 2, 16),
    StreamShape(48_000, 1, 24),
    StreamShape(96_000, 2, 24),
    StreamShape(4_001, 1, 16),
]


def _crc(data: bytes, polynomial: int, width: int) -> int:
    """Bit by bit, as the RFC words it, so that the product's tables are checked by something else."""
    crc = 0
    for byte in data:
        crc ^= byte << (width - 8)
        for _ in range(8):
            crc = (crc << 1) ^ polynomial if crc >> (width - 1) else crc << 1
            crc &= (1 << width) - 1
    return crc


def _check_frames(data: bytes, sizes: list[int]) -> None:
    """Assert, for frames of these sizes in a row, sync, number, CRC-8 and CRC-16 as a decoder would."""
    at = 0
    for number, size in enumerate(sizes):
        frame = data[at : at + size]
        assert frame[:2] == b"\xff\xf8"
        lead = frame[4]
        extra = 0 if lead < 0x80 else 7 - (lead ^ 0xFF).bit_length()
        value = lead if not extra else lead & (0x3F >> extra)
        for byte in frame[5 : 5 + extra]:
            assert byte >> 6 == 2
            value = value << 6 | byte & 0x3F
        assert value == number
        end = 5 + extra + {6: 1, 7: 2}.get(frame[2] >> 4, 0) + {12: 1, 13: 2, 14: 2}.get(frame[2] & 15, 0)
        assert _crc(frame[:end], 0x07, 8) == frame[end]
        assert _crc(frame[:-2], 0x8005, 16) == int.from_bytes(frame[-2:], "big")
        at += size
    assert at == len(data)


def _decoded_by_av(data: bytes, shape: StreamShape) -> NDArray[np.int32]:
    with av.open(io.BytesIO(data), "r", format="flac", options={"err_detect": "crccheck+explode"}) as container:
        planes = [frame.to_ndarray() for frame in container.decode(audio=0)]
    samples = np.concatenate(planes, axis=1).reshape(-1, shape.channels).astype(np.int32)
    return samples >> 8 if shape.depth == 24 else samples


def _decoded_by_soundfile(data: bytes, depth: int) -> NDArray[np.int32]:
    samples, _ = soundfile.read(io.BytesIO(data), dtype="int32", always_2d=True)
    return np.asarray(samples >> (32 - depth), np.int32)


@pytest.mark.parametrize("shape", _SHAPES, ids=str)
def test_splice_is_one_exact_flac_file(shape: StreamShape) -> None:
    """Two independent decoders give back every sample, and every frame has its number and both its checks right."""
    stem = make_stem(music(BLOCK * 7 + 1234, shape, 1), shape, 3)
    file = collect(SplicedFlac(stem.plan, tags=Tags('Ünïcode "quoted" 🎵', "A\r\nB\0C")), [stem])
    assert np.array_equal(_decoded_by_av(file, shape), stem.samples)
    opened = [open_segment(made, shape, facts) for made, facts in zip(stem.segments, stem.plan.segments, strict=True)]
    sizes = [stop - start for segment in opened for start, stop in pairwise(segment.bounds)]
    _check_frames(file[-sum(sizes) :], sizes)
    assert np.array_equal(_decoded_by_soundfile(file, shape.depth), stem.samples)
    with av.open(io.BytesIO(file), format="flac") as container:
        assert {key.lower(): text for key, text in container.metadata.items() if key.lower() != "encoder"} == {
            "title": 'Ünïcode "quoted" 🎵',
            "artist": "A BC",
        }
        assert container.streams.audio[0].duration == len(stem.samples)


def test_every_frame_checks_past_every_growth_of_its_number() -> None:
    """Frames keep valid numbers and both CRCs where the coded number grows from one byte to two and three."""
    shape = StreamShape(8_000, 1, 16)
    segment, facts = make_segment(np.zeros((BLOCK * 50, 1), np.int32), shape)
    count = 45
    plan = StemPlan(shape, [facts] * count)
    assembly = SplicedFlac(plan)
    file = collect(assembly, [MadeStem(np.zeros((0, 1), np.int32), plan, [segment] * count)])
    size = facts.frame_bytes // facts.frames
    start = assembly.segment_offsets[0]
    sizes = [size + (number >= 128) + (number >= 2048) for number in range(count * 50)]
    assert len(file) == start + sum(sizes)
    _check_frames(file[start:], sizes)
    assert not _decoded_by_soundfile(file, 16).any()


def test_the_seek_table_points_at_each_segment() -> None:
    """A decoder that seeks by the table lands on the exact sample."""
    shape = _SHAPES[0]
    stem = make_stem(music(BLOCK * 9 + 5, shape, 2), shape, 2)
    file = collect(SplicedFlac(stem.plan), [stem])
    with soundfile.SoundFile(io.BytesIO(file)) as opened:
        for at in (BLOCK * 2, BLOCK * 6 + 77, BLOCK * 9 + 4, 0):
            opened.seek(at)
            assert np.array_equal(opened.read(50, dtype="int16", always_2d=True), stem.samples[at : at + 50])


@given(number=st.integers(0, 0x7FFFFFFF))
def test_coded_numbers_have_the_length_that_arithmetic_says(number: int) -> None:
    """The closed form agrees with the coding of each number, which is UTF-8 where the two meet."""
    assert coded_bytes_below(number + 1) - coded_bytes_below(number) == len(coded_number(number))
    if number < 0x110000 and not 0xD800 <= number < 0xE000:
        assert coded_number(number) == chr(number).encode()


_FRAME_SHAPE = StreamShape(44_100, 2, 16)
_FRAME = make_segment(music(500, _FRAME_SHAPE, 3), _FRAME_SHAPE)


@given(number=st.integers(0, 0x7FFFFFFF))
def test_a_renumbered_frame_keeps_valid_checks(number: int) -> None:
    """Any number can be written into a frame, and the footer mended without its body is the CRC of the whole."""
    segment, facts = _FRAME
    frame = b"".join(renumbered(memoryview(segment)[-facts.frame_bytes :], 0, number))
    assert crc16(frame[:-2]) == _crc(frame[:-2], 0x8005, 16) == int.from_bytes(frame[-2:], "big")


_RANGE_SHAPE = StreamShape(44_100, 1, 16)


@settings(max_examples=40, deadline=None)
@given(data=st.data(), length=st.integers(1, BLOCK * 6), frames=st.integers(1, 3))
def test_a_range_is_that_part_of_the_whole(data: st.DataObject, length: int, frames: int) -> None:
    """Any range of any stem equals the slice of the whole, read from no more segments than it touches."""
    stem = make_stem(music(length, _RANGE_SHAPE, length), _RANGE_SHAPE, frames)
    assembly = SplicedFlac(stem.plan)
    whole = collect(assembly, [stem])
    assert len(whole) == assembly.total_bytes
    start = data.draw(st.integers(0, len(whole)))
    stop = data.draw(st.integers(start, len(whole)))
    assert collect(assembly, [stem], start, stop) == whole[start:stop]
    offsets = assembly.segment_offsets
    for ref in assembly.segments_for(start, stop):
        assert offsets[ref.segment] < stop
        assert offsets[ref.segment + 1] > start


def test_segments_that_lie_are_refused() -> None:
    """A segment that is not what its facts say, or a frame with a broken header, is refused and never sent."""
    stem = make_stem(music(BLOCK * 4, _RANGE_SHAPE, 4), _RANGE_SHAPE, 2)
    assembly = SplicedFlac(stem.plan)
    broken = bytearray(stem.segments[1])
    broken[-stem.plan.segments[1].frame_bytes + 5] ^= 1
    for wrong in (b"", b"fLaC", stem.segments[1][:-1], b"x" + stem.segments[1][1:], bytes(broken)):
        run = assembly.run(0, assembly.total_bytes)
        run.feed(stem.segments[0])
        with pytest.raises(SegmentMismatch):
            run.feed(wrong)


def test_a_run_counts_its_segments() -> None:
    """A run finished too early, or fed too much, says so."""
    stem = make_stem(music(BLOCK * 4, _RANGE_SHAPE, 4), _RANGE_SHAPE, 2)
    assembly = SplicedFlac(stem.plan)
    run = assembly.run(0, assembly.total_bytes)
    run.feed(stem.segments[0])
    with pytest.raises(SegmentsMissing):
        run.finish()
    run.feed(stem.segments[1])
    assert run.finish() == b""
    with pytest.raises(SegmentsMissing):
        run.feed(stem.segments[1])
    with pytest.raises(ValueError, match="outside"):
        assembly.run(0, assembly.total_bytes + 1)


def test_segments_that_cannot_be_one_stream_are_refused() -> None:
    """A short frame anywhere but at the end is not a fixed-blocksize stream."""
    for facts in ([], [SegmentFacts(100, 1, 50), SegmentFacts(BLOCK, 1, 50)], [SegmentFacts(BLOCK + 1, 1, 50)]):
        with pytest.raises(ValueError, match=r"stem|samples"):
            StemPlan(_RANGE_SHAPE, facts)
