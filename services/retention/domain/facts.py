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


@dataclasses.dataclass(frozen=True)
class AccountClosingAsked:
    """A person asked to have their account closed, at once or once it is due."""

    user_id: str
    asked_at: datetime.datetime
    due_at: datetime.datetime


@dataclasses.dataclass(frozen=True)
class AccountClosingWithdrawn:
    """A person took that back."""

    user_id: str
    withdrawn_at: datetime.datetime


Fact = UploadErased | AccountClosingAsked | AccountClosingWithdrawn
