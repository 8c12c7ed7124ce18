"""What the fake gateway says, held against the schemas of the real one: a fake that says something else is no help."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # ships no types
from starlette.responses import JSONResponse, Response

from services.gateway.api.schemas import SCHEMAS
from tests.paths import REPOSITORY

MOMENT = "2024-01-01T00:00:00Z"
ACCOUNT = {
    "user_id": "usr_1",
    "email": "ada@example.org",
    "display_name": "",
    "created_at": MOMENT,
    "email_verified": False,
    "age_confirmed": True,
}
TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".flac": "audio/flac",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
PLAN = {
    "name": "free",
    "title": "Free",
    "seconds_a_month": 3600,
    "longest_song_s": 900,
    "parallel_jobs": 1,
    "models": [],
    "default_model": "quartet",
    "priority": "standard",
    "formats": [],
}
_MODEL: Mapping[str, object] = {
    "stems": ["vocals", "drums", "bass", "other"],
    "version": "1",
    "licence": "Apache-2.0",
    "is_default": False,
}
_BUNDLED = ("name", "title", "summary")


def _bundled(name: str) -> Mapping[str, object]:
    card = json.loads((REPOSITORY / "inference" / "models" / name / "model.json").read_text())
    return {**_MODEL, **{word: card[word] for word in _BUNDLED}}


MODELS = [
    {**_bundled("quartet"), "is_default": True},
    _bundled("baseline"),
    {**_MODEL, "name": "hexa", "title": "HTDemucs-Hexa-Ultra-Finetuned (2024.11, fp16, onnxruntime)", "summary": ""},
]
"""As a server that was given one more has them; titles as long as titles are."""
ERASURE = {
    "upload_id": "upl_0",
    "uploaded_at": MOMENT,
    "erased_at": MOMENT,
    "reason": "finished",
    "objects": 2,
}
_COUNTS = {"stems": 4, "stem_files": 172, "peaks": 172, "covers": 1, "links": 2}


def track_receipt(track_id: str) -> dict[str, object]:
    """That a track is gone."""
    named = {"track_id": track_id, "upload_id": "upl_0", "asked_at": MOMENT, "erased_at": MOMENT}
    return {"sequence": 12, "kind": "track", "upload": None, "track": {**named, **_COUNTS}}


RECEIPTS = [track_receipt("trk_0"), {"sequence": 11, "kind": "upload", "upload": ERASURE, "track": None}]


def told(schema: str, body: Mapping[str, object], status: int = 200) -> JSONResponse:
    """An answer that the real gateway could give. Raises jsonschema's ValidationError for one that it could not."""
    root = {"$ref": f"#/components/schemas/{schema}", "components": {"schemas": dict(SCHEMAS)}}
    Draft202012Validator(root).validate(dict(body))
    return JSONResponse(body, status_code=status)


def page_of(name: str, rows: Sequence[object], asked: Mapping[str, str]) -> dict[str, object]:
    """The rows from `cursor` on, at most `limit`, and where the next page begins."""
    first = int(asked.get("cursor") or 0)
    stop = first + int(asked["limit"])
    return {name: rows[first:stop], "next_cursor": str(stop) if stop < len(rows) else None}


def problem(
    status: int,
    reason: str,
    detail: str,
    action: str = "",
    *,
    retry_after_s: str = "",
    facts: Mapping[str, str] | None = None,
) -> Response:
    """A refusal."""
    members = {"status": status, "reason": reason, "detail": detail, "action": action, "facts": facts or {}}
    headers = {"Retry-After": retry_after_s} if retry_after_s else {}
    return Response(json.dumps(members), status_code=status, media_type="application/problem+json", headers=headers)


def report_json(track: Mapping[str, object]) -> dict[str, object]:
    """What a ready track came to."""
    return {
        "analysis": {
            "tempo_bpm": 92.04,
            "tempo_confidence": 0.6,
            "beats_s": [0.5],
            "key": "F# minor",
            "key_confidence": 0.8,
            "integrated_lufs": -14.2,
            "loudness_range_lu": 6.1,
            "true_peak_dbtp": -0.3,
        },
        "report": {
            "sum": {"differing_samples": 0, "difference_max": 0},
            "alignment": {
                "offset_samples": 0,
                "total_samples": 1,
                "sample_rate_hz": 44_100,
                "channels": 2,
                "depth_bits": 16,
            },
            "clipping": {"upload_samples": 12, "stems": [{"stem": "drums", "samples": 3}]},
            "model": {"name": "quartet", "version": "1", "weights_sha256": "ab" * 32},
            "model_residual_db": -31.5,
            "unsound_values": 0,
            "decoder_warnings": [],
            "device": "cpu",
            "engine_s": 3.1,
            "worker_s": 4.0,
            "attempts": 2,
            "accepted_at": track["created_at"],
            "first_segment_at": track["created_at"],
            "finished_at": track["created_at"],
        },
    }
