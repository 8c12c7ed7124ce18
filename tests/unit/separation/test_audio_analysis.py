"""Tempo, beats, key and loudness of sounds that are known."""

from __future__ import annotations

import re
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from services.separation.audio.mix_analysis import MixAnalysis, MixFindings, thinned, thinning
from services.separation.audio.onsets import Onsets
from services.separation.audio.properties import AudioProperties
from services.separation.audio.tempo import CONFIDENCE_MIN, find_beats
from services.separation.audio.tonality import PitchClassSum, find_key, pitch_classes
from tests.paths import BUNDLED_SONG, SHARED_AUDIO
from tests.unit.separation.music import TONICS, cadence, clicks, heard, integers, not_given_up

CD = AudioProperties(44_100, 2, 16)
GROOVES = SHARED_AUDIO / "instruments-and-voices" / "drums"


def decoded(path: Path) -> tuple[NDArray[np.int32], AudioProperties]:
    """A file's samples, as the decoder gives them for 16 bits."""
    sound, rate_hz = soundfile.read(path, dtype="float64", always_2d=True)
    properties = AudioProperties(rate_hz, min(sound.shape[1], 2), 16)
    return np.clip(np.rint(sound * 32_768), -32_768, 32_767).astype(np.int32), properties


def nearest_error_s(found: tuple[float, ...], times_s: list[float]) -> float:
    """The largest distance from a true beat to the nearest found one."""
    return max(float(np.min(np.abs(np.array(found) - at))) for at in times_s)


@pytest.mark.parametrize("bpm", [60.0, 77.3, 93.0, 120.0, 128.0, 174.0])
def test_a_metronome_is_followed(bpm: float) -> None:
    """The tempo of clicks is right to 0.2 %, and every click has a beat within 10 ms."""
    sound, times_s = clicks(bpm, 30.0, CD.rate_hz)
    beats = heard(integers(sound, CD), CD).beats
    assert beats.bpm == pytest.approx(bpm, rel=0.002)
    assert beats.confidence > 0.5
    assert nearest_error_s(beats.times_s, times_s) < 0.010


@pytest.mark.parametrize(
    ("rate_hz", "channels", "depth"), [(8_000, 1, 16), (48_000, 2, 24), (96_000, 2, 24), (192_000, 1, 24)]
)
def test_beats_do_not_depend_on_the_format(rate_hz: int, channels: int, depth: int) -> None:
    """At any rate, channels and depth the clicks of a metronome are found where they are."""
    properties = AudioProperties(rate_hz, channels, depth)
    sound, times_s = clicks(100.0, 15.0, rate_hz)
    beats = heard(integers(sound, properties), properties).beats
    assert beats.bpm == pytest.approx(100.0, rel=0.005)
    assert nearest_error_s(beats.times_s, times_s) < 0.020


def test_a_quieter_song_has_the_same_beats() -> None:
    """Forty decibels less change neither tempo nor beats."""
    sound, times_s = clicks(110.0, 20.0, CD.rate_hz)
    beats = heard(integers(sound * 0.01, AudioProperties(44_100, 2, 24)), AudioProperties(44_100, 2, 24)).beats
    assert beats.bpm == pytest.approx(110.0, rel=0.002)
    assert nearest_error_s(beats.times_s, times_s) < 0.010


def test_the_bundled_song_is_known() -> None:
    """First Light has 100 beats a minute, each within 50 ms where its score puts it, and is in D major."""
    song, properties = decoded(BUNDLED_SONG)
    found = heard(song, properties)
    assert found.beats.bpm == pytest.approx(100.0, rel=0.002)
    # The last chord, from 36.0 s on, rings out without a beat.
    assert nearest_error_s(found.beats.times_s, [beat * 0.6 for beat in range(1, 60)]) < 0.050
    rate_hz = properties.rate_hz / thinning(properties.rate_hz)
    assert find_key(pitch_classes(thinned(song, properties), rate_hz)).name == "D major"


