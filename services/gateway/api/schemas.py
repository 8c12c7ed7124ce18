"""What answers hold, as JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping

from services.gateway.api.report_schemas import REPORT_SCHEMAS

Schema = dict[str, object]

_TEXT: Schema = {"type": "string"}
_MOMENT: Schema = {"type": "string", "format": "date-time"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_SECONDS: Schema = {"type": "number", "minimum": 0}
_YES_NO: Schema = {"type": "boolean"}
_TEXTS: Schema = {"type": "array", "items": _TEXT}
_STATE: Schema = {"type": "string", "enum": ["unspecified", "checking", "separating", "ready", "failed", "cancelled"]}


def _object(*optional: str, **members: object) -> Schema:
    required = [name for name in members if name not in optional]
    return {"type": "object", "properties": members, "required": required, "additionalProperties": False}


def _of(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _list(name: str) -> Schema:
    return {"type": "array", "items": _of(name)}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


_TRACK: Mapping[str, Schema] = {
    "track_id": _TEXT,
    "title": _TEXT,
    "artist": _TEXT,
    "state": _STATE,
    "audio": _or_null(_of("Audio")),
    "duration_s": _or_null(_SECONDS),
    "stems": _TEXTS,
    "playable_samples": _COUNT,
    "playable_s": _SECONDS,
    "segments": _COUNT,
    "failure": _or_null(_of("Failure")),
    "warnings": _TEXTS,
    "model": _TEXT,
    "created_at": _MOMENT,
    "updated_at": _MOMENT,
    "upload_id": _TEXT,
    "upload_held": _YES_NO,
    "upload_erased_at": _or_null(_MOMENT),
    "tags": {**_TEXTS, "description": "Your own words for it."},
    "tempo_bpm": {"type": ["number", "null"], "description": "Once it is ready, where a beat was heard."},
    "key": {"type": ["string", "null"], "description": "For example D major, once it is ready, where one is clear."},
    "cover_url": {"type": ["string", "null"], "description": "Where the cover of its file is, when it has one."},
}
SHARED_MEMBERS = (
    "title",
    "artist",
    "state",
    "audio",
    "duration_s",
    "stems",
    "playable_samples",
    "playable_s",
    "segments",
    "tempo_bpm",
    "key",
)
"""What of a track whoever holds a link is told: what playing needs, and no identifier."""
_SHARE: Mapping[str, Schema] = {
    "share_id": _TEXT,
    "created_at": _MOMENT,
    "expires_at": _MOMENT,
    "view": {"type": "object", "additionalProperties": True, "description": "As it was shared."},
}
_TOLD: Mapping[str, Schema] = {"report": _or_null(_of("Report")), "analysis": _or_null(_of("Analysis"))}

SCHEMAS: Mapping[str, Schema] = {
    **REPORT_SCHEMAS,
    "Problem": _object(
        "facts",
        type=_TEXT,
        title=_TEXT,
        status={"type": "integer", "minimum": 400, "maximum": 599},
        detail=_TEXT,
        action={"type": "string", "description": "What to do about it."},
        reason={"type": "string", "pattern": "^[A-Z][A-Z0-9_]*$"},
        instance=_TEXT,
        facts={"type": "object", "additionalProperties": _TEXT},
    ),
    "Account": _object(user_id=_TEXT, email=_TEXT, display_name=_TEXT, created_at=_MOMENT),
    "Session": _object(
        "account",
        "token_type",
        "access_token",
        "refresh_token",
        user_id=_TEXT,
        access_expires_at=_MOMENT,
        refresh_expires_at=_MOMENT,
        account=_of("Account"),
        token_type={"const": "Bearer"},
        access_token=_TEXT,
        refresh_token=_TEXT,
    ),
    "Upload": _object(upload_id=_TEXT, length_bytes=_COUNT),
    "Audio": _object(
        sample_rate_hz=_COUNT,
        channels={"enum": [1, 2]},
        depth_bits={"enum": [16, 24]},
        codec=_TEXT,
        length_samples=_COUNT,
    ),
    "Failure": _object(reason=_TEXT, message=_TEXT, retryable=_YES_NO),
    "Track": _object(**_TRACK),
    "TrackDetail": _object(**_TRACK, **_TOLD),
    "TrackPage": _object(tracks=_list("Track"), next_cursor=_or_null(_TEXT)),
    "SegmentStem": _object(
        stem=_TEXT,
        size_bytes=_COUNT,
        peaks={
            "type": "string",
            "contentEncoding": "base64",
            "description": "Largest absolute sample of each 1,024, a byte each.",
        },
    ),
    "Segment": _object(index=_COUNT, first_sample=_COUNT, length_samples=_COUNT, stems=_list("SegmentStem")),
    "Manifest": _object(track=_of("Track"), segments=_list("Segment"), **_TOLD),
    "Share": _object(**_SHARE),
    "NewShare": _object(
        **_SHARE,
        token={"type": "string", "description": "Whoever holds it may play the track. Told here and never again."},
        path={"type": "string", "description": "The page that plays it; the token is in its fragment."},
    ),
    "Shares": _object(shares=_list("Share")),
    "SharedTrack": _object(**{name: _TRACK[name] for name in SHARED_MEMBERS}),
    "OpenedShare": _object(track=_of("SharedTrack"), view=_SHARE["view"], expires_at=_MOMENT),
    "SharedManifest": _object(track=_of("SharedTrack"), segments=_list("Segment"), analysis=_or_null(_of("Analysis"))),
    "Mix": _object(
        url={"type": "string", "description": "Where it is downloaded from, with GET."},
        file_name=_TEXT,
        media_type=_TEXT,
        size_bytes=_or_null({**_COUNT, "description": "null when only making the file tells."}),
    ),
    "Progress": _object(
        state=_STATE,
        percent={"type": "number", "minimum": 0, "maximum": 100, "description": "Committed samples of all."},
        playable_s=_SECONDS,
        duration_s=_or_null(_SECONDS),
        eta_s=_or_null(_SECONDS),
        jobs_ahead=_COUNT,
        segments=_COUNT,
        warnings=_TEXTS,
        failure=_or_null(_of("Failure")),
    ),
    "Model": _object(
        name=_TEXT, title=_TEXT, stems=_TEXTS, version=_TEXT, summary=_TEXT, licence=_TEXT, is_default=_YES_NO
    ),
    "Models": _object(models=_list("Model")),
    "Plan": _object(
        name=_TEXT,
        title=_TEXT,
        seconds_a_month=_COUNT,
        longest_song_s=_COUNT,
        parallel_jobs=_COUNT,
        models=_TEXTS,
        default_model=_or_null(_TEXT),
    ),
    "Plans": _object(plans=_list("Plan")),
    "Usage": _object(
        plan=_of("Plan"), settled_s=_COUNT, reserved_s=_COUNT, left_s={"type": "integer"}, renews_at=_MOMENT
    ),
    "Erasure": _object(
        upload_id=_TEXT,
        uploaded_at=_MOMENT,
        erased_at=_MOMENT,
        reason={"enum": ["unspecified", "finished", "deadline"]},
        objects=_COUNT,
    ),
    "ErasurePage": _object(erasures=_list("Erasure"), next_cursor=_or_null(_TEXT)),
    "Status": _object(status={"enum": ["live", "ready"]}),
    "KeySet": {"type": "object", "properties": {"keys": {"type": "array"}}, "required": ["keys"]},
    "Document": {"type": "object"},
}
