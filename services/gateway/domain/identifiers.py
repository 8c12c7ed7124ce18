"""What identifiers in paths look like; anything else exists nowhere, and no service is asked about it."""

from __future__ import annotations

import re
from collections.abc import Mapping

PATTERNS: Mapping[str, str] = {
    "track_id": r"trk_[A-Za-z0-9_-]{8,64}",
    "upload_id": r"upl_[A-Za-z0-9_-]{8,64}",
    "session_id": r"ses_[A-Za-z0-9_-]{8,64}",
    "share_id": r"shr_[A-Za-z0-9_-]{8,64}",
    "key_id": r"key_[A-Za-z0-9_-]{8,64}",
    "passkey_id": r"pky_[A-Za-z0-9_-]{8,64}",
    "export_id": r"exp_[A-Za-z0-9_-]{8,64}",
    "endpoint_id": r"whe_[A-Za-z0-9_-]{8,64}",
    "delivery_id": r"whd_[A-Za-z0-9_-]{8,64}",
    "provider": r"[a-z0-9][a-z0-9_-]{0,31}",
    "stem": r"[a-z0-9][a-z0-9_-]{0,31}",
    "index": r"[0-9]{1,7}",
    "sequence": r"[1-9][0-9]{0,10}",
    "ext": r"flac|wav|mp3|m4a|opus|stem\.mp4",
}
"""Name of a path parameter -> what it must match as a whole."""

_COMPILED = {name: re.compile(pattern) for name, pattern in PATTERNS.items()}


def is_known_shape(name: str, value: str) -> bool:
    """Whether a path parameter could name anything. Raises KeyError for a parameter without a pattern."""
    return _COMPILED[name].fullmatch(value) is not None
