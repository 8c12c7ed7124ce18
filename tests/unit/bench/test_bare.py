"""The bare program does the same work as the road, whatever the song."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from services.separation.audio.pipeline import Separation
from services.separation.audio.properties import AudioProperties, ModelProperties
from tests.bench.bare import Bare

STEMS = ("vocals", "drums", "bass", "other")
# In eighths: exact in float32, and together all of the mix.
SHARES = np.array([0.5, 0.25, 0.125, 0.125], np.float32)


class Shares:
    """A model that hands back fixed parts of the mix."""

    def __init__(self) -> None:
        self.asked = 0

    def separate(self, mix: NDArray[np.float32]) -> NDArray[np.float32]:
        self.asked += 1
        return SHARES[:, None, None] * mix


def tones(seconds: float, rate_hz: int, channels: int) -> NDArray[np.int16]:
    """Below what any of the rates can hold, so that nothing is lost between them."""
    at = np.arange(int(seconds * rate_hz)) / rate_hz
    parts = [np.sin(2 * np.pi * (211.3 * part + 97 * channel) * at + part) for part in (1, 5, 23) for channel in (0, 1)]
    both = np.stack([sum(parts[0::2]), sum(parts[1::2])], axis=1)
    # Soft at both ends: a resampler rings where a song begins with a step.
    soft = np.clip(np.minimum(at, at[::-1]) / 0.1, 0, 1)[:, None] ** 2
    return np.asarray(soft * both[:, :channels] * 8000, np.int16)


@pytest.mark.parametrize("placement", ["mirrored", "centred"])
@pytest.mark.parametrize(("rate_hz", "channels", "seconds"), [(44_100, 2, 7.3), (48_000, 2, 5.0), (44_100, 1, 0.4)])
def test_it_says_what_the_road_says(
    tmp_path: Path, placement: str, rate_hz: int, channels: int, seconds: float
) -> None:
    """Its stems are the road's but for rounding, from as many chunks, in the file's own rate, channels and length."""
    song = tones(seconds, rate_hz, channels)
    soundfile.write(tmp_path / "song.flac", song, rate_hz, subtype="PCM_16")
    model = ModelProperties(44_100, 44_100, 33_000, STEMS, placement)
    engines: list[Any] = [Shares(), Shares()]
    stages = Bare(engines, model).separate(tmp_path / "song.flac", tmp_path / "stems")
    expected, chunks = on_the_road(song, AudioProperties(rate_hz, channels, 16), model)
    for at, stem in enumerate(STEMS):
        found, rate_found_hz = soundfile.read(tmp_path / "stems" / f"{stem}.flac", dtype="int16", always_2d=True)
        assert rate_found_hz == rate_hz
        assert found.shape == song.shape
        assert np.abs(found.astype(np.int32) - expected[at]).max() <= 2
    assert sum(engine.asked for engine in engines) == chunks
    assert sorted(stages.seconds) == ["decode", "encode", "infer", "overlap_add"]


def test_24_bits_stay(tmp_path: Path) -> None:
    """A song of 24 bits gives stems of 24 bits, exact to the last but one."""
    song = np.random.default_rng(2).integers(-(2**22), 2**22, (50_000, 2), dtype=np.int32)
    soundfile.write(tmp_path / "song.flac", song << 8, 44_100, subtype="PCM_24")
    engines: list[Any] = [Shares()]
    Bare(engines, ModelProperties(44_100, 44_100, 33_000, STEMS)).separate(tmp_path / "song.flac", tmp_path / "stems")
    found, _ = soundfile.read(tmp_path / "stems" / "vocals.flac", dtype="int32", always_2d=True)
    assert np.abs((found >> 8) - song / 2).max() <= 1.5


def test_a_failing_model_ends_it(tmp_path: Path) -> None:
    """What a model raises comes out, and nothing waits for ever."""

    class Failing:
        def separate(self, mix: NDArray[np.float32]) -> NDArray[np.float32]:
            raise ValueError("no")

    soundfile.write(tmp_path / "song.flac", tones(20.0, 44_100, 2), 44_100, subtype="PCM_16")
    engines: list[Any] = [Failing()]
    bare = Bare(engines, ModelProperties(44_100, 44_100, 33_000, STEMS))
    with pytest.raises(ValueError, match="no"):
        bare.separate(tmp_path / "song.flac", tmp_path / "stems")


def on_the_road(
    song: NDArray[np.int16], properties: AudioProperties, model: ModelProperties
) -> tuple[NDArray[np.int32], int]:
    """The stems int32 [S, n, channels] of the service's own state machine, and how many chunks it asked for."""
    separation, engine, segments = Separation(properties, model), Shares(), []
    for chunk in [*separation.feed(song.astype(np.int32)), *separation.finish()]:
        segments += separation.accept(chunk.index, engine.separate(chunk.samples))
    return np.concatenate([segment.stems for segment in segments], axis=1), engine.asked
