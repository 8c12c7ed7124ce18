"""Forget what has been over for a while: sessions, links, codes, sign-ups, identities, keys, devices, and the like."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from typing import Protocol

from services.auth.app.mailing_ports import MailerAway
from services.auth.app.ports import Ports, Work

BATCH = 500
"""Rows a transaction removes: few enough to hold no lock for long."""


class _Forgetting(Protocol):
    async def forget(self, before: datetime.datetime, limit: int, /) -> int: ...


_KINDS: Sequence[Callable[[Work], _Forgetting]] = (
    lambda work: work.sessions,
    lambda work: work.links,
    lambda work: work.email_codes,
    lambda work: work.pending_sign_ups,
    lambda work: work.identities,
    lambda work: work.api_keys,
    lambda work: work.device_sign_ins,
    lambda work: work.passkeys,
    lambda work: work.provider_sign_ins,
    lambda work: work.challenges,
)


async def forget_remains(ports: Ports) -> int:
    """Remove what was over for the stated time; the number of rows, in batches, and of mails that were kept."""
    now = ports.clock.now()
    before = now - ports.lives.remains
    removed = 0
    for kind in _KINDS:
        count = BATCH
        while count >= BATCH:
            async with ports.store.transaction() as work:
                remains = kind(work)
                # Of a program that waited an address is known, of a browser that went to a provider a person, and of
                # who showed a password both they and their device.
                is_at_once = remains in (work.device_sign_ins, work.provider_sign_ins, work.passkeys, work.challenges)
                count = await remains.forget(now if is_at_once else before, BATCH)
            removed += count
    return removed + await _forget_mails(ports, before)


async def _forget_mails(ports: Ports, before: datetime.datetime) -> int:
    """No link of a mail works so long."""
    if ports.mailing is None or ports.mailing.kept is None:
        return 0
    try:
        return await ports.mailing.kept.forget(before)
    except MailerAway:
        # Told with the next mail; the other remains are gone, and what comes after them must not wait.
        return 0
