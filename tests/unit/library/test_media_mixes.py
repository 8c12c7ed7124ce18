"""FLAC of a mix, gains and pans, float files, and how a feed takes its samples."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from services.library.media.feed import Feed, length_at
from services.library.media.flac_frames import crc8
from services.library.media.flac_mix import EncodedFlac
from services.library.media.formats import mix_assembly
from services.library.media.mix import StemMix, side_levels
from services.library.media.segments import StreamShape
from tests.unit.library.stems import BLOCK, MadeStem, collect, make_stem, music


def _pair(shape: StreamShape, length: int = BLOCK * 5 + 3) -> tuple[list[MadeStem], dict[int, float]]:
    return [make_stem(music(length, shape, seed), shape, 2) for seed in (1, 2)], {0: 1.0, 1: 1.0}


@pytest.mark.parametrize("shape", [StreamShape(44_100, 2, 16), StreamShape(96_000, 1, 24)], ids=str)
def test_flac_of_a_mix_is_exact(shape: StreamShape) -> None:
    """Its samples are the sum within range, its size is not foretold, and it can be read on from any byte."""
    stems, gains = _pair(shape)
    assembly = EncodedFlac(StemMix({0: stems[0].plan, 1: stems[1].plan}, gains))
    assert assembly.total_bytes is None
    file = collect(assembly, stems)
    limit = 1 << (shape.depth - 1)
    whole = np.clip(stems[0].samples + stems[1].samples, -limit, limit - 1)
    with soundfile.SoundFile(io.BytesIO(file)) as opened:
        assert (opened.frames, opened.samplerate, opened.subtype) == (
            len(whole),
            shape.sample_rate,
            f"PCM_{shape.depth}",
        )
        assert np.array_equal(opened.read(dtype="int32", always_2d=True) >> (32 - shape.depth), whole)
    for start in (0, 1, 50, len(file) // 2, len(file) - 1, len(file)):
        assert collect(assembly, stems, start) == file[start:]


def test_flac_of_a_mix_tells_how_much_of_it_is_here() -> None:
    """Its head tells its length in samples and the size of all blocks, and frames are numbered: the page counts so."""
    stems, gains = _pair(StreamShape(44_100, 2, 16))
    file = collect(EncodedFlac(StemMix({0: stems[0].plan, 1: stems[1].plan}, gains)), stems)
    block, block_max = int.from_bytes(file[8:10], "big"), int.from_bytes(file[10:12], "big")
    length = int.from_bytes(file[21:26], "big") & 0xFFFFFFFFF
    assert (block, block_max, length) == (BLOCK, BLOCK, len(stems[0].samples))
    at = 0
    for number in range(-(-length // BLOCK)):
        at = next(found for found in _syncs(file, at) if file[found + 4] == number)
        assert crc8(file[at : (end := at + _head_bytes(file[at + 2]))]) == file[end]


def _syncs(file: bytes, start: int) -> Iterator[int]:
    while (start := file.find(b"\xff\xf8", start)) >= 0:
        yield start
        start += 1


def _head_bytes(codes: int) -> int:
    """Of a frame with a number below 128: what the codes of block size and rate add."""
    return 5 + {6: 1, 7: 2}.get(codes >> 4, 0) + {12: 1, 13: 2, 14: 2}.get(codes & 0x0F, 0)


def test_a_pan_is_a_balance() -> None:
    """To the left leaves the left as it is and silences the right; the centre changes nothing at all."""
    assert side_levels(0.5, -1.0) == (0.5, 0.0)
    assert side_levels(0.5, 0.5) == (0.25, 0.5)
    assert side_levels(1.0, 0.0) == (1.0, 1.0)
    shape = StreamShape(44_100, 2, 16)
    stems, gains = _pair(shape)
    file = collect(mix_assembly("wav", StemMix({0: stems[0].plan, 1: stems[1].plan}, gains, {0: -1.0, 1: 1.0})), stems)
    samples, _ = soundfile.read(io.BytesIO(file), dtype="int16", always_2d=True)
    assert np.array_equal(samples[:, 0], stems[0].samples[:, 0])
    assert np.array_equal(samples[:, 1], stems[1].samples[:, 1])


@pytest.mark.parametrize("name", ["flac", "wav", "mp3", "m4a", "opus"])
def test_a_mono_song_panned_is_stereo(name: str) -> None:
    """A mono stem put aside makes a stereo file of the size foretold."""
    shape = StreamShape(44_100, 1, 16)
    stems, gains = _pair(shape)
    mix = StemMix({0: stems[0].plan, 1: stems[1].plan}, gains, {0: 0.5})
    assembly = mix_assembly(name, mix)
    file = collect(assembly, stems)
    assert assembly.total_bytes in (None, len(file))
    if name == "wav":
        samples, _ = soundfile.read(io.BytesIO(file), dtype="int16", always_2d=True)
        both = np.stack([stems[0].samples[:, 0] * 0.5, stems[0].samples[:, 0]], axis=1) + stems[1].samples
        assert np.array_equal(samples, np.clip(np.rint(both), -32_768, 32_767))


def test_a_pan_out_of_bounds_is_refused() -> None:
    """Beyond the sides there is nothing."""
    stems, gains = _pair(StreamShape(44_100, 1, 16), BLOCK)
    with pytest.raises(ValueError, match="pan"):
        StemMix({0: stems[0].plan, 1: stems[1].plan}, gains, {0: 1.01})


def test_a_float_mix_is_never_clipped() -> None:
    """Two stems that are too loud together keep their sum in a float file, and are clipped in any other."""
    shape = StreamShape(44_100, 1, 24)
    loud = make_stem(np.full((BLOCK, 1), 6_000_000, np.int32), shape, 1)
    mix = StemMix({0: loud.plan, 1: loud.plan}, {0: 1.0, 1: 1.0})
    samples, _ = soundfile.read(io.BytesIO(collect(mix_assembly("wav", mix, wav_depth="32f"), [loud, loud])))
    assert set(samples * 2**23) == {12_000_000.0}
    clipped, _ = soundfile.read(io.BytesIO(collect(mix_assembly("wav", mix), [loud, loud])), dtype="int32")
    assert set(clipped >> 8) == {2**23 - 1}


@settings(max_examples=40, deadline=None)
@given(
    cuts=st.lists(st.integers(1, 9000), max_size=6),
    length=st.integers(1, 30_000),
    rates=st.sampled_from([(44_100, 48_000), (96_000, 44_100), (8_000, 48_000), (44_100, 44_100)]),
    speed=st.sampled_from([1, 2]),
)
def test_a_feed_gives_the_same_however_it_is_fed(
    cuts: list[int], length: int, rates: tuple[int, int], speed: int
) -> None:
    """In one piece or in many, a feed gives exactly as many samples as asked for, and the same ones."""
    shape = StreamShape(rates[0], 2, 16)
    samples = music(length, shape, length)
    wanted = length_at(length, *rates, speed)
    fed = []
    for edges in ([0, length], [0, *sorted(min(cut, length) for cut in cuts), length]):
        feed = Feed(shape, rates[1], wanted, speed)
        made = [feed.push(samples[start:stop]) for start, stop in pairwise(edges)]
        fed.append(np.concatenate([*made, feed.finish()]))
    assert len(fed[0]) == len(fed[1]) == wanted
    # The filter for speed works on frames, whose edges move with the pieces.
    if speed == 1:
        assert np.abs(fed[0] - fed[1]).max() < 1e-6
