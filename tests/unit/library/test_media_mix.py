"""Mixes of stems."""

from __future__ import annotations

import io

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from services.library.media.assembly import RunReport
from services.library.media.mix import StemMix, mix_samples
from services.library.media.segments import StreamShape
from services.library.media.wav import AssembledWav
from tests.unit.library.stems import BLOCK, MadeStem, collect, make_stem, music

_SHAPE = StreamShape(44_100, 2, 24)


def _stems(count: int) -> list[MadeStem]:
    return [make_stem(music(BLOCK * 3 + 9, _SHAPE, seed) // 4, _SHAPE, 2) for seed in range(count)]


@given(depth=st.sampled_from([16, 24]), seed=st.integers(0, 1 << 32), count=st.integers(1, 6))
def test_stems_at_unity_are_the_original(depth: int, seed: int, count: int) -> None:
    """Any integer split of any song, summed at unity, is that song, even where stems go past its loudest sample."""
    rng = np.random.default_rng(seed)
    full = 1 << (depth - 1)
    song = rng.integers(-full, full, (50, 2)).astype(np.int32)
    stems = [rng.integers(-full, full, song.shape).astype(np.int32) for _ in range(count - 1)]
    stems.append((song - sum(stem.astype(np.int64) for stem in stems)).astype(np.int32))
    mixed, clipped = mix_samples(stems, [1.0] * count, depth)
    assert clipped == 0
    assert np.array_equal(mixed, song)


def test_gains_round_once_and_clipping_is_counted() -> None:
    """A gain that leaves the range clips to it, and each sample clipped is counted."""
    stems = [np.array([[30_000], [-30_000], [100]], np.int32), np.array([[10], [-10], [1]], np.int32)]
    mixed, clipped = mix_samples(stems, [1.5, 0.5], 16)
    assert mixed[:, 0].tolist() == [32_767, -32_768, 150]
    assert clipped == 2


def test_a_mix_asks_for_audible_stems_only() -> None:
    """A muted stem is never fetched, and the file is the sum of the others."""
    stems = _stems(3)
    mix = StemMix({number: stem.plan for number, stem in enumerate(stems)}, {0: 1.0, 1: 0.0, 2: 1.0})
    assembly = AssembledWav(mix)
    assert assembly.segments_for(0, assembly.total_bytes) == [(0, 0), (2, 0), (0, 1), (2, 1)]
    samples, _ = soundfile.read(io.BytesIO(collect(assembly, stems)), dtype="int32", always_2d=True)
    assert np.array_equal(samples >> 8, stems[0].samples + stems[2].samples)


def test_everything_muted_is_silence_of_the_right_length() -> None:
    """All gains zero give a silent file."""
    stems = _stems(2)
    mix = StemMix({0: stems[0].plan, 1: stems[1].plan}, {0: 0.0, 1: 0.0})
    samples, _ = soundfile.read(io.BytesIO(collect(AssembledWav(mix), stems)), always_2d=True)
    assert len(samples) == len(stems[0].samples)
    assert not samples.any()


def test_a_run_reports_clipping() -> None:
    """The report of a run counts what its mix clipped."""
    stems = _stems(1)
    mix = StemMix({0: stems[0].plan}, {0: 16.0})
    report = RunReport()
    mix.samples(0, [stems[0].segments[0]], report)
    assert report.clipped_samples > 0


@pytest.mark.parametrize("gain", [float("nan"), float("inf"), 17.0, -17.0])
def test_senseless_gains_are_refused(gain: float) -> None:
    """A gain that is no number, or past the bound, is refused."""
    with pytest.raises(ValueError, match="gain"):
        StemMix({0: _stems(1)[0].plan}, {0: gain})


def test_unequal_stems_are_refused() -> None:
    """Stems of different lengths or shapes are no mix, nor are stems that are not there."""
    one, other = _stems(1)[0], make_stem(music(BLOCK, _SHAPE, 1), _SHAPE, 2)
    for stems, gains in (({0: one.plan, 1: other.plan}, {0: 1.0, 1: 1.0}), ({0: one.plan}, {7: 1.0}), ({}, {})):
        with pytest.raises(ValueError, match=r"mix|gains"):
            StemMix(stems, gains)
