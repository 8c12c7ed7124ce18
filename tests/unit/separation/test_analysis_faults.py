"""What is heard in a song is a convenience: when hearing it fails, its stems are those of any other run."""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
import logging
import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from services.separation.audio import figures, mix_analysis, peaks
from services.separation.audio.loudness import Loudness, LoudnessMeter
from services.separation.audio.onsets import Onsets
from services.separation.audio.properties import AudioProperties
from services.separation.audio.tempo import Beats
from services.separation.audio.tonality import Key, PitchClassSum
from services.separation.domain.errors import FindingsRefused
from services.separation.domain.job import JobState
from tests.unit.separation.music import cadence, clicks, integers
from tests.unit.separation.song_bench import RATE_HZ, SEGMENT_SAMPLES, STEMS, Bench

PROPERTIES = AudioProperties(RATE_HZ, 2, 16)
UNKNOWN: dict[str, dict[str, object]] = {
    "beats": {"bpm": None, "bpm_confidence": 0.0, "beats_s": ()},
    "key": {"key": "", "key_confidence": 0.0},
    "loudness": {"integrated_lufs": None, "loudness_range_lu": None, "true_peak_dbtp": None},
}
NAN = math.nan
SECRET = "what the exception says may be of the song"

Spoil = Callable[[], object]


def a_song() -> NDArray[np.int32]:
    """Sixteen seconds in which tempo, key and loudness are plain; four segments, the last one short."""
    beat, _ = clicks(120.0, 16.0, RATE_HZ)
    chords = np.tile(cadence(2, "major", rate_hz=RATE_HZ), 2)[: len(beat)]
    return integers(0.4 * beat + 1.2 * chords, PROPERTIES)


def fails() -> object:
    raise ZeroDivisionError(SECRET)


def from_call(original: object, first: int, spoil: Spoil) -> Callable[..., object]:
    """`original` for so many calls, and then `spoil`."""
    assert callable(original)
    calls = itertools.count()

    def call(*given: object, **named: object) -> object:
        return original(*given, **named) if next(calls) < first else spoil()

    return call


@pytest.fixture(scope="module")
def song() -> NDArray[np.int32]:
    return a_song()


@pytest.fixture
async def healthy(song: NDArray[np.int32]) -> Bench:
    bench = Bench(song, PROPERTIES)
    assert (await bench.run()).state is JobState.COMPLETED
    return bench


