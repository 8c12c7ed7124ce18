"""Write to everybody of a version of the privacy policy that is to come, once."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from services.auth.app.ports import Ports, Work
from services.auth.app.write_mail import write_announcement
from services.auth.domain.account import Account
from services.auth.domain.mail import Occasion
from services.auth.domain.policy_version import PolicyVersion, Way, in_force

BATCH = 100
"""Whom one transaction writes to, which holds their accounts meanwhile."""
WAITING_MAX = 100
"""While so many mails wait, none is announced: the link that somebody waits for stands in the same line."""
TRIES_NEW = 5
"""What failed so often, over seven minutes, is not in that line: an address that takes nothing holds nobody up.

Where no server takes anything, a hundred are added each seven minutes, until there are `WAITING_MAX_IN_ALL`.
"""
WAITING_MAX_IN_ALL = 2_000
"""Once a server that was away is back, whoever asks for a link waits behind all of them."""
AGAIN = datetime.timedelta(hours=1)
"""Who signed up meanwhile, or has an address now, is written to by the next walk."""
SETTLED = datetime.timedelta(minutes=30)
"""Nobody's first mail but that of their sign-up is about a policy: the walk comes round."""


async def announce_policy(ports: Ports) -> int:
    """Go on by one batch; to how many was written, so that there is more to do after a full one.

    What is written, that it was, and how far the walk has come is one commit: a process that dies announces nothing
    twice, and leaves nobody out. A version that was not known before its day is told of late, to those who were here
    before it.
    """
    now = ports.clock.now()
    async with ports.store.transaction() as work:
        versions = await work.policies.versions()
        current = in_force(versions, now)
        if current is None:
            return 0
        # What is coming first: it has a day.
        ahead = [each.version for each in versions if each.version > current.version]
        told = [*ahead, current.version] if ports.mailing is not None else []
        await work.policies.give_up_walks(told)
        walk = await work.policies.walk(told, now - AGAIN)
        if walk is None or await _is_full(work):
            return 0
        policy = walk.policy
        # Whoever came after its day has accepted it, or is asked for it as they come.
        made_before = min(now - SETTLED, policy.in_force_from)
        people = await work.policies.unmailed(policy.version, walk.walked_to, made_before, BATCH)
        await _write(ports, work, policy, people, now)
        walked_to = people[-1].user_id if len(people) == BATCH else ""
        await work.policies.walked(policy.version, walked_to, now)
        return len(people)


async def _is_full(work: Work) -> bool:
    is_full = await work.mails.waiting(TRIES_NEW, WAITING_MAX) >= WAITING_MAX
    return is_full or await work.mails.waiting(None, WAITING_MAX_IN_ALL) >= WAITING_MAX_IN_ALL


async def _write(
    ports: Ports, work: Work, policy: PolicyVersion, people: Sequence[Account], now: datetime.datetime
) -> None:
    occasion = Occasion.POLICY_COMING if policy.in_force_from > now else Occasion.POLICY_CHANGED
    for account in people:
        if await work.policies.tell(account.user_id, policy.version, Way.MAIL, now):
            await write_announcement(ports, work, account, occasion, policy)
