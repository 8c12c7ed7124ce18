"""What a separation came to: figures measured segment by segment, what made the stems, what was heard."""

from __future__ import annotations

import dataclasses
import datetime
import math

from services.library.domain.errors import SegmentInvalid

PITCH_CLASSES = 36
# Four beats a second for the longest song that is taken, and more.
BEATS_MAX = 400_000


@dataclasses.dataclass(frozen=True)
class SegmentFigures:
    """What a worker measured of one segment. Counts are of single samples of single channels, energies full scale 1."""

    differing_samples: int
    difference_max: int
    clipped_samples: int
    mix_energy: float
    residual_energy: float
    unsound_values: int
    pitch_classes: tuple[float, ...]
    """Empty where the worker could not tell."""
    engine_s: float
    worker_s: float


@dataclasses.dataclass(frozen=True)
class Making:
    """What made the stems; seconds are those after the last segment."""

    model: str
    version: str
    weights_sha256: str
    device: str
    accepted_at: datetime.datetime
    engine_s: float
    worker_s: float
    decoder_warnings: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Analysis:
    """What was heard; None, or an empty key, where nothing was clear."""

    bpm: float | None
    bpm_confidence: float
    beats_s: tuple[float, ...]
    key: str
    key_confidence: float
    integrated_lufs: float | None
    loudness_range_lu: float | None
    true_peak_dbtp: float | None


@dataclasses.dataclass(frozen=True)
class Findings:
    """Of a whole song, as a worker hands them over, and when they were recorded."""

    making: Making
    analysis: Analysis
    finished_at: datetime.datetime


@dataclasses.dataclass(frozen=True)
class Totals:
    """A track's figures summed over its segments; `measured` counts the segments that have any."""

    segments: int
    measured: int
    differing_samples: int
    difference_max: int
    clipped_samples: int
    stems_clipped_samples: tuple[tuple[str, int], ...]
    mix_energy: float
    residual_energy: float
    unsound_values: int
    engine_s: float
    worker_s: float
    offset_samples: int
    total_samples: int
    first_segment_at: datetime.datetime | None


@dataclasses.dataclass(frozen=True)
class Report:
    """What a listener is told. `model_residual_db` is None when the model left none, or the song is silent."""

    totals: Totals
    making: Making
    model_residual_db: float | None
    engine_s: float
    worker_s: float
    attempts: int
    finished_at: datetime.datetime


def report_of(totals: Totals, findings: Findings, attempts: int) -> Report | None:
    """The report; None unless every segment was measured."""
    if totals.measured < totals.segments or not totals.segments:
        return None
    residual_db = None
    if totals.residual_energy > 0 and totals.mix_energy > 0:
        residual_db = round(10 * math.log10(totals.residual_energy / totals.mix_energy), 1)
    making = findings.making
    return Report(
        totals=totals,
        making=making,
        model_residual_db=residual_db,
        engine_s=round(totals.engine_s + making.engine_s, 3),
        worker_s=round(totals.worker_s + making.worker_s, 3),
        attempts=attempts,
        finished_at=findings.finished_at,
    )


def check_figures(figures: SegmentFigures) -> None:
    """Raises SegmentInvalid for what cannot have been measured."""
    counts = (figures.differing_samples, figures.difference_max, figures.clipped_samples, figures.unsound_values)
    measures = (figures.mix_energy, figures.residual_energy, figures.engine_s, figures.worker_s, *figures.pitch_classes)
    if min(counts) < 0 or not all(math.isfinite(value) and value >= 0 for value in measures):
        raise SegmentInvalid("A segment's figures are numbers from 0 on.")
    if len(figures.pitch_classes) not in {0, PITCH_CLASSES}:
        raise SegmentInvalid(f"A segment has {PITCH_CLASSES} pitch classes, or none.")


def check_analysis(analysis: Analysis) -> None:
    """Raises SegmentInvalid for what cannot have been heard."""
    told = (analysis.bpm, analysis.integrated_lufs, analysis.loudness_range_lu, analysis.true_peak_dbtp)
    numbers = [analysis.bpm_confidence, analysis.key_confidence, *analysis.beats_s]
    if not all(math.isfinite(value) for value in (*numbers, *(value for value in told if value is not None))):
        raise SegmentInvalid("What was heard is told in numbers.")
    if len(analysis.beats_s) > BEATS_MAX or list(analysis.beats_s) != sorted(analysis.beats_s):
        raise SegmentInvalid("Beats come one after another.")