class Fault(NamedTuple):
    """From its call number `first` on, `owner.name` does as `spoil` does; `part` is what that costs."""

    part: str
    owner: object
    name: str
    first: int
    spoil: Spoil

    def strike(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(self.owner, self.name, from_call(getattr(self.owner, self.name), self.first, self.spoil))


FAULTS = [
    pytest.param(Fault("beats", mix_analysis, "Onsets", 0, fails), id="beats cannot begin"),
    pytest.param(Fault("beats", Onsets, "feed", 0, fails), id="beats fail on the first block"),
    pytest.param(Fault("beats", Onsets, "feed", 7, fails), id="beats fail in mid-song"),
    pytest.param(Fault("beats", Onsets, "finish", 0, fails), id="onsets fail at the end"),
    pytest.param(Fault("beats", mix_analysis, "find_beats", 0, fails), id="beats fail at the end"),
    pytest.param(Fault("beats", mix_analysis, "find_beats", 0, lambda: Beats(NAN, 0.5)), id="tempo is NaN"),
    pytest.param(
        Fault("beats", mix_analysis, "find_beats", 0, lambda: Beats(90.0, 0.5, (1.0, NAN))), id="a beat is NaN"
    ),
    pytest.param(
        Fault("beats", mix_analysis, "find_beats", 0, lambda: Beats(90.0, 0.5, (2.0, 1.0))), id="beats go back"
    ),
    pytest.param(Fault("loudness", mix_analysis, "LoudnessMeter", 0, fails), id="loudness cannot begin"),
    pytest.param(Fault("loudness", LoudnessMeter, "feed", 0, fails), id="loudness fails on the first block"),
    pytest.param(Fault("loudness", LoudnessMeter, "feed", 7, fails), id="loudness fails in mid-song"),
    pytest.param(Fault("loudness", LoudnessMeter, "finish", 0, fails), id="loudness fails at the end"),
    pytest.param(Fault("loudness", LoudnessMeter, "finish", 0, lambda: Loudness(NAN, 1.0, 1.0)), id="loudness is NaN"),
    pytest.param(
        Fault("loudness", LoudnessMeter, "finish", 0, lambda: Loudness(-9.0, 1.0, math.inf)), id="peak is infinite"
    ),
    pytest.param(Fault("key", figures, "pitch_classes", 0, fails), id="pitches fail in the first segment"),
    pytest.param(Fault("key", figures, "pitch_classes", 2, fails), id="pitches fail in mid-song"),
    pytest.param(Fault("key", figures, "pitch_classes", 2, lambda: np.full(36, NAN)), id="pitches are NaN"),
    pytest.param(Fault("key", PitchClassSum, "add", 1, fails), id="pitches do not add up"),
    pytest.param(Fault("key", PitchClassSum, "key", 0, fails), id="key fails at the end"),
    pytest.param(Fault("key", PitchClassSum, "key", 0, lambda: Key("D major", NAN)), id="key is NaN"),
]


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_in_hearing_costs_that_part_alone(
    healthy: Bench,
    song: NDArray[np.int32],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    fault: Fault,
) -> None:
    """The stems and the rest of the report are those of a run without the fault, which is told and counted once."""
    assert healthy.analysis.bpm is not None
    assert healthy.analysis.key
    assert healthy.analysis.integrated_lufs is not None
    fault.strike(monkeypatch)
    bench = Bench(song, PROPERTIES)
    with caplog.at_level(logging.WARNING):
        job = await bench.run()
    assert (job.state, job.attempt, job.remarks) == (JobState.COMPLETED, 1, ())
    assert bench.stems() == healthy.stems()
    assert bench.peaks() == healthy.peaks()
    assert bench.analysis == dataclasses.replace(healthy.analysis, **UNKNOWN[fault.part])  # type: ignore[arg-type]  # a field of each
    assert bench.measures.parts_given_up == [fault.part]
    (record,) = caplog.records
    fields = record.__dict__["fields"]
    assert (fields["job_id"], fields["part"]) == ("job_1", fault.part)
    assert fields["reason"] in {"ZeroDivisionError", "ValueError"}
    assert SECRET not in str(record.__dict__)


async def test_with_nothing_heard_at_all_the_stems_are_there(
    healthy: Bench, song: NDArray[np.int32], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every part of the analysis may fail in one song."""
    for part, owner, name in (
        ("beats", Onsets, "feed"),
        ("loudness", LoudnessMeter, "feed"),
        ("key", figures, "pitch_classes"),
    ):
        Fault(part, owner, name, 1, fails).strike(monkeypatch)
    bench = Bench(song, PROPERTIES)
    assert (await bench.run()).state is JobState.COMPLETED
    assert bench.stems() == healthy.stems()
    nothing = {name: value for members in UNKNOWN.values() for name, value in members.items()}
    assert dataclasses.asdict(bench.analysis) == nothing
    assert sorted(bench.measures.parts_given_up) == sorted(UNKNOWN)


async def test_a_successor_does_not_guess_the_key_from_half_a_song(
    healthy: Bench, song: NDArray[np.int32], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where an attempt before could not hear a segment's pitches, the song has no key, and that is not told again."""
    bench = Bench(song, PROPERTIES)
    bench.materials.hold_from = 2
    await bench.submit()
    with monkeypatch.context() as broken:
        Fault("key", figures, "pitch_classes", 1, fails).strike(broken)
        first = asyncio.create_task(bench.run())
        await bench.materials.until_committed(2)
        first.cancel()
        await asyncio.wait([first])
    bench.materials.hold_from = None
    assert (await bench.run(worker="worker-2")).attempt == 2
    assert bench.materials.attempts == [1, 1, 2, 2]
    assert bench.stems() == healthy.stems()
    assert bench.analysis == dataclasses.replace(healthy.analysis, key="", key_confidence=0.0)
    assert bench.measures.parts_given_up == ["key"]


async def test_a_waveform_that_cannot_be_measured_is_a_flat_line_in_its_place(
    healthy: Bench, song: NDArray[np.int32], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stems stay, every other segment has its waveform where it belongs, and a flat line never says silence."""
    measure, calls = peaks.segment_peaks, itertools.count()
    monkeypatch.setattr(
        "services.separation.app.separate_track.segment_peaks",
        lambda *given: fails() if next(calls) in {1, 3} else measure(*given),
    )
    bench = Bench(song, PROPERTIES)
    assert (await bench.run()).state is JobState.COMPLETED
    assert bench.stems() == healthy.stems()
    assert bench.analysis == healthy.analysis
    lengths = [segment.length_samples for segment in bench.materials.segments]
    assert lengths[:3] == [SEGMENT_SAMPLES] * 3
    flat = [[b"\x01" * -(-length // peaks.PEAK_BLOCK_SAMPLES)] * len(STEMS) for length in lengths]
    assert bench.peaks() == [healthy.peaks()[0], flat[1], healthy.peaks()[2], flat[3]]
    assert [[len(one) for one in each] for each in bench.peaks()] == [
        [len(one) for one in each] for each in healthy.peaks()
    ]
    assert bench.measures.parts_given_up == ["peaks"]


async def test_a_report_that_the_library_refuses_costs_the_report(healthy: Bench, song: NDArray[np.int32]) -> None:
    """Findings that cannot be right are not stored; the song is finished without a report."""
    bench = Bench(song, PROPERTIES)
    bench.materials.refusal = FindingsRefused("Beats come one after another.")
    assert (await bench.run()).state is JobState.COMPLETED
    assert bench.stems() == healthy.stems()
    assert bench.materials.findings == []
    assert bench.measures.parts_given_up == ["report"]
