"""Keys that the library hands about and never looks into."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Key:
    """An AES-256-GCM key. Its material never shows in a log or a traceback."""

    material: bytes = dataclasses.field(repr=False)
