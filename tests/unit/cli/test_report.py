"""The line that is told of a song."""

from __future__ import annotations

from typing import Any

import pytest

from cli.report import line_of

REPORT: dict[str, Any] = {
    "sum": {"differing_samples": 0, "difference_max": 0},
    "model": {"name": "quartet", "version": "1", "weights_sha256": None},
    "engine_s": 3.14,
}
HEARD: dict[str, Any] = {"tempo_bpm": 92.04, "key": "A minor", "integrated_lufs": -14.23}


@pytest.mark.parametrize(
    ("track", "line"),
    [
        (
            {"report": REPORT, "analysis": HEARD},
            "sums exactly · 92 BPM · A minor · -14.2 LUFS · quartet v1 · 3.1 s engine",
        ),
        (
            {"report": REPORT, "analysis": {"tempo_bpm": None, "key": None, "integrated_lufs": None}},
            "sums exactly · quartet v1 · 3.1 s engine",
        ),
        (
            {"report": REPORT | {"sum": {"differing_samples": 3}}, "analysis": None},
            "DOES NOT SUM: 3 samples differ · quartet v1 · 3.1 s engine",
        ),
        ({"report": None, "analysis": None}, ""),
        ({}, ""),
    ],
)
def test_a_report_is_one_line(track: dict[str, Any], line: str) -> None:
    """What is known is told in one line, what is not known is left out, and what is wrong is not hidden."""
    assert line_of(track) == line
