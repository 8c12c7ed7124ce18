"""When a subscription renews: on its anchor's day, or a shorter month's last."""

from __future__ import annotations

import calendar
import datetime

_DAYS = {"day": 1, "week": 7}


def added(anchor: int, interval: str, count: int) -> int:
    """The moment `count` intervals (day, week, month, year) after the anchor, in UTC."""
    moment = datetime.datetime.fromtimestamp(anchor, datetime.UTC)
    if interval in _DAYS:
        return int((moment + datetime.timedelta(days=_DAYS[interval] * count)).timestamp())
    months = moment.year * 12 + moment.month - 1 + count * (12 if interval == "year" else 1)
    year, month = divmod(months, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return int(moment.replace(year=year, month=month + 1, day=day).timestamp())


def period_end(anchor: int, start: int, interval: str, count: int) -> int:
    """When the period that begins at `start` ends: the first whole interval after the anchor that lies later.

    Counting from the anchor keeps the 31st: a period from 31 January to 28 February is followed by one to 31 March.
    """
    whole = 1
    while added(anchor, interval, whole * count) <= start:
        whole += 1
    return added(anchor, interval, whole * count)
