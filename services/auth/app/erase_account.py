"""Erase all that is held of a person."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from services.auth.app.close_account import shut_out
from services.auth.app.mailing_ports import MailerAway
from services.auth.app.ports import Ports


@dataclasses.dataclass(frozen=True)
class Erased:
    """How far it has come, and what it took away in all, by kind."""

    is_finished: bool
    counts: Mapping[str, int]


async def erase_account(ports: Ports, user_id: str) -> Erased:
    """Close the account with all that opens it, and remove everything of it. Idempotent.

    It is asked again until it is finished: a gateway that starts asks which sessions ended while a token of theirs may
    be about, so for that long their rows stay, with nothing but their end.
    """
    now = ports.clock.now()
    async with ports.store.transaction() as work:
        account = await work.accounts.get(user_id)
        await shut_out(ports, work, user_id, now)
        is_finished = await work.people.erase(user_id, now, now - ports.lives.access)
        counts = await work.people.counts(user_id)
    # After what waited is gone, so that no more comes; and each time, for what was just being sent.
    is_forgotten = await _forget_kept_mail(ports, user_id, account.email.typed if account is not None else "")
    return Erased(is_finished and is_forgotten, counts)


async def _forget_kept_mail(ports: Ports, user_id: str, address: str) -> bool:
    if ports.mailing is None or ports.mailing.kept is None:
        return True
    try:
        await ports.mailing.kept.forget_of(user_id, address)
    except MailerAway:
        # Told with the next mail; whoever asks for the erasure asks again.
        return False
    return True
