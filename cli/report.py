"""One line of what a song's separation came to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from cli.gateway import Json


def line_of(track: Json) -> str:
    """Such as `sums exactly · 92 BPM · A minor · -14.2 LUFS · quartet v1 · 3.1 s engine`; empty without a report."""
    report, heard = _members(track, "report"), _members(track, "analysis")
    if not report:
        return ""
    model = _members(report, "model")
    differing = _members(report, "sum").get("differing_samples")
    tempo, key, loudness = heard.get("tempo_bpm"), heard.get("key"), heard.get("integrated_lufs")
    parts = [
        f"DOES NOT SUM: {differing} samples differ" if differing else "sums exactly",
        f"{tempo:.0f} BPM" if isinstance(tempo, int | float) else "",
        key if isinstance(key, str) else "",
        f"{loudness:.1f} LUFS" if isinstance(loudness, int | float) else "",
        f"{model.get('name', '')} v{model.get('version', '')}",
        f"{report.get('engine_s', 0):.1f} s engine",
    ]
    return " · ".join(part for part in parts if part)


def _members(document: Mapping[str, object], name: str) -> Mapping[str, object]:
    found = document.get(name)
    return cast("Mapping[str, object]", found) if isinstance(found, dict) else {}
