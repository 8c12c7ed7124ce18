"""Lines of the ledger. They are added, never changed; every balance is a sum of them."""

from __future__ import annotations

import dataclasses
import datetime
import enum

from services.billing.domain.month import Month


class EntryKind(enum.Enum):
    """What an entry does."""

    GRANT = "grant"
    RESERVE = "reserve"
    SETTLE = "settle"
    RELEASE = "release"
    EXPIRE = "expire"
    """Writes off what is left of a grant that has ended."""
    RETRACT = "retract"
    """Takes back what is left of a grant that was refunded or replaced."""


@dataclasses.dataclass(frozen=True)
class Posting:
    """What an entry does to one grant: to what is left of it, and to what jobs hold of it."""

    grant_id: str
    left_change_s: int
    held_change_s: int = 0


@dataclasses.dataclass(frozen=True)
class Entry:
    """One line of the ledger.

    `seconds` is what was granted, reserved, charged, given back or written off; `balance_change_s` is what that does to
    what is left to the person, and the sum of what the postings do to what is left of each grant. Only the release of a
    job that never reserved has no owner and no postings. `month` is that of the reservation, or of a month's grant.
    """

    kind: EntryKind
    owner_id: str | None
    month: Month | None
    job_id: str | None
    seconds: int
    balance_change_s: int
    at: datetime.datetime
    postings: tuple[Posting, ...] = ()


@dataclasses.dataclass(frozen=True)
class NumberedEntry:
    """An entry with its place in the ledger."""

    number: int
    entry: Entry
