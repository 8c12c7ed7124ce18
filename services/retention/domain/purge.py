"""Lives that end by the clock: which classes every holder is asked to remove, how old, and when it is asked again."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping, Sequence

from services.retention.domain.account_erasure import HOLDERS, WORKING
from services.retention.domain.erasure import retry_after

LIVES_YEARS: Mapping[str, int] = {"payment": 7, "usage": 2}
"""Class of the data map -> years for which it is kept once its life ends: of payments, with the account."""
EVERY = datetime.timedelta(hours=1)
"""Between two purges that found nothing left: what is past its life is gone within that, and less."""


@dataclasses.dataclass(frozen=True)
class Answer:
    """What a holder says: whether nothing is left, what this call removed, and what its own clock removes."""

    is_finished: bool
    counts: Mapping[str, int]
    by_own_clock: Sequence[str] = ()


@dataclasses.dataclass(frozen=True)
class Purge:
    """One class at one holder. It never ends: with time there is more that is past its life."""

    holder: str
    data_class: str
    noted_at: datetime.datetime
    due_at: datetime.datetime
    finished_at: datetime.datetime | None = None
    tries: int = 0
    """In a row without being finished."""
    fault: str = ""
    """Why it was not finished the last time, in one word."""
    counts: Mapping[str, int] = dataclasses.field(default_factory=dict)
    """All that was ever removed, by kind."""
    by_own_clock: Sequence[str] = ()

    def answered(self, answer: Answer, now: datetime.datetime) -> Purge:
        """The holder has answered. What is left is asked for at once, for each answer brings it nearer to its end."""
        kinds = sorted(self.counts.keys() | answer.counts.keys())
        told = dataclasses.replace(
            self,
            counts={kind: self.counts.get(kind, 0) + answer.counts.get(kind, 0) for kind in kinds},
            by_own_clock=tuple(answer.by_own_clock),
        )
        if answer.is_finished:
            return dataclasses.replace(told, tries=0, fault="", finished_at=now, due_at=now + EVERY)
        if any(answer.counts.values()):
            return dataclasses.replace(told, tries=0, fault=WORKING, due_at=now)
        # Another process has it remove what is left.
        return told._put_off(WORKING, now)

    def failed(self, fault: str, now: datetime.datetime) -> Purge:
        """The holder could not be reached, or could not do it: it is asked again after a while, for ever."""
        return self._put_off(fault, now)

    def late(self, now: datetime.datetime) -> datetime.timedelta:
        """How long ago it should have been finished again."""
        return max(datetime.timedelta(), now - (self.finished_at or self.noted_at) - EVERY)

    def _put_off(self, fault: str, now: datetime.datetime) -> Purge:
        tries = self.tries + 1
        return dataclasses.replace(self, tries=tries, fault=fault, due_at=now + retry_after(tries))


def planned(now: datetime.datetime) -> Sequence[Purge]:
    """Every holder is asked for every class: which of them has none of it, the holder alone knows."""
    return [Purge(holder, data_class, now, now) for holder in HOLDERS for data_class in LIVES_YEARS]


def life_began_before(data_class: str, now: datetime.datetime) -> datetime.datetime:
    """What has not been in use since this moment is past its life now; on a leap day, a day later than it might be."""
    year = now.year - LIVES_YEARS[data_class]
    try:
        return now.replace(year=year)
    except ValueError:
        return now.replace(year=year, day=28)
