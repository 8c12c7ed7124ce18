"""The period that a plan's seconds are counted by: a calendar month in UTC, or a subscription's."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable

from services.billing.domain.grants import OF_SUBSCRIPTIONS, Renewal
from services.billing.domain.month import month_of
from services.billing.domain.paid_periods import is_advance
from services.billing.domain.sheets import Sheet


@dataclasses.dataclass(frozen=True)
class Period:
    """From when usage is counted, and when new seconds come; None when that waits for a payment."""

    starts_at: datetime.datetime
    ends_at: datetime.datetime | None


def period_of(renewal: Renewal, sheets: Iterable[Sheet], at: datetime.datetime) -> Period:
    """The period at that moment, by a person's grants that have not ended."""
    month = month_of(at)
    if renewal is Renewal.CALENDAR_MONTH:
        return Period(month.begins_at, month.renews_at)
    paid = [sheet.grant for sheet in sheets if sheet.grant.source in OF_SUBSCRIPTIONS and sheet.grant.is_live(at)]
    current = max(paid, key=lambda grant: (grant.expires_at, grant.starts_at, grant.grant_id), default=None)
    if current is None:
        return Period(month.begins_at, None)
    # A change of plan in the middle of a period does not begin another one. What ends at another time is another
    # period: counted from its start, this one's would jump as the other ends.
    same = [each for each in paid if (each.origin_id, each.expires_at) == (current.origin_id, current.expires_at)]
    return Period(min(each.starts_at for each in same), None if is_advance(current.grant_id) else current.expires_at)
