"""An example of each thing that is answered, by the name of its schema or its media type. They tell of one song."""

from __future__ import annotations

from collections.abc import Mapping

from services.gateway.api.acceptance_schemas import ACCEPTANCE_EXAMPLES
from services.gateway.api.billing_schemas import EXAMPLES as BILLING_EXAMPLES
from services.gateway.api.census_schemas import CENSUS_EXAMPLES
from services.gateway.api.closing_schemas import CLOSING_EXAMPLES
from services.gateway.api.export_schemas import EXPORT_EXAMPLES
from services.gateway.api.passkey_schemas import EXAMPLES as PASSKEY_EXAMPLES
from services.gateway.api.policy_schemas import POLICY_EXAMPLES
from services.gateway.api.promise_schemas import PROMISE_EXAMPLES
from services.gateway.api.provider_schemas import PROVIDER_EXAMPLES
from services.gateway.api.receipt_examples import RECEIPT_EXAMPLES
from services.gateway.api.request_schemas import REQUEST_EXAMPLES
from services.gateway.api.webhook_schemas import WEBHOOK_EXAMPLES

TRACK_ID = "trk_0b5c2f7e9d1a4c38a6e2f1d09b7c5e43"
UPLOAD_ID = "upl_7d3e1a9c5b2f4068912ac3de4f5b6a70"
SESSION_ID = "ses_5e0d9c8b7a6f4e3d2c1b0a9f8e7d6c5b"
SHARE_ID = "shr_c41f0a7be82d4935b6d08e7fa1529c3d"
SHARE_TOKEN = "q3l0mB7rXc5n2v9KfWZ1sYtA8dHjUePgRiOo4E6LkMw"  # noqa: S105 - made up, it opens nothing
DEVICE_CODE = "n4TzQ0vYk2LrWc8mXe1sUb7dPf9aGh3jKi5oRy6tSuA"
USER_CODE = "WDJB-MJHT"
KEY_ID = "key_3a9d5e07c1b84f62a0d7e8f91b2c4d6e"
IDEMPOTENCY_KEY = "nightly-backup-2030-05"
_MADE_AT = "2030-05-04T09:30:00.000Z"
_READY_AT = "2030-05-04T09:31:10.250Z"
_ENDS_AT = "2030-05-11T09:40:00.000Z"
_ACCOUNT = {
    "user_id": "usr_9f2b6c1d3e4a5b7c8d9e0f1a2b3c4d5e",
    "email": "ada@example.org",
    "display_name": "Ada",
    "created_at": "2030-05-01T08:00:00.000Z",
    "email_verified": True,
    "age_confirmed": True,
}
_AUDIO = {"sample_rate_hz": 44100, "channels": 2, "depth_bits": 16, "codec": "flac", "length_samples": 8643600}
_SHARED_TRACK = {
    "title": "Evening Train",
    "artist": "The Example Quartet",
    "state": "ready",
    "audio": _AUDIO,
    "duration_s": 196.0,
    "stems": ["vocals", "drums", "bass", "other"],
    "playable_samples": 8643600,
    "playable_s": 196.0,
    "segments": 40,
    "tempo_bpm": 118.02,
    "key": "D major",
}
_REMARK = {
    "code": "CLIPPED_RARELY",
    "text": "12 samples were louder than the file format can hold and were clipped"
    " (in 196 s of music this is rarely audible)",
    "facts": {"count": "12", "length_s": "196"},
}
_TRACK = _SHARED_TRACK | {
    "track_id": TRACK_ID,
    "failure": None,
    "warnings": [_REMARK["text"]],
    "remarks": [_REMARK],
    "model": "quartet",
    "created_at": _MADE_AT,
    "updated_at": _READY_AT,
    "upload_id": UPLOAD_ID,
    "upload_held": False,
    "upload_erased_at": _READY_AT,
    "tags": ["practice"],
    "cover_url": f"/v1/tracks/{TRACK_ID}/cover?version=5f3c1c6a0e9b",
}
_MOVING_TRACK = _TRACK | {
    "state": "separating",
    "playable_samples": 3587137,
    "playable_s": 81.34,
    "segments": 16,
    "upload_held": True,
    "upload_erased_at": None,
    "tempo_bpm": None,
    "key": None,
    "progress": {"percent": 41.5, "eta_s": 36.0, "jobs_ahead": 0},
}
_ANALYSIS: dict[str, object] = {
    "tempo_bpm": 118.02,
    "tempo_confidence": 0.91,
    "key": "D major",
    "key_confidence": 0.84,
    "integrated_lufs": -13.2,
    "loudness_range_lu": 6.1,
    "true_peak_dbtp": -0.8,
}
_BEATS: dict[str, object] = {"beats_s": [0.512, 1.02, 1.529]}
_REPORT = {
    "sum": {"differing_samples": 0, "difference_max": 0},
    "alignment": {
        "offset_samples": 0,
        "total_samples": 8643600,
        "sample_rate_hz": 44100,
        "channels": 2,
        "depth_bits": 16,
    },
    "clipping": {
        "upload_samples": 12,
        "stems": [{"stem": stem, "samples": 0} for stem in ("vocals", "drums", "bass", "other")],
    },
    "model": {"name": "quartet", "version": "1", "weights_sha256": "9b" * 32},
    "model_residual_db": -31.5,
    "unsound_values": 0,
    "decoder_warnings": [_REMARK["text"]],
    "device": "cpu",
    "engine_s": 84.2,
    "worker_s": 61.7,
    "attempts": 1,
    "accepted_at": _MADE_AT,
    "first_segment_at": "2030-05-04T09:30:04.120Z",
    "finished_at": _READY_AT,
}
_SEGMENT = {
    "index": 0,
    "first_sample": 0,
    "length_samples": 221184,
    "stems": [
        {"stem": stem, "size_bytes": 402113, "peaks": "AAQTK0hYYWZoaQ=="}
        for stem in ("vocals", "drums", "bass", "other")
    ],
}
_VIEW = {"gains": {"vocals": -6}, "loop": [12.0, 24.0]}
_SHARE = {"share_id": SHARE_ID, "created_at": "2030-05-04T09:40:00.000Z", "expires_at": _ENDS_AT, "view": _VIEW}
_API_KEY = {
    "key_id": KEY_ID,
    "name": "Nightly backup",
    "scopes": ["tracks:read", "downloads"],
    "ending": "2Xq9",
    "created_at": _MADE_AT,
    "expires_at": "2030-06-03T09:30:00.000Z",
    "last_used_on": None,
}
_PLAN = {
    "name": "free",
    "title": "Free",
    "seconds_a_month": 3600,
    "longest_song_s": 600,
    "parallel_jobs": 1,
    "models": ["quartet"],
    "default_model": "quartet",
    "priority": "standard",
    "formats": ["mp3", "wav"],
}
_PROGRESS = (
    '{"state": "separating", "percent": 41.5, "playable_s": 81.34, "duration_s": 196.0, "eta_s": 36.0, '
    '"jobs_ahead": 0, "segments": 16, "warnings": [], "remarks": [], "failure": null}'
)

