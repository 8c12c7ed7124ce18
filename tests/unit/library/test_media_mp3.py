"""MP3 downloads."""

from __future__ import annotations

import io

import av
import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from services.library.media.mix import StemMix
from services.library.media.mp3 import EncodedMp3
from services.library.media.segments import StreamShape
from services.library.media.tags import Tags
from tests.unit.library.stems import BLOCK, MadeStem, collect, make_stem, music


def _mp3(stem: MadeStem, tags: Tags | None = None) -> EncodedMp3:
    return EncodedMp3(StemMix({0: stem.plan}, {0: 1.0}), tags)


def _lag(heard: NDArray[np.float64], true: NDArray[np.float64]) -> int:
    """The shift in samples at which two signals correlate best."""
    length = len(true)
    spectrum = np.fft.rfft(heard, 2 * length) * np.fft.rfft(true, 2 * length).conj()
    best = int(np.argmax(np.fft.irfft(spectrum)))
    return best if best < length else best - 2 * length


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("rate", [32_000, 44_100, 48_000])
def test_mp3_is_gapless_and_aligned(rate: int, channels: int) -> None:
    """FFmpeg and mpg123 both give exactly the stem's samples, at zero offset, and the tags."""
    shape = StreamShape(rate, channels, 24)
    stem = make_stem(music(BLOCK * 8 + 777, shape, 5), shape, 3)
    assembly = _mp3(stem, Tags('tü"', "🎵"))
    file = collect(assembly, [stem])
    assert len(file) == assembly.total_bytes
    true = stem.samples[:, 0] / 2**23
    heard, heard_rate = soundfile.read(io.BytesIO(file), always_2d=True)
    assert (heard.shape, heard_rate) == (stem.samples.shape, rate)
    with av.open(io.BytesIO(file), "r") as container:
        assert (container.metadata["title"], container.metadata["artist"]) == ('tü"', "🎵")
        decoded = np.concatenate([frame.to_ndarray() for frame in container.decode(audio=0)], axis=1)
    assert decoded.shape[1] == len(true)
    assert _lag(heard[:, 0], true) == _lag(decoded[0].astype(np.float64), true) == 0
    assert np.corrcoef(heard[:, 0], true)[0, 1] > 0.99


@pytest.mark.parametrize(
    ("rate", "heard_rate"), [(8_000, 48_000), (22_050, 44_100), (96_000, 48_000), (88_200, 44_100)]
)
def test_other_rates_are_resampled_without_a_shift(rate: int, heard_rate: int) -> None:
    """A rate MP3 has not is brought to its nearest relative, at the same length in time and zero offset."""
    shape = StreamShape(rate, 1, 16)
    stem = make_stem(music(BLOCK * 5 + 3, shape, 6), shape, 2)
    heard, actual = soundfile.read(io.BytesIO(collect(_mp3(stem), [stem])))
    assert actual == heard_rate
    assert len(heard) == -(-len(stem.samples) * heard_rate // rate) == _mp3(stem).length_samples
    at = np.arange(len(heard)) * rate / heard_rate
    true = np.interp(at, np.arange(len(stem.samples)), stem.samples[:, 0] / 2**15)
    assert _lag(heard, true) == 0


@settings(max_examples=40, deadline=None)
@given(length=st.integers(1, BLOCK * 4), rate=st.sampled_from([32_000, 44_100, 48_000, 11_025]))
def test_any_length_is_exact(length: int, rate: int) -> None:
    """The size foretold and the samples decoded hold for every length, the shortest too."""
    shape = StreamShape(rate, 1, 16)
    stem = make_stem(music(length, shape, length), shape, 1)
    assembly = _mp3(stem)
    file = collect(assembly, [stem])
    assert len(file) == assembly.total_bytes
    # A file has a name; of the bytes of some frame alone, FFmpeg now and then guesses another kind.
    with av.open(io.BytesIO(file), "r", format="mp3") as container:
        assert sum(frame.samples for frame in container.decode(audio=0)) == assembly.length_samples


@settings(max_examples=30, deadline=None)
@given(data=st.data(), length=st.integers(1, BLOCK * 30), rate=st.sampled_from([44_100, 96_000]))
def test_a_range_is_that_part_of_the_whole(data: st.DataObject, length: int, rate: int) -> None:
    """Any range equals the slice of the whole."""
    shape = StreamShape(rate, 2, 16)
    stem = make_stem(music(length, shape, length), shape, 2)
    assembly = _mp3(stem)
    whole = collect(assembly, [stem])
    start = data.draw(st.integers(0, len(whole)))
    stop = data.draw(st.integers(start, len(whole)))
    assert collect(assembly, [stem], start, stop) == whole[start:stop]


def test_the_start_of_a_long_song_needs_its_first_segments_only() -> None:
    """A range near the start asks for a few segments, the tags alone for none."""
    shape = StreamShape(44_100, 1, 16)
    stem = make_stem(music(BLOCK * 60, shape, 1), shape, 4)
    assembly = _mp3(stem)
    assert assembly.segments_for(0, 100) == []
    assert len(assembly.segments_for(0, 5000)) < 4
    size = assembly.total_bytes or 0
    assert len(assembly.segments_for(size - 1, size)) == 15
