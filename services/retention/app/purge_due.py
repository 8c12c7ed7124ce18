"""Have every holder remove what is past its life."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
from collections.abc import Mapping, Sequence

from services.retention.app.purge_ports import PurgePorts
from services.retention.domain.errors import HolderFailed
from services.retention.domain.purge import Answer, Purge, life_began_before, planned

CLAIM_LIFE = datetime.timedelta(seconds=60)
"""What a process took that died is taken again after this; longer than a holder is waited for."""
TOLD_AT_TRY = 4
"""Services that start together look for each other for some seconds, and what is purged has waited for years."""
_AT_ONCE = 4
_TURNS_MAX = 100
"""Of one round. A holder that says for ever that there is more keeps no round from its end."""


@dataclasses.dataclass(frozen=True)
class Asked:
    """What came of asking one holder for one class."""

    purge: Purge
    removed: Mapping[str, int]
    is_news: bool
    """Whether it failed so often in a row that somebody should hear of it, or then for another reason."""


async def purge_due(ports: PurgePorts) -> Sequence[Asked]:
    """Ask whoever is due until nobody is. What was answered is kept at once: a crash repeats one question."""
    now = ports.clock.now()
    async with ports.purges.transaction() as work:
        await work.plan(planned(now))
    done: list[Asked] = []
    for _ in range(_TURNS_MAX):
        now = ports.clock.now()
        async with ports.purges.transaction() as work:
            taken = await work.claim(now, now + CLAIM_LIFE, _AT_ONCE)
        if not taken:
            break
        done += await asyncio.gather(*(_ask(ports, purge) for purge in taken))
    return done


async def late_s(ports: PurgePorts) -> float:
    """Seconds by which the latest of them should have been finished; 0 when none is late."""
    now = ports.clock.now()
    async with ports.purges.transaction() as work:
        known = await work.all()
    return max((purge.late(now).total_seconds() for purge in known), default=0.0)


async def _ask(ports: PurgePorts, purge: Purge) -> Asked:
    answer = await _answer_of(ports, purge)
    now = ports.clock.now()
    async with ports.purges.transaction() as work:
        # As it is now: whoever took a claim over that had run out may have been answered before.
        before = await work.locked(purge.holder, purge.data_class)
        after = before.answered(answer, now) if isinstance(answer, Answer) else before.failed(answer, now)
        await work.save(after)
    if isinstance(answer, Answer):
        return Asked(after, {kind: count for kind, count in answer.counts.items() if count}, is_news=False)
    is_changed = after.tries > TOLD_AT_TRY and after.fault != before.fault
    return Asked(after, {}, is_news=after.tries == TOLD_AT_TRY or is_changed)


async def _answer_of(ports: PurgePorts, purge: Purge) -> Answer | str:
    """What a holder says, or one word for why it says nothing."""
    if purge.holder not in ports.holders:
        return "NOT_CONFIGURED"
    older_than = life_began_before(purge.data_class, ports.clock.now())
    try:
        return await ports.holders[purge.holder].purge(purge.data_class, older_than)
    except HolderFailed as error:
        return error.word
