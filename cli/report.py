"""What a song's separation came to: a few lines for people, and a file for programs."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

from cli.gateway import Json

FILE_NAME = "report.json"
_DIGEST_DIGITS = 12
# With the indent of two that they are told with, lines fit a terminal of 80 columns.
_COLUMNS = 78


def lines_of(track: Json) -> tuple[str, ...]:
    """Whether the stems are exact, what clips, what was heard, and what made them; none without a report."""
    report, heard = _members(track, "report"), _members(track, "analysis")
    if not report:
        return ()
    clipped = _clipped(_members(report, "clipping"))
    exact = (
        _sum(_members(report, "sum")),
        _offset(_members(report, "alignment")),
        _residual(report.get("model_residual_db")),
        "" if clipped else "nothing at full scale",
    )
    lines = (_joined(exact), clipped, _joined(_heard(heard)), _joined(_made(report)))
    return tuple(piece for line in lines for piece in textwrap.wrap(line, _COLUMNS, break_on_hyphens=False))


def plain_lines_of(track: Json) -> tuple[str, ...]:
    """What a musician wants to know first; none without a report."""
    report = _members(track, "report")
    if not report:
        return ()
    differing = _members(report, "sum").get("differing_samples")
    exact = "played together they are your song again, sample for sample"
    lines = (
        _joined(_heard(_members(track, "analysis"))),
        f"played together they are NOT your song again: {differing} samples differ" if differing else exact,
    )
    return tuple(line for line in lines if line)


def write_report(told: Json, folder: Path) -> None:
    """Write the manifest's track, report and analysis beside the stems; nothing without a report. Raises OSError."""
    if not told.get("report"):
        return
    folder.mkdir(parents=True, exist_ok=True)
    kept = {name: told.get(name) for name in ("track", "report", "analysis")}
    fresh = folder / f"{FILE_NAME}.part"
    fresh.write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    fresh.replace(folder / FILE_NAME)


def _sum(found: Mapping[str, object]) -> str:
    differing = found.get("differing_samples")
    return f"DOES NOT SUM: {differing} samples differ" if differing else "sums exactly"


def _offset(alignment: Mapping[str, object]) -> str:
    offset = alignment.get("offset_samples", 0)
    return f"OFFSET {offset} samples" if offset else "offset 0"


def _residual(residual_db: object) -> str:
    # Of the model's own stems, before it was spread over them: the stems that are given have none.
    return f"model's residual {residual_db:.1f} dB" if isinstance(residual_db, int | float) else "no residual"


def _clipped(clipping: Mapping[str, object]) -> str:
    stems = cast("Sequence[Mapping[str, object]]", clipping.get("stems") or ())
    counts = [("upload", clipping.get("upload_samples")), *((stem["stem"], stem["samples"]) for stem in stems)]
    told = [f"{name} {count:,}" for name, count in counts if isinstance(count, int) and count]
    return f"at full scale: {', '.join(told)}" if told else ""


def _heard(heard: Mapping[str, object]) -> tuple[str, ...]:
    tempo, key, loudness = heard.get("tempo_bpm"), heard.get("key"), heard.get("integrated_lufs")
    return (
        f"{tempo:.0f} BPM" if isinstance(tempo, int | float) else "",
        key if isinstance(key, str) else "",
        f"{loudness:.1f} LUFS" if isinstance(loudness, int | float) else "",
    )


def _made(report: Mapping[str, object]) -> tuple[str, ...]:
    model = _members(report, "model")
    digest = model.get("weights_sha256")
    device = str(report.get("device", "cpu"))
    # A CPU tells what it took; a GPU is counted by the clock while it has a part of the song, and so is its queue.
    where = "of CPU" if device == "cpu" else f"at the {device.upper()}, queue included"
    return (
        f"{model.get('name', '')} v{model.get('version', '')}",
        f"weights {digest[:_DIGEST_DIGITS]}" if isinstance(digest, str) else "",
        f"{report.get('engine_s', 0):.1f} s {where}",
        f"{report.get('worker_s', 0):.1f} s by the clock",
    )


def _joined(parts: Sequence[str]) -> str:
    return " · ".join(part for part in parts if part)


def _members(document: Mapping[str, object], name: str) -> Mapping[str, object]:
    found = document.get(name)
    return cast("Mapping[str, object]", found) if isinstance(found, dict) else {}
