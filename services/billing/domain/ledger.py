"""The rules of the ledger: what may be written after what. Entries are added, never changed."""

from __future__ import annotations

import dataclasses
import datetime
import enum
from collections.abc import Sequence

from services.billing.domain.errors import (
    MinutesExhausted,
    ReservationMismatch,
    ReservationNotFound,
    ReservationReleased,
    ReservationSettled,
    SecondsInvalid,
    TooLong,
)
from services.billing.domain.month import Month
from services.billing.domain.plans import Plan


class EntryKind(enum.Enum):
    """What an entry does."""

    GRANT = "grant"
    RESERVE = "reserve"
    SETTLE = "settle"
    RELEASE = "release"


@dataclasses.dataclass(frozen=True)
class Entry:
    """One line of the ledger.

    `seconds` is what was granted, reserved, charged or given back; `balance_change_s` is what that does to the month's
    balance. Only the release of a job that never reserved has no owner and no month.
    """

    kind: EntryKind
    owner_id: str | None
    month: Month | None
    job_id: str | None
    seconds: int
    balance_change_s: int
    at: datetime.datetime


@dataclasses.dataclass(frozen=True)
class Sheet:
    """One person's month, summed. The balance, granted less settled and reserved, is never negative."""

    month: Month
    granted_s: int = 0
    settled_s: int = 0
    reserved_s: int = 0

    @property
    def held_s(self) -> int:
        """Seconds that are charged or set aside."""
        return self.settled_s + self.reserved_s

    def left_s(self, plan: Plan) -> int:
        """Seconds that may still be reserved; 0 when a larger plan's seconds were used before this one."""
        return max(0, plan.seconds_a_month - self.held_s)


@dataclasses.dataclass(frozen=True)
class Reservation:
    """Seconds set aside for a job, and how that ended."""

    owner_id: str
    month: Month
    reserved_s: int
    charged_s: int | None = None


@dataclasses.dataclass(frozen=True)
class JobHistory:
    """All that the ledger says of one job."""

    reservation: Reservation | None = None
    is_released: bool = False


@dataclasses.dataclass(frozen=True)
class Settlement:
    """What a job was charged; `entry` is None when it was charged before."""

    owner_id: str
    charged_s: int
    entry: Entry | None


def history_of(entries: Sequence[Entry]) -> JobHistory:
    """Read one job's entries, in any order."""
    of_kind = {entry.kind: entry for entry in entries}
    reserve, settle = of_kind.get(EntryKind.RESERVE), of_kind.get(EntryKind.SETTLE)
    reservation = None
    if reserve and reserve.owner_id is not None and reserve.month is not None:
        charged_s = settle.seconds if settle else None
        reservation = Reservation(reserve.owner_id, reserve.month, reserve.seconds, charged_s)
    return JobHistory(reservation, EntryKind.RELEASE in of_kind)


def is_reserved(history: JobHistory, owner_id: str) -> bool:
    """Whether a job has its seconds already. Raises ReservationReleased, ReservationMismatch."""
    if history.is_released:
        raise ReservationReleased
    if history.reservation is None:
        return False
    if history.reservation.owner_id != owner_id:
        raise ReservationMismatch
    return True


def grant(sheet: Sheet, plan: Plan, owner_id: str, at: datetime.datetime) -> Entry | None:
    """What brings the month's grants to the plan's seconds, or to what is held if that is more; None when equal."""
    missing_s = max(plan.seconds_a_month, sheet.held_s) - sheet.granted_s
    if missing_s == 0:
        return None
    return Entry(EntryKind.GRANT, owner_id, sheet.month, None, missing_s, missing_s, at)


def reserve(sheet: Sheet, plan: Plan, owner_id: str, job_id: str, seconds: int, at: datetime.datetime) -> Entry:
    """Set seconds aside for a job that has none. Raises SecondsInvalid, TooLong, MinutesExhausted."""
    if seconds <= 0:
        raise SecondsInvalid
    if seconds > plan.longest_song_s:
        raise TooLong(seconds, plan.longest_song_s, plan.name, plan.title)
    left_s = sheet.left_s(plan)
    if seconds > left_s:
        raise MinutesExhausted(seconds, left_s, sheet.month.renews_at, plan.name, plan.title)
    return Entry(EntryKind.RESERVE, owner_id, sheet.month, job_id, seconds, -seconds, at)


def settle(history: JobHistory, job_id: str, seconds: int, at: datetime.datetime) -> Settlement:
    """Charge a job, at most what it reserved, once, in the month of its reservation.

    Raises SecondsInvalid, ReservationReleased, ReservationNotFound.
    """
    if seconds < 0:
        raise SecondsInvalid
    if history.is_released:
        raise ReservationReleased
    reservation = history.reservation
    if reservation is None:
        raise ReservationNotFound
    if reservation.charged_s is not None:
        return Settlement(reservation.owner_id, reservation.charged_s, None)
    charged_s = min(seconds, reservation.reserved_s)
    entry = Entry(
        EntryKind.SETTLE,
        reservation.owner_id,
        reservation.month,
        job_id,
        charged_s,
        reservation.reserved_s - charged_s,
        at,
    )
    return Settlement(reservation.owner_id, charged_s, entry)


def release(history: JobHistory, job_id: str, at: datetime.datetime) -> Entry | None:
    """Give a job's seconds back; for one that reserved none, bar it from reserving. None when that was done before.

    Raises ReservationSettled.
    """
    if history.is_released:
        return None
    reservation = history.reservation
    if reservation is None:
        return Entry(EntryKind.RELEASE, None, None, job_id, 0, 0, at)
    if reservation.charged_s is not None:
        raise ReservationSettled
    seconds = reservation.reserved_s
    return Entry(EntryKind.RELEASE, reservation.owner_id, reservation.month, job_id, seconds, seconds, at)
