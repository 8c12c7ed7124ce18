"""What a person has used and has left."""

from __future__ import annotations

import dataclasses

from services.billing.app.account_state import AccountState, state_of
from services.billing.app.ports import Ports


@dataclasses.dataclass(frozen=True)
class Usage:
    """A person's account; `settled_s` was charged for jobs of this period, `reserved_s` is held by unfinished jobs."""

    state: AccountState
    settled_s: int
    reserved_s: int

    @property
    def left_s(self) -> int:
        """Seconds that may still be reserved."""
        return self.state.left_s


async def get_usage(ports: Ports, owner_id: str) -> Usage:
    """This period's usage; a person never seen has all of the default plan."""
    async with ports.store.transaction() as work:
        account = await work.account(owner_id)
        state = await state_of(work, ports.plans, owner_id, account, ports.clock.now())
        settled_s = await work.settled_s(owner_id, state.period.starts_at)
        return Usage(state, settled_s, await work.reserved_s(owner_id))
