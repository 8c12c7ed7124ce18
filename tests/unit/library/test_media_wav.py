"""WAV downloads."""

from __future__ import annotations

import io
import struct

import av
import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from services.library.media.mix import StemMix
from services.library.media.segments import SegmentFacts, StemPlan, StreamShape
from services.library.media.tags import Tags
from services.library.media.wav import AssembledWav, WavDepth
from tests.unit.library.stems import BLOCK, MadeStem, collect, make_stem, music


def _wav(stem: MadeStem, depth: WavDepth = "source", tags: Tags | None = None) -> AssembledWav:
    return AssembledWav(StemMix({0: stem.plan}, {0: 1.0}), tags, depth)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("depth", [16, 24])
def test_wav_at_the_depth_of_the_source_is_exact(depth: int, channels: int) -> None:
    """Two independent readers give back every sample, the rate and the tags, from a file of the size foretold."""
    shape = StreamShape(44_100, channels, depth)
    stem = make_stem(music(BLOCK * 3 + 1001, shape, 1), shape, 2)
    assembly = _wav(stem, tags=Tags("Ü 🎵", "odd"))
    file = collect(assembly, [stem])
    assert len(file) == assembly.total_bytes
    assert len(file) % 2 == 0
    assert int.from_bytes(file[4:8], "little") == len(file) - 8
    with soundfile.SoundFile(io.BytesIO(file)) as opened:
        assert (opened.samplerate, opened.subtype, opened.title) == (44_100, f"PCM_{depth}", "Ü 🎵")
        assert np.array_equal(opened.read(dtype="int32", always_2d=True) >> (32 - depth), stem.samples)
    with av.open(io.BytesIO(file), "r") as container:
        assert container.metadata["artist"] == "odd"
        planes = [frame.to_ndarray() for frame in container.decode(audio=0)]
    samples = np.concatenate(planes, axis=1).reshape(-1, channels).astype(np.int32)
    assert np.array_equal(samples >> 8 if depth == 24 else samples, stem.samples)


@pytest.mark.parametrize("depth", [16, 24])
def test_float_wav_is_exact(depth: int) -> None:
    """32-bit float holds every integer of either depth."""
    shape = StreamShape(48_000, 2, depth)
    stem = make_stem(music(9999, shape, 1), shape, 1)
    samples, _ = soundfile.read(io.BytesIO(collect(_wav(stem, "32f"), [stem])), dtype="float64", always_2d=True)
    assert np.array_equal(samples * 2 ** (depth - 1), stem.samples)


def test_wider_is_exact_and_narrower_is_dithered() -> None:
    """16 bits in a 24-bit file and back are the same; true 24 bits come within two 16-bit steps, the mean unmoved."""
    shape = StreamShape(48_000, 1, 24)
    narrow = music(BLOCK, StreamShape(48_000, 1, 16), 2)
    stem = make_stem(narrow << 8, shape, 1)
    file = collect(_wav(stem, "16"), [stem])
    assert np.array_equal(np.frombuffer(file[-2 * BLOCK :], "<i2"), narrow[:, 0])
    same = make_stem(narrow, StreamShape(48_000, 1, 16), 1)
    assert not any(collect(_wav(same, "24"), [same])[-3 * BLOCK :: 3])
    constant = make_stem(np.full((BLOCK * 8, 1), 128 + 5 * 256, np.int32), shape, 8)
    dithered = np.frombuffer(collect(_wav(constant, "16"), [constant])[-2 * BLOCK * 8 :], "<i2").astype(float)
    assert abs(dithered.mean() - 5.5) < 0.02
    assert np.abs(dithered - 5.5).max() <= 1.5


def test_past_four_gibibytes_the_file_is_rf64() -> None:
    """A plan too long for RIFF gives RF64 with true sizes in ds64, a shorter one does not."""
    shape = StreamShape(48_000, 2, 24)
    facts = SegmentFacts(BLOCK * 59, 59, 1000)
    for count, magic in ((3100, b"RF64"), (2900, b"RIFF")):
        assembly = AssembledWav(StemMix({0: StemPlan(shape, [facts] * count)}, {0: 1.0}))
        header = assembly.run(0, 12).finish()
        assert header[:4] == magic
        if magic == b"RIFF":
            continue
        data_bytes = count * BLOCK * 59 * 6
        assert assembly.total_bytes > 1 << 32
        header = assembly.run(0, assembly.total_bytes - data_bytes).finish()
        assert struct.unpack_from("<IQQQ", header, 16) == (
            28,
            assembly.total_bytes - 8,
            data_bytes,
            count * BLOCK * 59,
        )
        assert assembly.segments_for(assembly.total_bytes - 1, assembly.total_bytes) == [(0, count - 1)]


def test_rf64_is_read_by_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two independent readers take the RF64 form, shown on a small file by lowering the limit."""
    monkeypatch.setattr("services.library.media.wav._RIFF_BYTES_MAX", 1000)
    shape = StreamShape(48_000, 2, 24)
    stem = make_stem(music(BLOCK + 3, shape, 1), shape, 1)
    file = collect(_wav(stem, tags=Tags("x")), [stem])
    assert file[:4] == b"RF64"
    samples, _ = soundfile.read(io.BytesIO(file), dtype="int32", always_2d=True)
    assert np.array_equal(samples >> 8, stem.samples)
    with av.open(io.BytesIO(file), "r") as container:
        assert sum(frame.samples for frame in container.decode(audio=0)) == BLOCK + 3


@settings(max_examples=60, deadline=None)
@given(
    data=st.data(),
    length=st.integers(1, BLOCK * 5),
    depth=st.sampled_from([16, 24]),
    to=st.sampled_from(["source", "16", "24", "32f"]),
    channels=st.sampled_from([1, 2]),
)
def test_a_range_is_that_part_of_the_whole(
    data: st.DataObject, length: int, depth: int, to: WavDepth, channels: int
) -> None:
    """Any range equals the slice of the whole, at any depth, dither included."""
    shape = StreamShape(44_100, channels, depth)
    stem = make_stem(music(length, shape, length), shape, data.draw(st.integers(1, 3)))
    assembly = _wav(stem, to, Tags("t"))
    whole = collect(assembly, [stem])
    assert len(whole) == assembly.total_bytes
    start = data.draw(st.integers(0, len(whole)))
    stop = data.draw(st.integers(start, len(whole)))
    assert collect(assembly, [stem], start, stop) == whole[start:stop]
