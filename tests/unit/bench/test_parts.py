"""Which parts run, and how each holds its figures against its goals."""

from __future__ import annotations

import argparse
import sys

import numpy as np
import pytest

from stack.served_models import bundled_models
from tests.bench import __main__ as bench
from tests.bench import against_demucs, goals, memory, overhead, whole_song
from tests.bench.against_demucs import Peaks
from tests.bench.memory import MemoryRun
from tests.bench.overhead import BareRun
from tests.bench.processes import Disturbance, Seen
from tests.bench.raw_engine import SILENCE_DB, level_db
from tests.bench.road import Figures, reported_s

QUIET = Disturbance(0.0, 0.0)


def figures(ready_s: float, disturbed: Disturbance = QUIET) -> Figures:
    return Figures(240.0, 0.5, 0.8, ready_s, ready_s - 0.2, {}, {"worker": 2 * ready_s}, disturbed)


@pytest.mark.parametrize(
    ("only", "demucs", "parts"),
    [
        (None, False, ("page", "signing_in", "song", "overhead", "memory")),
        (None, True, ("page", "signing_in", "song", "overhead", "memory", "demucs")),
        (["memory", "song"], False, ("song", "memory")),
        (["demucs"], False, ("demucs",)),
        (["song"], True, ("song", "demucs")),
    ],
)
def test_parts_are_chosen(only: list[str] | None, demucs: bool, parts: tuple[str, ...]) -> None:
    """Each part can be asked for by itself, and demucs comes only where it is asked for."""
    assert bench.chosen(only, demucs=demucs) == parts


def asked(monkeypatch: pytest.MonkeyPatch, *words: str) -> argparse.Namespace:
    monkeypatch.setattr(sys, "argv", ["bench", *words])
    return bench.arguments()


def test_default_is_the_bundled_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without options the bundled default is measured, with a long file that takes minutes and not an hour."""
    found = asked(monkeypatch)
    assert found.model == (bundled_models() / "default").read_text().strip()
    assert (found.hours, found.repeats % 2) == (2.0, 0)
    assert asked(monkeypatch, "--hours", "10").hours == 10.0


@pytest.mark.parametrize("words", [("--hours", "0.05"), ("--hours", "nan"), ("--repeats", "0"), ("--only", "all")])
def test_nonsense_is_refused(monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]) -> None:
    """A long file must be longer than three minutes, and there must be a run and a part."""
    with pytest.raises(SystemExit):
        asked(monkeypatch, *words)


def test_the_worst_song_counts() -> None:
    """First segment and pace are promised for every run, so the worst of them is judged."""
    first, pace = whole_song.judged([0.8, 2.1], [25.0, 9.0], "")
    assert (first.figure, first.met, pace.figure, pace.met) == (2.1, False, 9.0, False)


def test_overhead_is_what_a_listener_waits() -> None:
    """The overhead is of the time from the upload's last byte, and doubtful runs are counted."""
    bares = [BareRun(10.0, 19.0, {}, 0.1, QUIET), BareRun(10.0, 19.0, {}, 0.1, Disturbance(0.5, 0.0))]
    (goal,) = overhead.judged(bares, [figures(11.0), figures(12.0)])
    assert goal.figure == pytest.approx(15.0)
    assert goal.met
    assert goal.note == "1 of 4 runs DISTURBED by other programs"
    assert goal.bound == goals.OVERHEAD_PERCENT_MAX == 15


def memory_run(worker_mb: float) -> MemoryRun:
    seen = Seen([(0.0, {"worker": 80.0, "triton": 600.0}), (1.0, {"worker": worker_mb, "triton": 700.0})])
    return MemoryRun(figures(10.0), seen, 80.0, worker_mb, 1)


@pytest.mark.parametrize(("long_mb", "met"), [(329.9, True), (331.0, False)])
def test_memory_may_grow_by_a_tenth(long_mb: float, met: bool) -> None:
    """Ten hours may need a tenth more than three minutes, by the whole peak of each."""
    (goal,) = memory.judged("10 hours", memory_run(300.0), memory_run(long_mb))
    assert goal.met is met


def test_demucs_memory_has_a_ceiling_and_is_flat() -> None:
    """Both lengths must stay below 1500 MB, and the longer one within a tenth of the shorter."""
    ceiling, flat = against_demucs.judged_memory(
        Peaks(60, 1300.0, 250, 1050, 1500), Peaks(300, 1400.0, 260, 1140, 2100)
    )
    assert (ceiling.figure, ceiling.met) == (1400.0, True)
    assert flat.figure == pytest.approx(100 / 13)
    ceiling, flat = against_demucs.judged_memory(
        Peaks(60, 1300.0, 250, 1050, 1500), Peaks(300, 1501.0, 260, 1240, 2100)
    )
    assert (ceiling.met, flat.met) == (False, False)


def test_agreement_must_be_in_every_stem() -> None:
    """Each stem has a goal of its own: one that is off is not hidden by the others."""
    expected = np.random.default_rng(1).standard_normal((2, 2, 1000))
    found = expected.copy()
    found[1] *= 1.01
    good, bad = against_demucs.told("raw", ["vocals", "drums"], expected, found)
    assert (good.met, bad.met) == (True, False)
    assert bad.figure == pytest.approx(40, abs=0.1)


def test_levels_are_against_full_scale() -> None:
    """A square wave of half of full scale is at -6 dB, and silence has a number, too."""
    assert level_db(np.array([0.5, -0.5])) == pytest.approx(-6.02, abs=0.01)
    assert level_db(np.zeros(3)) == SILENCE_DB


def test_reported_seconds_are_the_service_s_own() -> None:
    """The job's time is from its taking in to its end by the report; without one there is no figure."""
    report = {"accepted_at": "2026-11-27T10:00:00.250000Z", "finished_at": "2026-11-27T10:00:12.500000Z"}
    assert reported_s({"report": report}) == pytest.approx(12.25)
    assert np.isnan(reported_s({"report": None}))
