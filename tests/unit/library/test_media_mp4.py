"""M4A and stem files: boxes, the stated length, sizes, ranges."""

from __future__ import annotations

import io
import json
import re
import struct
from collections.abc import Iterator

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.library.media.aac import (
    RATES,
    RESERVE_BYTES,
    AacPackets,
    allowance_bytes,
    audio_specific_config,
    frames_of,
)
from services.library.media.codec_run import CodecRun
from services.library.media.formats import stem_file
from services.library.media.mix import StemMix
from services.library.media.mp4 import m4a
from services.library.media.segments import SegmentFacts, StemPlan, StreamShape
from services.library.media.tags import Tags
from tests.unit.library.sound import hear, lag
from tests.unit.library.stems import BLOCK, MadeStem, collect, make_segment, make_stem, music

_CONTAINERS = (b"moov", b"trak", b"edts", b"mdia", b"minf", b"stbl", b"udta")


def _boxes(data: bytes, at: int = 0) -> Iterator[tuple[bytes, bytes, int]]:
    """(kind, content, place of the content) of the boxes in a row; their sizes fill `data` exactly."""
    position = 0
    while position < len(data):
        size, kind = struct.unpack_from(">I4s", data, position)
        assert size >= 8
        assert position + size <= len(data)
        yield kind, data[position + 8 : position + size], at + position + 8
        position += size


def _found(data: bytes, *path: bytes) -> list[bytes]:
    """The content of every box at `path`."""
    if not path:
        return [data]
    return [one for kind, content, _ in _boxes(data) if kind == path[0] for one in _found(content, *path[1:])]


def _alone(stem: MadeStem) -> StemMix:
    return StemMix({0: stem.plan}, {0: 1.0})


@pytest.mark.parametrize("rate", [44_100, 96_000, 8_000])
def test_it_states_its_length_to_the_sample(rate: int) -> None:
    """Edit list, sample durations and iTunSMPB agree on priming, length and padding, and every chunk is in an mdat."""
    shape = StreamShape(rate, 2, 16)
    stem = make_stem(music(rate * 3 + 7, shape, 1), shape, 10)
    file = collect(m4a(_alone(stem), Tags("T")), [stem])
    length = len(stem.samples)
    kinds = [kind for kind, _, _ in _boxes(file)]
    assert (kinds[0], kinds[-1]) == (b"ftyp", b"moov")
    moov = next(content for kind, content, _ in _boxes(file) if kind == b"moov")
    (edit,) = _found(moov, b"trak", b"edts", b"elst")
    assert struct.unpack(">IIIihh", edit) == (0, 1, length, 1024, 1, 0)
    assert struct.unpack(">II", _found(moov, b"mvhd")[0][12:20]) == (rate, length)
    (table,) = _found(moov, b"trak", b"mdia", b"minf", b"stbl")
    (durations,) = _found(table, b"stts")
    runs = list(struct.iter_unpack(">II", durations[8:]))
    assert sum(count * duration for count, duration in runs) == 1024 + length
    packets = sum(count for count, _ in runs)
    figures = re.search(rb"iTunSMPB.*?( [0-9A-F]{8}){3} ([0-9A-F]{16})", file, re.DOTALL)
    assert figures is not None
    assert int(figures[2], 16) == length
    priming, padding = re.findall(rb" 00000000 ([0-9A-F]{8}) ([0-9A-F]{8}) ", file)[0]
    assert (int(priming, 16), int(padding, 16)) == (1024, packets * 1024 - 1024 - length)
    (sizes,) = _found(table, b"stsz")
    (offsets,) = _found(table, b"stco")
    media = [(at, at + len(content)) for kind, content, at in _boxes(file) if kind == b"mdat"]
    assert [struct.unpack_from(">I", offsets, at)[0] for at in range(8, len(offsets), 4)] == [at for at, _ in media]
    assert sum(stop - start for start, stop in media) == sum(np.frombuffer(sizes[12:], ">u4"))


def test_trimmed_as_it_states_it_is_exact() -> None:
    """Cut to the stated length, what FFmpeg decodes has as many samples as the stem, at lag zero."""
    shape = StreamShape(44_100, 1, 24)
    stem = make_stem(music(100_001, shape, 3), shape, 5)
    assembly = m4a(_alone(stem))
    heard = hear(collect(assembly, [stem])).samples[: assembly.length_samples]
    assert heard.shape == stem.samples.shape
    assert lag(heard[:, 0], stem.samples[:, 0] / 2**23) == 0


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("rate", RATES)
def test_the_codec_is_described_as_the_encoder_does(rate: int, channels: int) -> None:
    """The configuration in the header, written before the encoder runs, begins as the encoder's own."""
    codec = CodecRun("aac", rate, channels, 1024, bit_rate=64_000, sample_format="fltp", options={})
    assert codec.extradata[:2] == audio_specific_config(rate, channels)


