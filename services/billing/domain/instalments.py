"""A paid period in months: who pays for a year has each month's minutes in that month."""

from __future__ import annotations

import calendar
import dataclasses
import datetime
import itertools

_MONTHS_A_YEAR = 12
# A month that an hour's shift or a leap second cut short is the last one's end, not a month of its own.
_SHORTEST = datetime.timedelta(days=1)


@dataclasses.dataclass(frozen=True)
class Span:
    """From when until when."""

    starts_at: datetime.datetime
    ends_at: datetime.datetime


def months_in(starts_at: datetime.datetime, ends_at: datetime.datetime) -> list[Span]:
    """The months of a period, counted from its start; the last one ends with it."""
    bounds = [starts_at]
    for number in itertools.count(1):
        bound = _later(starts_at, number)
        if bound + _SHORTEST > ends_at:
            break
        bounds.append(bound)
    if ends_at - bounds[-1] < _SHORTEST and len(bounds) > 1:
        bounds.pop()
    bounds.append(ends_at)
    return [Span(*pair) for pair in itertools.pairwise(bounds)]


def _later(moment: datetime.datetime, months: int) -> datetime.datetime:
    """The same day of a later month, or that month's last."""
    years, number = divmod(moment.month - 1 + months, _MONTHS_A_YEAR)
    year, month = moment.year + years, number + 1
    return moment.replace(year=year, month=month, day=min(moment.day, calendar.monthrange(year, month)[1]))
