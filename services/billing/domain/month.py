"""The period that minutes come by: a calendar month in UTC."""

from __future__ import annotations

import dataclasses
import datetime

_MONTHS_A_YEAR = 12


@dataclasses.dataclass(frozen=True, order=True)
class Month:
    """A calendar month in UTC."""

    year: int
    number: int

    @property
    def first_day(self) -> datetime.date:
        """How the month is stored."""
        return datetime.date(self.year, self.number, 1)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"

    @property
    def begins_at(self) -> datetime.datetime:
        """The month's first moment."""
        return datetime.datetime(self.year, self.number, 1, tzinfo=datetime.UTC)

    @property
    def renews_at(self) -> datetime.datetime:
        """The moment the next month begins."""
        following = Month(self.year + 1, 1) if self.number == _MONTHS_A_YEAR else Month(self.year, self.number + 1)
        return datetime.datetime(following.year, following.number, 1, tzinfo=datetime.UTC)


def month_of(moment: datetime.date) -> Month:
    """The month of a stored first day, or of a moment, whatever zone that is in."""
    day = moment.astimezone(datetime.UTC) if isinstance(moment, datetime.datetime) else moment
    return Month(day.year, day.month)
