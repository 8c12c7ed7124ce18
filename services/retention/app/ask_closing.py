"""A person asks to have their account closed."""

from __future__ import annotations

import dataclasses

from services.retention.app.closing_ports import ClosingPorts
from services.retention.app.request_erasure import require_person
from services.retention.domain.account_closing import Closing, digest, new_token
from services.retention.domain.facts import AccountClosingAsked


@dataclasses.dataclass(frozen=True)
class AskedClosing:
    """How it stands, and what it is followed by from now on."""

    closing: Closing
    token: str


async def ask_closing(ports: ClosingPorts, user_id: str, *, at_once: bool, idempotency_key: str) -> AskedClosing:
    """Note it, due at once or when the window has run out; one that waits is not put off.

    Each answer has a token of its own, in place of the one before: an answer that was lost is asked for again. Raises
    IdentifierMissing, IdentifierUnknown, IdempotencyKeyReused and ClosingWithdrawn.
    """
    require_person(user_id)
    now, token = ports.clock.now(), new_token()
    due_at = now if at_once else now + ports.window
    keys = (idempotency_key,) if idempotency_key else ()
    wish = Closing(user_id, now, due_at, at_once=at_once, idempotency_key=idempotency_key, keys=keys)
    async with ports.closings.transaction() as work:
        known = None
        # Tried again where one that was taken back long ago is removed in this moment.
        while known is None and not await work.add_closing(wish, digest(token)):
            known = await work.locked_closing(user_id)
        erasure = await work.get(user_id)
        before = known.beside(erasure) if known is not None else None
        standing = (before.asked_again(wish, erasure) if before is not None else wish).beside(erasure)
        await work.save_closing(standing, digest(token))
        if standing.is_waiting and standing != before:
            await work.publish(AccountClosingAsked(user_id, standing.asked_at, standing.due_at))
    return AskedClosing(standing, token)
