"""Facts that billing publishes; they carry opaque identifiers only."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class MinutesSettled:
    """A job was charged."""

    owner_id: str
    job_id: str
    charged_s: int


Fact = MinutesSettled
