"""Duties to erase uploads, and the evidence that they were done."""

from __future__ import annotations

import dataclasses
import datetime
import enum

_RETRY_FIRST_S = 1.0
_RETRY_LAST_S = 60.0
_DOUBLINGS_MAX = 10


class Reason(enum.Enum):
    """Why an upload is erased."""

    FINISHED = "finished"
    DEADLINE = "deadline"


@dataclasses.dataclass(frozen=True)
class HeldUpload:
    """An upload that the library still holds; `finished` when nothing needs it any more."""

    upload_id: str
    owner_id: str
    uploaded_at: datetime.datetime
    finished: bool = False


@dataclasses.dataclass(frozen=True)
class Duty:
    """To erase an upload at `due_at`; `tries` counts the attempts so far."""

    upload_id: str
    owner_id: str
    uploaded_at: datetime.datetime
    due_at: datetime.datetime
    reason: Reason
    tries: int = 0

    def done(self, erased_at: datetime.datetime, objects: int) -> Erasure:
        """The evidence once it is done."""
        return Erasure(self.upload_id, self.owner_id, self.uploaded_at, erased_at, self.reason, objects)


@dataclasses.dataclass(frozen=True)
class Erasure:
    """Evidence that an upload is gone. No objects means that the library had removed them before it was asked."""

    upload_id: str
    owner_id: str
    uploaded_at: datetime.datetime
    erased_at: datetime.datetime
    reason: Reason
    objects: int
    sequence: int | None = dataclasses.field(default=None, compare=False)
    """Its entry in the chain of signed receipts; None until it is signed."""


def duty_of(upload: HeldUpload, life: datetime.timedelta, now: datetime.datetime) -> Duty:
    """When and why an upload is to be erased: at once when it is finished, else at the end of its life."""
    deadline = upload.uploaded_at + life
    if upload.finished and now < deadline:
        return Duty(upload.upload_id, upload.owner_id, upload.uploaded_at, now, Reason.FINISHED)
    return Duty(upload.upload_id, upload.owner_id, upload.uploaded_at, deadline, Reason.DEADLINE)


def retry_after(tries: int) -> datetime.timedelta:
    """How long to leave an upload alone that failed so many times in a row: 1 s, doubling up to a minute."""
    return datetime.timedelta(seconds=min(_RETRY_LAST_S, _RETRY_FIRST_S * 2 ** min(tries - 1, _DOUBLINGS_MAX)))
