"""How far the closing of an account is, for whoever holds its token."""

from __future__ import annotations

import dataclasses

from services.retention.app.closing_ports import ClosingPorts
from services.retention.domain.account_closing import Closing, State, digest, is_token
from services.retention.domain.account_erasure import AccountErasure
from services.retention.domain.errors import ClosingNotFound


@dataclasses.dataclass(frozen=True)
class Followed:
    """How far it is; the erasure once it has begun, and its receipt once that is signed."""

    closing: Closing
    state: State
    erasure: AccountErasure | None
    receipt: bytes | None = None


async def follow_closing(ports: ClosingPorts, token: str) -> Followed:
    """As it was kept last; whoever holds the token closed the account, and its receipt is theirs.

    Raises ClosingNotFound.
    """
    if not is_token(token):
        raise ClosingNotFound
    async with ports.closings.transaction() as work:
        closing = await work.closing_by(digest(token))
        erasure = await work.get(closing.user_id) if closing is not None else None
    if closing is None:
        raise ClosingNotFound
    closing = closing.beside(erasure)
    state = closing.state(erasure)
    receipt = await ports.receipts.of_account(closing.user_id) if state is State.OVER else None
    return Followed(closing, state, erasure if closing.begun_at is not None else None, receipt)
