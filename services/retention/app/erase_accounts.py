"""Have every holder erase the people who are to be erased."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
from collections.abc import Mapping, Sequence

from services.retention.app.account_ports import AccountPorts
from services.retention.domain.account_erasure import AccountErasure, Answer, Step
from services.retention.domain.errors import HolderFailed

CLAIM_LIFE = datetime.timedelta(seconds=60)
"""What a process took that died is taken again after this; longer than a holder is waited for."""
_AT_ONCE = 4


@dataclasses.dataclass(frozen=True)
class Fault:
    """A holder did not erase a person this time, for another reason than the time before."""

    user_id: str
    holder: str
    word: str


@dataclasses.dataclass(frozen=True)
class Round:
    """What one round did."""

    finished: Sequence[AccountErasure]
    faults: Sequence[Fault]


async def erase_accounts(ports: AccountPorts) -> Round:
    """Ask every holder that is due until none is. What was answered is kept at once: a crash repeats one question."""
    finished: list[AccountErasure] = []
    faults: list[Fault] = []
    while taken := await _claim(ports):
        for each in await asyncio.gather(*(_drive(ports, erasure) for erasure in taken)):
            faults += each.faults
            finished += each.finished
    return Round(finished, faults)


async def waiting_s(ports: AccountPorts) -> float:
    """Seconds since the oldest erasure that is not finished was asked for; 0 when none is."""
    async with ports.erasures.transaction() as work:
        oldest = await work.oldest()
    return 0.0 if oldest is None else max(0.0, (ports.clock.now() - oldest).total_seconds())


async def _claim(ports: AccountPorts) -> Sequence[AccountErasure]:
    now = ports.clock.now()
    async with ports.erasures.transaction() as work:
        return await work.claim(now, now + CLAIM_LIFE, _AT_ONCE)


async def _drive(ports: AccountPorts, erasure: AccountErasure) -> Round:
    due = erasure.due(ports.clock.now())
    outcomes = await asyncio.gather(*(_ask(ports, erasure, step) for step in due))
    async with ports.erasures.transaction() as work:
        known = await work.locked(erasure.user_id)
        if known is not None and known.finished_at is None:
            # Given back: nobody need wait for the claim to run out.
            await work.save(known, known.due_at or ports.clock.now())
    return Round([each for each in outcomes if isinstance(each, AccountErasure)], _faults(outcomes))


def _faults(outcomes: Sequence[AccountErasure | Fault | None]) -> Sequence[Fault]:
    return [each for each in outcomes if isinstance(each, Fault)]


async def _ask(ports: AccountPorts, erasure: AccountErasure, step: Step) -> AccountErasure | Fault | None:
    """Ask one holder and keep what it says: the erasure where that was the last, or a fault that is news."""
    answer = await _answer_of(ports, erasure.user_id, step.holder)
    now = ports.clock.now()
    async with ports.erasures.transaction() as work:
        known = await work.locked(erasure.user_id)
        if known is None or known.finished_at is not None:
            return None
        before = known.step_of(step.holder)
        after = before.answered(answer, now) if isinstance(answer, Answer) else before.failed(answer, now)
        known = known.taken(after, now)
        if known.finished_at is not None:
            # The last thing: retention's own. Kept to here, so that nothing is missing while there is work.
            known = known.taken(_with(known.step_of(step.holder), await work.forget_evidence(erasure.user_id)), now)
            await work.sign(known)
        # Still taken by this process, whose other questions are under way.
        await work.save(known, now + CLAIM_LIFE)
    if known.finished_at is not None:
        return known
    is_news = isinstance(answer, str) and answer != before.fault
    return Fault(erasure.user_id, step.holder, after.fault) if is_news else None


def _with(step: Step, evidence: int) -> Step:
    counts: Mapping[str, int] = {**step.counts, **({"evidence": evidence} if evidence else {})}
    return dataclasses.replace(step, counts=counts)


async def _answer_of(ports: AccountPorts, user_id: str, holder: str) -> Answer | str:
    """What a holder says, or one word for why it says nothing."""
    if holder not in ports.holders:
        return "NOT_CONFIGURED"
    try:
        return await ports.holders[holder].erase(user_id)
    except HolderFailed as error:
        return error.word