@pytest.mark.parametrize("kind", ["noise", "silence", "bursts"])
def test_the_size_holds_for_the_hardest_sounds(kind: str) -> None:
    """White noise at full scale, silence, and bursts after silence keep to the size that was foretold."""
    shape = StreamShape(44_100, 2, 16)
    rng = np.random.default_rng(1)
    noise = rng.integers(-32_768, 32_767, (44_100 * 12, 2))
    quiet = {"noise": 1, "silence": 0, "bursts": (np.arange(len(noise)) // 44_100 % 3 == 2)[:, None]}[kind]
    stem = make_stem((noise * quiet).astype(np.int32), shape, 50)
    assembly = m4a(_alone(stem))
    file = collect(assembly, [stem])
    assert len(file) == assembly.total_bytes
    assert len(hear(file).samples) >= len(noise)


def test_a_packet_that_does_not_fit_becomes_silence() -> None:
    """With nothing left to spend, packets of silence keep their number and the file, and the music comes back."""
    rate, frames = 44_100, frames_of(60 * 1024)
    packets = AacPackets(rate, 2, frames)
    packets.give_up(RESERVE_BYTES + 20 * allowance_bytes(rate, 2))
    noise = np.random.default_rng(1).normal(0, 0.2, (60 * 1024, 2)).astype(np.float32)
    made = [*packets.push(noise), *packets.finish()]
    assert len(made) == frames
    assert packets.spare_bytes >= 0
    decoder = av.AudioCodecContext.create("aac", "r")
    decoder.extradata = audio_specific_config(rate, 2)
    decoded = [frame.to_ndarray() for packet in made for frame in decoder.decode(av.Packet(packet))]
    loud = [float(np.abs(frame).max()) > 0.1 for frame in decoded]
    assert not any(loud[2:18])
    assert all(loud[30:55])


@settings(max_examples=25, deadline=None)
@given(data=st.data(), length=st.integers(1, BLOCK * 40), rate=st.sampled_from([44_100, 96_000, 5_000]))
def test_a_range_is_that_part_of_the_whole(data: st.DataObject, length: int, rate: int) -> None:
    """Any range equals the slice of the whole, from as few segments as it needs."""
    shape = StreamShape(rate, 1, 16)
    stem = make_stem(music(length, shape, length), shape, 2)
    assembly = m4a(_alone(stem), Tags("a" * (length % 50)))
    whole = collect(assembly, [stem])
    assert len(whole) == assembly.total_bytes
    start = data.draw(st.integers(0, len(whole)))
    stop = data.draw(st.integers(start, len(whole)))
    assert collect(assembly, [stem], start, stop) == whole[start:stop]


def test_the_start_of_a_long_song_needs_its_first_segments_only() -> None:
    """A range near the start asks for a few segments, one near the end for all."""
    shape = StreamShape(44_100, 1, 16)
    stem = make_stem(music(BLOCK * 240, shape, 1), shape, 12)
    assembly = m4a(_alone(stem))
    size = assembly.total_bytes or 0
    assert len(assembly.segments_for(0, 5000)) < 6
    assert len(assembly.segments_for(size - 1, size)) == 20
    whole = collect(assembly, [stem])
    for stop in range(1000, size, size // 5):
        assert collect(assembly, [stem], stop - 1000, stop) == whole[stop - 1000 : stop]


def _stems(count: int, shape: StreamShape, length: int) -> list[MadeStem]:
    return [make_stem(music(length, shape, seed) // count, shape, 20) for seed in range(count)]


@pytest.mark.parametrize(
    ("names", "sums"),
    [
        (("vocals", "drums", "bass", "other"), [[0, 1, 2, 3], [1], [2], [3], [0]]),
        (("drums", "bass", "other", "vocals", "guitar", "piano"), [[0, 1, 2, 3, 4, 5], [0], [1], [2, 4, 5], [3]]),
    ],
)
def test_a_stem_file_holds_the_mix_and_four_parts(names: tuple[str, ...], sums: list[list[int]]) -> None:
    """Five AAC streams at lag zero, of which the mix alone plays by itself, and a `stem` box that names the parts."""
    shape = StreamShape(44_100, 2, 16)
    stems = _stems(len(names), shape, 44_100 * 3 + 5)
    plans = {number: stem.plan for number, stem in enumerate(stems)}
    assembly = stem_file(plans, names, Tags("Song"))
    file = collect(assembly, stems)
    assert len(file) == assembly.total_bytes
    with av.open(io.BytesIO(file), "r") as container:
        assert [stream.codec_context.name for stream in container.streams.audio] == ["aac"] * 5
        titles = [stream.metadata["handler_name"] for stream in container.streams.audio]
    assert titles == ["Mix", "Drums", "Bass", "Other", "Vocals"]
    moov = next(content for kind, content, _ in _boxes(file) if kind == b"moov")
    enabled = [head[3] & 1 for head in _found(moov, b"trak", b"tkhd")]
    assert enabled == [1, 0, 0, 0, 0]
    (stem,) = _found(moov, b"udta", b"stem")
    told = json.loads(stem)
    assert set(told) == {"mastering_dsp", "stems", "version"}
    assert told["version"] == 1
    assert set(told["mastering_dsp"]) == {"compressor", "limiter"}
    assert [part["name"] for part in told["stems"]] == titles[1:]
    assert all(re.fullmatch("#[0-9A-F]{6}", part["color"]) for part in told["stems"])
    for number, sources in enumerate(sums):
        true = np.sum([stems[source].samples[:, 0] for source in sources], axis=0) / 2.0**15
        heard = hear(file, number).samples[: len(true), 0]
        assert lag(heard, true) == 0
        assert np.corrcoef(heard, true)[0, 1] > 0.99
    assert collect(assembly, stems, 90_000, 99_000) == file[90_000:99_000]


def test_past_four_gibibytes_chunks_are_found_by_64_bits() -> None:
    """The size of a ten-hour stem file is known at once, and says where its chunks are in 64 bits."""
    shape = StreamShape(44_100, 1, 16)
    _, facts = make_segment(music(BLOCK * 54, shape, 1), shape)
    count = 10 * 3600 * 44_100 // facts.samples
    assert isinstance(facts, SegmentFacts)
    plans = {number: StemPlan(StreamShape(44_100, 2, 16), [facts] * count) for number in range(4)}
    assembly = stem_file(plans, ("drums", "bass", "other", "vocals"))
    assert (assembly.total_bytes or 0) > 1 << 32
    assert len(assembly.run(0, 8).finish()) == 8
