"""A person is to be erased, as their issuer or an operator says."""

from __future__ import annotations

import dataclasses
import datetime
import re

from services.retention.app.account_ports import AccountPorts, AccountWork
from services.retention.domain.account_erasure import AccountErasure, again, begun
from services.retention.domain.errors import IdentifierMissing, IdentifierUnknown

_USER_ID = re.compile(r"usr_[0-9a-f]{32}")


@dataclasses.dataclass(frozen=True)
class Noted:
    """An erasure, and whether it was begun just now."""

    erasure: AccountErasure
    is_new: bool


async def erase_person(ports: AccountPorts, user_id: str, *, anew: bool) -> Noted:
    """Begin it, or tell how far it is; `anew` begins one that is over once more. Idempotent while it is under way.

    The person is shut out as it begins, whoever else is down. Nobody asks whether there is such a person: after a
    backup each service knows others. Raises IdentifierMissing, and IdentifierUnknown for what is no person's
    identifier.
    """
    require_person(user_id)
    async with ports.erasures.transaction() as work:
        return await begin_erasure(work, user_id, ports.clock.now(), anew=anew)


async def begin_erasure(work: AccountWork, user_id: str, now: datetime.datetime, *, anew: bool) -> Noted:
    """The same within the caller's unit of work."""
    fresh = begun(user_id, now, now, by_operator=True)
    if await work.add(fresh):
        return Noted(fresh, is_new=True)
    known = await work.locked(user_id)
    if known is None:
        # Erasures are never removed.
        raise IdentifierUnknown
    if not anew or known.finished_at is None:
        return Noted(known, is_new=False)
    reopened = again(known, now)
    await work.save(reopened, now)
    return Noted(reopened, is_new=True)


def require_person(user_id: str) -> None:
    """Raises IdentifierMissing, and IdentifierUnknown for what is no person's identifier."""
    if not user_id:
        raise IdentifierMissing
    if not _USER_ID.fullmatch(user_id):
        raise IdentifierUnknown


async def request_erasure(ports: AccountPorts, user_id: str, requested_at: datetime.datetime) -> bool:
    """Note it, to be done at once; false when it was noted before. Idempotent, for ever."""
    async with ports.erasures.transaction() as work:
        return await work.add(begun(user_id, requested_at, ports.clock.now()))