@pytest.mark.skipif(not GROOVES.is_dir(), reason="shared audio is not here")
@pytest.mark.parametrize("groove", sorted(GROOVES.glob("*bpm.opus")), ids=lambda path: path.stem)
def test_drum_grooves_have_the_tempo_of_their_names(groove: Path) -> None:
    """Played grooves of ten seconds are right within two per cent: no half, no double, no three to two."""
    song, properties = decoded(groove)
    match = re.search(r"(\d+)bpm", groove.stem)
    assert match
    assert heard(song, properties).beats.bpm == pytest.approx(float(match[1]), rel=0.02)


def silence() -> NDArray[np.float64]:
    return np.zeros(CD.rate_hz * 10)


def noise() -> NDArray[np.float64]:
    return np.random.default_rng(1).standard_normal(CD.rate_hz * 20) * 0.1


def held_tone() -> NDArray[np.float64]:
    tone: NDArray[np.float64] = np.sin(np.arange(CD.rate_hz * 20) * 0.03) * 0.3
    return tone


def moment() -> NDArray[np.float64]:
    return np.full(5, 0.5)


def nothing() -> NDArray[np.float64]:
    return np.zeros(0)


@pytest.mark.parametrize("sound", [silence, noise, held_tone, moment, nothing])
def test_what_has_no_beat_gets_none(sound: object) -> None:
    """Silence, noise, a held tone, a moment and nothing at all have neither tempo nor beats nor key, and say so."""
    assert callable(sound)
    song = integers(sound(), CD)
    beats = heard(song, CD).beats
    assert (beats.bpm, beats.times_s) == (None, ())
    assert beats.confidence < CONFIDENCE_MIN
    key = find_key(pitch_classes(thinned(song, CD), CD.rate_hz / 2))
    assert key.name is None
    assert key.confidence < 0.5


@pytest.mark.property
@given(st.lists(st.integers(700, 30_000), min_size=1, max_size=6))
@settings(deadline=None, max_examples=12)
def test_any_blocks_are_heard_alike(blocks: list[int]) -> None:
    """How a song is cut into blocks changes no figure of it."""
    properties = AudioProperties(22_050, 1, 16)
    sound, _ = clicks(125.0, 8.0, properties.rate_hz)
    song = integers(sound, properties)
    assert _in_blocks(song, properties, blocks) == heard(song, properties)


def _in_blocks(song: NDArray[np.int32], properties: AudioProperties, blocks: list[int]) -> MixFindings:
    analysis = MixAnalysis(properties, not_given_up)
    at = turn = 0
    while at < len(song):
        size = blocks[turn % len(blocks)]
        analysis.feed(song[at : at + size])
        at, turn = at + size, turn + 1
    return analysis.finish()


def test_a_long_set_needs_little() -> None:
    """An hour of onsets is 620 kB, and its beats are found in three times as much: no copy of it is widened."""
    onsets = Onsets(22_050)
    frames = int(onsets.frames_a_second * 3600)
    strengths = np.zeros(frames, np.float16)
    strengths[::43] = 1.0
    assert strengths.nbytes < 640_000
    tracemalloc.start()
    beats = find_beats(strengths, onsets.frames_a_second, onsets.first_frame_s)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak_bytes < 3 * strengths.nbytes
    assert beats.bpm == pytest.approx(60 * onsets.frames_a_second / 43, rel=0.001)
    assert len(beats.times_s) == pytest.approx(frames / 43, abs=2)


@pytest.mark.parametrize("over", [1, 5, 12, 13, 24, 25, 30])
def test_beats_of_a_song_of_any_length(over: int) -> None:
    """A song that ends a few frames after a stretch that is worked on at once has its beats, at the seam as well."""
    onsets = Onsets(22_050)
    frames = 16_384 + over
    strengths = np.zeros(frames, np.float16)
    strengths[::43] = 1.0
    beats = find_beats(strengths, onsets.frames_a_second, onsets.first_frame_s)
    assert len(beats.times_s) == pytest.approx(frames / 43, abs=2)
    # The first beat lies before the song, where there is no time.
    assert beats.times_s[0] == 0
    assert np.ptp(np.diff(beats.times_s[1:])) < 0.005


