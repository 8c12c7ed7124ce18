"""What is told of a song, and what is written beside its stems."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from cli import separate
from cli.report import lines_of, write_report
from cli.songs import Outcome

REPORT: dict[str, Any] = {
    "sum": {"differing_samples": 0, "difference_max": 0},
    "alignment": {"offset_samples": 0, "total_samples": 100},
    "clipping": {"upload_samples": 0, "stems": [{"stem": "drums", "samples": 0}]},
    "model": {"name": "quartet", "version": "1", "weights_sha256": "0123456789abcdef" * 4},
    "model_residual_db": -31.52,
    "device": "cpu",
    "engine_s": 3.14,
    "worker_s": 4.0,
}
HEARD: dict[str, Any] = {"tempo_bpm": 92.04, "key": "A minor", "integrated_lufs": -14.23}
SIX = ("vocals", "drums", "bass", "other", "guitar", "piano")


@pytest.mark.parametrize(
    ("track", "lines"),
    [
        (
            {"report": REPORT, "analysis": HEARD},
            (
                "sums exactly · offset 0 · model's residual -31.5 dB · nothing at full scale",
                "92 BPM · A minor · -14.2 LUFS",
                "quartet v1 · weights 0123456789ab · 3.1 s of CPU · 4.0 s by the clock",
            ),
        ),
        (
            {"report": REPORT | {"model_residual_db": None}, "analysis": dict.fromkeys(HEARD)},
            (
                "sums exactly · offset 0 · no residual · nothing at full scale",
                "quartet v1 · weights 0123456789ab · 3.1 s of CPU · 4.0 s by the clock",
            ),
        ),
        (
            {
                "report": REPORT
                | {
                    "sum": {"differing_samples": 3},
                    "alignment": {"offset_samples": 12},
                    "clipping": {
                        "upload_samples": 1234,
                        "stems": [{"stem": "vocals", "samples": 0}, {"stem": "drums", "samples": 7}],
                    },
                    "model": {"name": "quartet", "version": "1", "weights_sha256": None},
                    "device": "gpu",
                },
                "analysis": None,
            },
            (
                "DOES NOT SUM: 3 samples differ · OFFSET 12 samples · model's residual -31.5 dB",
                "at full scale: upload 1,234, drums 7",
                "quartet v1 · 3.1 s at the GPU, queue included · 4.0 s by the clock",
            ),
        ),
        ({"report": None, "analysis": None}, ()),
        ({}, ()),
    ],
)
def test_a_report_is_a_few_lines(track: dict[str, Any], lines: tuple[str, ...]) -> None:
    """What is known is told, what is not known is left out, and what is wrong is not hidden."""
    assert lines_of(track) == lines


def test_the_lines_fit_a_terminal(tmp_path: Path) -> None:
    """However much there is to tell, no line breaks in a terminal of 80 columns."""
    clipping = {"upload_samples": 123_456, "stems": [{"stem": stem, "samples": 12_345} for stem in SIX]}
    model = {"name": "a-name-of-forty-letters-as-an-operator-may", "version": "2026.11", "weights_sha256": "f" * 64}
    report = REPORT | {"clipping": clipping, "model": model, "engine_s": 12345.6, "worker_s": 23456.7}
    written = io.StringIO()
    outcome = Outcome(Path("song.flac"), tmp_path, report=lines_of({"report": report, "analysis": HEARD}))
    separate.tell([outcome], Console(file=written, width=80))
    told = written.getvalue().splitlines()[1:]
    assert len(told) > 3
    assert max(map(len, told)) <= 80
    assert all(line.startswith("  ") for line in told)


def test_the_report_is_written_whole(tmp_path: Path) -> None:
    """Beside the stems lies all that the server tells, for programs; what lay there before is replaced."""
    (tmp_path / "report.json").write_text("old")
    told = {
        "track": {"title": "Höhe"},
        "segments": [],
        "report": REPORT,
        "analysis": HEARD | {"beats_s": [0.5, 1.0]},
    }
    write_report(told, tmp_path)
    assert json.loads((tmp_path / "report.json").read_text("utf-8")) == {
        name: told[name] for name in ("track", "report", "analysis")
    }
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]


def test_without_a_report_no_file_is_written(tmp_path: Path) -> None:
    """A song that was separated before there were reports has none."""
    write_report({"track": {}, "segments": [], "report": None, "analysis": None}, tmp_path)
    assert list(tmp_path.iterdir()) == []
