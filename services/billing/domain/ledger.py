"""The rules of the ledger: what may be written after what."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable, Mapping, Sequence

from services.billing.domain.entries import Entry, EntryKind, Posting
from services.billing.domain.errors import (
    MinutesExhausted,
    ReservationMismatch,
    ReservationNotFound,
    ReservationReleased,
    ReservationSettled,
    SecondsInvalid,
    TooLong,
)
from services.billing.domain.grants import Grant, month_grant
from services.billing.domain.month import Month, month_of
from services.billing.domain.plans import Plan
from services.billing.domain.sheets import Sheet, entitled_s, in_order_of_end


@dataclasses.dataclass(frozen=True)
class Hold:
    """Seconds of one grant that were set aside for a job."""

    grant_id: str
    seconds: int


@dataclasses.dataclass(frozen=True)
class Reservation:
    """Seconds set aside for a job, from which grants, in the order in which they end, and what was charged of them."""

    owner_id: str
    month: Month
    holds: tuple[Hold, ...]
    charged_s: int | None = None

    @property
    def reserved_s(self) -> int:
        """Seconds in all."""
        return sum(hold.seconds for hold in self.holds)


@dataclasses.dataclass(frozen=True)
class JobHistory:
    """All that the ledger says of one job."""

    reservation: Reservation | None = None
    is_released: bool = False


@dataclasses.dataclass(frozen=True)
class Granting:
    """An entry that grants, and the grant that it is of."""

    grant: Grant
    entry: Entry


def history_of(entries: Sequence[Entry]) -> JobHistory:
    """Read one job's entries, in any order; postings of a reservation are in the order in which their grants end."""
    of_kind = {entry.kind: entry for entry in entries}
    reserve, settle = of_kind.get(EntryKind.RESERVE), of_kind.get(EntryKind.SETTLE)
    reservation = None
    if reserve and reserve.owner_id is not None and reserve.month is not None:
        holds = tuple(Hold(posting.grant_id, posting.held_change_s) for posting in reserve.postings)
        charged_s = settle.seconds if settle else None
        reservation = Reservation(reserve.owner_id, reserve.month, holds, charged_s)
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


def month_due(sheets: Iterable[Sheet], plan: Plan, owner_id: str, at: datetime.datetime) -> Granting | None:
    """What brings the month's grant to the plan's seconds, or to what is used if that is more. None when none."""
    month = month_of(at)
    due = month_grant(owner_id, month, plan.name, plan.seconds_a_month, at)
    there = next((sheet for sheet in sheets if sheet.grant.grant_id == due.grant_id), None)
    if there is None:
        return Granting(due, _of_grant(EntryKind.GRANT, due, due.nominal_s, at, month))
    missing_s = max(plan.seconds_a_month, there.used_s) - there.granted_s
    if there.is_closed or missing_s == 0:
        return None
    return Granting(there.grant, _of_grant(EntryKind.GRANT, there.grant, missing_s, at, month))


def grant(line: Sequence[Sheet], at: datetime.datetime) -> Entry:
    """Give the last grant of a line, which is new, what it is worth; that can be nothing."""
    return _of_grant(EntryKind.GRANT, line[-1].grant, entitled_s(line), at)


def carry(line: Sequence[Sheet], at: datetime.datetime) -> Entry | None:
    """Give the last grant of a line what jobs gave back to those before it. None when it can be used no longer."""
    last = line[-1]
    missing_s = entitled_s(line) - last.granted_s
    if missing_s <= 0 or last.is_closed or last.grant.is_over(at):
        return None
    return _of_grant(EntryKind.GRANT, last.grant, missing_s, at)


