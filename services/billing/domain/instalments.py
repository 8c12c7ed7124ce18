"""A paid period in months: who pays for a year has each month's minutes in that month."""

from __future__ import annotations

import calendar
import dataclasses
import datetime
import itertools

_MONTHS_A_YEAR = 12
# What is renewed on a 31st has periods of its own from the 28th of February to the 31st of March: three days more than
# a month from their start, and no month of their own.
_SHORTEST = datetime.timedelta(days=4)


@dataclasses.dataclass(frozen=True)
class Span:
    """From when until when."""

    starts_at: datetime.datetime
    ends_at: datetime.datetime


def months_in(starts_at: datetime.datetime, ends_at: datetime.datetime) -> list[Span]:
    """The months of a period, counted from its start; the last one ends with it, and may be some days longer."""
    bounds = [starts_at]
    for number in itertools.count(1):
        bound = _later(starts_at, number)
        if bound + _SHORTEST > ends_at:
            break
        bounds.append(bound)
    bounds.append(ends_at)
    return [Span(*pair) for pair in itertools.pairwise(bounds)]


def _later(moment: datetime.datetime, months: int) -> datetime.datetime:
    """The same day of a later month, or that month's last."""
    years, number = divmod(moment.month - 1 + months, _MONTHS_A_YEAR)
    year, month = moment.year + years, number + 1
    return moment.replace(year=year, month=month, day=min(moment.day, calendar.monthrange(year, month)[1]))