@pytest.mark.parametrize("mode", ["major", "minor"])
@pytest.mark.parametrize("detuned_semitones", [0.0, 0.35])
def test_all_keys_are_told(mode: str, detuned_semitones: float) -> None:
    """A plain progression is told in each of the twelve keys of a mode, in concert pitch or a third of a tone off."""
    told = [find_key(pitch_classes(cadence(tonic, mode, detuned_semitones), 22_050.0)) for tonic in range(12)]
    assert [key.name for key in told] == [f"{tonic} {mode}" for tonic in TONICS]
    assert min(key.confidence for key in told) > 0.7


@pytest.mark.property
@given(st.integers(0, 5))
def test_a_key_does_not_depend_on_who_added_up(handed_over: int) -> None:
    """A successor that begins with the sums of the segments before finds the very key of one that added them all."""
    parts = [pitch_classes(part, 22_050.0) for part in np.split(cadence(9, "minor"), 6)]
    whole = PitchClassSum()
    for part in parts:
        whole.add(tuple(part))
    before = [0.0] * 36
    for part in parts[:handed_over]:
        before = [total + float(value) for total, value in zip(before, part, strict=True)]
    successor = PitchClassSum(before if handed_over else ())
    for part in parts[handed_over:]:
        successor.add(tuple(part))
    assert successor.key() == whole.key()


@pytest.mark.parametrize("rate_hz", [44_100, 48_000, 96_000])
def test_loudness_is_that_of_the_standard(rate_hz: int) -> None:
    """EBU Tech 3341, cases 1 and 2: a stereo sine of 1 kHz at -23 and -33 dBFS has -23 and -33 LUFS, within 0.1."""
    properties = AudioProperties(rate_hz, 2, 24)
    sine = np.sin(2 * np.pi * 1000 / rate_hz * np.arange(rate_hz * 20))
    for level in (-23.0, -33.0):
        loudness = heard(integers(sine * 10 ** (level / 20), properties), properties).loudness
        assert loudness.integrated_lufs == pytest.approx(level, abs=0.1)
        assert loudness.range_lu == pytest.approx(0.0, abs=0.1)
        assert loudness.true_peak_dbtp == pytest.approx(level, abs=0.4)


def test_loudness_range_is_that_of_the_standard() -> None:
    """EBU Tech 3342, case 1: 20 s at -20 dBFS and 20 s at -30 dBFS have a range of 10 LU, within 1."""
    sine = np.sin(2 * np.pi * 1000 / CD.rate_hz * np.arange(CD.rate_hz * 20))
    song = integers(np.concatenate((sine * 10 ** (-20 / 20), sine * 10 ** (-30 / 20))), CD)
    assert heard(song, CD).loudness.range_lu == pytest.approx(10.0, abs=1.0)


def test_peaks_between_samples_are_found() -> None:
    """EBU Tech 3341, case 16: a sine at a quarter of the rate, sampled at 45 degrees, peaks 3 dB above its samples."""
    sine = 0.5 * np.sin(np.pi / 2 * np.arange(48_000 * 3) + np.pi / 4)
    # Begun at once it would overshoot, and rightly.
    sine[:4800] *= np.linspace(0, 1, 4800)
    properties = AudioProperties(48_000, 2, 24)
    assert heard(integers(sine, properties), properties).loudness.true_peak_dbtp == pytest.approx(-6.0, abs=0.4)


def test_silence_has_no_loudness() -> None:
    """Silence, and too little sound to gate, are not given a number that means nothing."""
    loudness = heard(integers(silence(), CD), CD).loudness
    assert (loudness.integrated_lufs, loudness.range_lu, loudness.true_peak_dbtp) == (None, None, None)
    short = heard(integers(noise()[: CD.rate_hz // 5], CD), CD).loudness
    assert (short.integrated_lufs, short.range_lu) == (None, None)
    assert short.true_peak_dbtp is not None