def reserve(
    sheets: Iterable[Sheet],
    plan: Plan,
    owner_id: str,
    job_id: str,
    seconds: int,
    at: datetime.datetime,
    renews_at: datetime.datetime | None,
) -> Entry:
    """Set seconds aside for a job that has none. Raises SecondsInvalid, TooLong, MinutesExhausted."""
    if seconds <= 0:
        raise SecondsInvalid
    if seconds > plan.longest_song_s:
        raise TooLong(seconds, plan.longest_song_s, plan.name, plan.title)
    usable = [(sheet.grant.grant_id, sheet.usable_s(at)) for sheet in in_order_of_end(sheets)]
    left_s = sum(usable_s for _, usable_s in usable)
    if seconds > left_s:
        raise MinutesExhausted(seconds, left_s, renews_at, plan.name, plan.title)
    postings = []
    missing_s = seconds
    for grant_id, usable_s in usable:
        if drawn_s := min(missing_s, usable_s):
            postings.append(Posting(grant_id, -drawn_s, drawn_s))
            missing_s -= drawn_s
    return Entry(EntryKind.RESERVE, owner_id, month_of(at), job_id, seconds, -seconds, at, tuple(postings))


def charge(history: JobHistory, seconds: int) -> int | None:
    """What a job was charged before; None when it is to be charged now.

    Raises SecondsInvalid, ReservationReleased, ReservationNotFound.
    """
    if seconds < 0:
        raise SecondsInvalid
    if history.is_released:
        raise ReservationReleased
    if history.reservation is None:
        raise ReservationNotFound
    return history.reservation.charged_s


def settle(reservation: Reservation, job_id: str, seconds: int, at: datetime.datetime) -> Entry:
    """Charge a job that has not ended, at most what it reserved.

    Charged is what ends first, so what is given back is what can be used longest.
    """
    charged_s = min(seconds, reservation.reserved_s)
    postings = []
    uncharged_s = charged_s
    for hold in reservation.holds:
        taken_s = min(uncharged_s, hold.seconds)
        uncharged_s -= taken_s
        postings.append(Posting(hold.grant_id, hold.seconds - taken_s, -hold.seconds))
    return Entry(
        EntryKind.SETTLE,
        reservation.owner_id,
        reservation.month,
        job_id,
        charged_s,
        reservation.reserved_s - charged_s,
        at,
        tuple(postings),
    )


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
    postings = tuple(Posting(hold.grant_id, hold.seconds, -hold.seconds) for hold in reservation.holds)
    return Entry(EntryKind.RELEASE, reservation.owner_id, reservation.month, job_id, seconds, seconds, at, postings)


def write_offs(ending: Entry, sheets: Mapping[str, Sheet], at: datetime.datetime) -> Sequence[Entry]:
    """What a job gave back to grants that can be used no longer goes at once, as the rest of each grant went."""
    entries = []
    for posting in ending.postings:
        sheet = sheets[posting.grant_id]
        if posting.left_change_s == 0:
            continue
        if sheet.is_closed:
            entries.append(_of_grant(EntryKind.RETRACT, sheet.grant, posting.left_change_s, at))
        elif sheet.grant.is_over(at):
            entries.append(_of_grant(EntryKind.EXPIRE, sheet.grant, posting.left_change_s, at))
    return entries


def expire(sheet: Sheet, at: datetime.datetime) -> Entry | None:
    """Write off what is left of a grant that has ended; what jobs hold of it stays held. None when nothing is."""
    if not sheet.grant.is_over(at) or sheet.left_s == 0:
        return None
    return _of_grant(EntryKind.EXPIRE, sheet.grant, sheet.left_s, at)


def retract(sheet: Sheet, at: datetime.datetime) -> Entry | None:
    """Take back what is left of a grant, never what was charged or is held. None when that was done before."""
    return None if sheet.is_closed else _of_grant(EntryKind.RETRACT, sheet.grant, sheet.left_s, at)


def _of_grant(kind: EntryKind, grant: Grant, seconds: int, at: datetime.datetime, month: Month | None = None) -> Entry:
    change_s = seconds if kind is EntryKind.GRANT else -seconds
    return Entry(kind, grant.owner_id, month, None, seconds, change_s, at, (Posting(grant.grant_id, change_s),))
