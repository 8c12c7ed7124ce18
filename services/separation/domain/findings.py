"""What a whole song came to: what made its stems, and what was heard in it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Making:
    """What made the stems. Seconds are those after the last segment: a segment carries its own."""

    model: str
    version: str
    weights_sha256: str
    device: str
    accepted_at: datetime.datetime
    engine_s: float
    worker_s: float
    decoder_warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Analysis:
    """What was heard; None, or an empty key, where nothing is clear."""

    bpm: float | None
    bpm_confidence: float
    beats_s: tuple[float, ...]
    key: str
    key_confidence: float
    integrated_lufs: float | None
    loudness_range_lu: float | None
    true_peak_dbtp: float | None


@dataclass(frozen=True, slots=True)
class Findings:
    """Both."""

    making: Making
    analysis: Analysis
