"""What a person is shown as evidence: that an upload is gone, or a track."""

from __future__ import annotations

import dataclasses
import datetime

from services.retention.domain.erasure import Erasure


@dataclasses.dataclass(frozen=True)
class TrackErasure:
    """Evidence that a track is gone: asked for at one moment, done at another, and how much there was of what.

    Each of the `stems` was stored in pieces: `stem_files` is their number in all, `peaks` that of the outlines drawn of
    them.
    """

    track_id: str
    owner_id: str
    upload_id: str
    asked_at: datetime.datetime
    erased_at: datetime.datetime
    stems: int
    stem_files: int
    peaks: int
    covers: int
    links: int
    sequence: int | None = dataclasses.field(default=None, compare=False)
    """Its entry in the chain of signed receipts; None until it is signed."""


Receipt = Erasure | TrackErasure


def name_of(receipt: Receipt) -> str:
    """What tells it from every other: the name of what is gone."""
    return receipt.upload_id if isinstance(receipt, Erasure) else receipt.track_id
