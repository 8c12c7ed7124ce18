"""Facts that retention publishes; they carry opaque identifiers only."""

from __future__ import annotations

import dataclasses
import datetime


@dataclasses.dataclass(frozen=True)
class UploadErased:
    """An upload is gone."""

    upload_id: str
    owner_id: str
    erased_at: datetime.datetime


Fact = UploadErased