BY_SCHEMA: Mapping[str, object] = {
    "Account": _ACCOUNT,
    "ApiKeys": {"keys": [_API_KEY | {"last_used_on": "2030-05-05"}]},
    "DeviceCodes": {
        "device_code": DEVICE_CODE,
        "user_code": USER_CODE,
        "path": f"/#/device/{USER_CODE}",
        "expires_at": "2030-05-04T09:40:00.000Z",
        "interval_s": 5,
    },
    "DeviceSignIn": {
        "client_name": "stripsession on ada-laptop",
        "address": "203.0.113.7",
        "started_at": _MADE_AT,
        "expires_at": "2030-05-04T09:40:00.000Z",
    },
    "MailedLink": {"account": "a\u2022\u2022\u2022@example.org", "email": "g\u2022\u2022\u2022@example.org"},
    "Document": {"openapi": "3.1.0", "info": {"title": "StripSession", "version": "1.0.0"}, "paths": {}},
    "ErasurePage": {
        "erasures": [
            {
                "upload_id": UPLOAD_ID,
                "uploaded_at": _MADE_AT,
                "erased_at": _READY_AT,
                "reason": "finished",
                "objects": 9,
            }
        ],
        "next_cursor": None,
    },
    "ReceiptPage": {
        "receipts": [
            {
                "sequence": 12,
                "kind": "track",
                "upload": None,
                "track": {
                    "track_id": TRACK_ID,
                    "upload_id": UPLOAD_ID,
                    "asked_at": _READY_AT,
                    "erased_at": _READY_AT,
                    "stems": 4,
                    "stem_files": 172,
                    "peaks": 172,
                    "covers": 1,
                    "links": 0,
                },
            }
        ],
        "next_cursor": None,
    },
    "KeySet": {
        "keys": [{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "kid": "1"}]
    },
    "Manifest": {"track": _TRACK, "segments": [_SEGMENT], "report": _REPORT, "analysis": _ANALYSIS | _BEATS},
    "Mix": {
        "url": f"/v1/tracks/{TRACK_ID}/mix.wav?stems=drums,bass&gains=0,-3",
        "file_name": "Evening Train - mix.wav",
        "media_type": "audio/wav",
        "size_bytes": 34574444,
    },
    "ModelList": {
        "models": [
            {
                "name": "quartet",
                "title": "Quartet",
                "stems": ["vocals", "drums", "bass", "other"],
                "version": "1",
                "summary": "Four stems of any song.",
                "licence": "Apache-2.0",
                "is_default": True,
            }
        ]
    },
    # Made up: its checksum is wrong, so that no scanner takes it for one.
    "NewApiKey": _API_KEY | {"secret": "sks_live_EXAMPLEexampleEXAMPLEexampleEXAMPLEexample12342Xq9"},
    "NewShare": _SHARE | {"token": SHARE_TOKEN, "path": f"/#/shared/{SHARE_TOKEN}"},
    "OpenedShare": {"track": _SHARED_TRACK, "view": _VIEW, "expires_at": _ENDS_AT},
    **BILLING_EXAMPLES,
    **ACCEPTANCE_EXAMPLES,
    **CENSUS_EXAMPLES,
    **PASSKEY_EXAMPLES,
    **POLICY_EXAMPLES,
    **CLOSING_EXAMPLES,
    **EXPORT_EXAMPLES,
    **PROMISE_EXAMPLES,
    **PROVIDER_EXAMPLES,
    **RECEIPT_EXAMPLES,
    **REQUEST_EXAMPLES,
    **WEBHOOK_EXAMPLES,
    "Plans": {
        "plans": [_PLAN],
        "packs": [{"name": "hour", "title": "60 minutes", "seconds": 3600, "life_days": 365}],
        "first_plan": "free",
    },
    "SessionList": {
        "sessions": [
            {
                "session_id": SESSION_ID,
                "device": "Firefox, Linux",
                "created_at": _MADE_AT,
                "last_used_at": _READY_AT,
                "is_current": True,
            }
        ]
    },
    "EndedSessions": {"ended": 2},
    "SignInChallenge": {
        "challenge": "cHq7mV2xZ9tK4wR1bN6yL3sD",
        "expires_at": "2030-05-04T09:35:00.000Z",
        "methods": ["totp", "recovery_code"],
    },
    "SteppedUp": {
        "access_expires_at": "2030-05-04T09:40:00.000Z",
        "token_type": "Bearer",
        "access_token": "eyJhbGciOiJFZERTQSIsImtpZCI6IjEifQ.eyJzdWIiOiJ1c3JfOSJ9.c2lnbmF0dXJl",
    },
    "SecondFactor": {"set_at": _MADE_AT, "recovery_codes_left": 10, "is_offered": True},
    "NewSecondFactor": {
        "secret": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
        "uri": "otpauth://totp/StripSession:ada%40example.org?digits=6&secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
        "qr_rows": ["1111111011001", "1000001010111"],
    },
    "RecoveryCodes": {"recovery_codes": ["7Q2M-X4KD-90VB-EHT5", "C3ZP-8RWN-61JG-YSA0"]},
    "SignUpPending": {"confirmation": "mail"},
    "Session": {
        "user_id": _ACCOUNT["user_id"],
        "access_expires_at": "2030-05-04T09:40:00.000Z",
        "refresh_expires_at": "2030-06-03T09:30:00.000Z",
        "account": _ACCOUNT,
        "token_type": "Bearer",
        "access_token": "eyJhbGciOiJFZERTQSIsImtpZCI6IjEifQ.eyJzdWIiOiJ1c3JfOSJ9.c2lnbmF0dXJl",
        "refresh_token": "ref_2mV7cQ1xZb8nR5tK0sLwYp",
    },
    "SharedManifest": {"track": _SHARED_TRACK, "segments": [_SEGMENT], "analysis": _ANALYSIS | _BEATS},
    "Shares": {"shares": [_SHARE]},
    "Status": {"status": "ready"},
    "Track": _TRACK,
    "TrackDetail": _TRACK | {"report": _REPORT, "analysis": _ANALYSIS},
    "TagList": {"tags": [{"tag": "practice", "tracks": 12}]},
    "TrackPage": {"tracks": [_TRACK | {"progress": None}], "next_cursor": None, "total": 1},
    "TracksNow": {"tracks": [_MOVING_TRACK]},
    "Upload": {"upload_id": UPLOAD_ID, "length_bytes": 5242880},
    "Usage": {
        "plan": _PLAN,
        "settled_s": 980,
        "reserved_s": 196,
        "left_s": 2424,
        "renews_at": "2030-06-01T00:00:00.000Z",
        "grants": [
            {
                "grant_id": "plan_month:usr_9:2030-05",
                "source": "plan_month",
                "plan": "free",
                "starts_at": "2030-05-01T00:00:00.000Z",
                "expires_at": "2030-06-01T00:00:00.000Z",
                "granted_s": 3600,
                "settled_s": 980,
                "reserved_s": 196,
                "left_s": 2424,
            }
        ],
    },
}
BY_MEDIA_TYPE: Mapping[str, str] = {
    "application/json": '{"type": "user.deleted", "object": "event", "data": {"id": "user_2abc", "deleted": true}}',
    # Of binary files, how they begin.
    "application/octet-stream": "JFIF",
    "application/offset+octet-stream": "fLaC",
    "application/zip": "PK",
    "audio/flac": "fLaC",
    "audio/mp4": "ftypM4A",
    "audio/mpeg": "ID3",
    "audio/ogg": "OggS",
    "audio/wav": "RIFF",
    "image/jpeg": "JFIF",
    "image/png": "PNG",
    "image/webp": "RIFF",
    "text/event-stream": f"retry: 1000\n\nevent: progress\nid: 1\ndata: {_PROGRESS}\n\n",
}
