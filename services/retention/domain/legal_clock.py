"""By which day a request about privacy must be answered: GDPR, article 12(3), a rule of days and months alone."""

from __future__ import annotations

import calendar
import datetime

ANSWER_MONTHS = 1
"""Of its receipt."""
EXTENDED_MONTHS = 3
"""Of its receipt as well: the month, and the two by which it may be extended once the person is told why."""


def months_after(day: datetime.date, months: int) -> datetime.date:
    """The same day that many months later; the last day of that month where it has none such, and never one more.

    Regulation 1182/71, article 3, would move an end on a holiday to the next working day. Which days those are differs
    from place to place, so that nobody here waits for one.
    """
    years, place = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, place + 1
    return datetime.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def due_on(received_at: datetime.datetime, *, is_extended: bool = False) -> datetime.date:
    """The last day, in UTC, on which an answer is in time; an extension counts from the receipt, too."""
    received_on = received_at.astimezone(datetime.UTC).date()
    return months_after(received_on, EXTENDED_MONTHS if is_extended else ANSWER_MONTHS)


def late_from(due_on: datetime.date) -> datetime.datetime:
    """The first moment that is past a legal day."""
    return datetime.datetime.combine(due_on + datetime.timedelta(days=1), datetime.time(), datetime.UTC)


def is_late(due_on: datetime.date, now: datetime.datetime) -> bool:
    """Whether its day is over."""
    return now >= late_from(due_on)
