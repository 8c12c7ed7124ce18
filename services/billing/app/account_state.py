"""What a person's account holds at a moment, with what the month brings that is not written yet."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence

from services.billing.app.ports import Work
from services.billing.domain import ledger
from services.billing.domain.grants import Account, Renewal
from services.billing.domain.ledger import Granting
from services.billing.domain.periods import Period, period_of
from services.billing.domain.plans import Catalogue, Plan
from services.billing.domain.sheets import Sheet, in_order_of_end


@dataclasses.dataclass(frozen=True)
class AccountState:
    """A person's plan, period and grants that have not ended; `due` is what must be written before they are used."""

    plan: Plan
    period: Period
    sheets: Sequence[Sheet]
    due: Granting | None
    at: datetime.datetime

    @property
    def left_s(self) -> int:
        """Seconds that may be reserved."""
        return sum(sheet.usable_s(self.at) for sheet in self.sheets)


async def state_of(
    work: Work, plans: Catalogue, owner_id: str, account: Account, at: datetime.datetime
) -> AccountState:
    """Read it; a person never seen has all of the default plan's month."""
    plan = plans.of_person(account.plan)
    sheets = await work.sheets(owner_id, at)
    due = None
    if account.renewal is Renewal.CALENDAR_MONTH:
        due = ledger.month_due(sheets, plan, owner_id, at)
    if due:
        of_month = next((sheet for sheet in sheets if sheet.grant.grant_id == due.grant.grant_id), Sheet(due.grant))
        others = [sheet for sheet in sheets if sheet.grant.grant_id != due.grant.grant_id]
        sheets = [*others, of_month.posted(due.entry.kind, due.entry.postings[0])]
    return AccountState(plan, period_of(account.renewal, sheets, at), in_order_of_end(sheets), due, at)
