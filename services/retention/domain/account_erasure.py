"""The erasure of a person from every holder: which is asked when, and when it is over."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping, Sequence

from services.retention.domain.erasure import retry_after

LAST = "auth"
"""Asked once all the others are finished: while the account's row stands, its erasure can be asked for again."""
HOLDERS = ("library", "separation", "billing", LAST)
DOOR = "sign-in"
"""Auth in another part, of operators' erasures alone: it shuts the person out at once, whoever else is down."""
WORKING = "WORKING"
"""In place of a fault: the holder answered that it is not finished yet."""


@dataclasses.dataclass(frozen=True)
class Answer:
    """What a holder says: whether nothing is left, and what it took away in all, by kind."""

    is_finished: bool
    counts: Mapping[str, int]


@dataclasses.dataclass(frozen=True)
class Step:
    """One holder's part. Once finished it is not asked again, unless the whole is begun again."""

    holder: str
    not_before: datetime.datetime
    tries: int = 0
    finished_at: datetime.datetime | None = None
    fault: str = ""
    """Why it was not finished the last time, in one word; empty before the first try and after the last."""
    counts: Mapping[str, int] = dataclasses.field(default_factory=dict)

    def answered(self, answer: Answer, now: datetime.datetime) -> Step:
        """The holder has answered; what a finished one says later, to a call that was thought lost, changes nothing."""
        if self.finished_at is not None:
            return self
        if answer.is_finished:
            return dataclasses.replace(
                self, tries=self.tries + 1, finished_at=now, fault="", counts=dict(answer.counts)
            )
        return dataclasses.replace(self._put_off(WORKING, now), counts=dict(answer.counts))

    def failed(self, fault: str, now: datetime.datetime) -> Step:
        """The holder could not be reached, or could not do it: it is asked again after a while, for ever."""
        return self if self.finished_at is not None else self._put_off(fault, now)

    def _put_off(self, fault: str, now: datetime.datetime) -> Step:
        tries = self.tries + 1
        return dataclasses.replace(self, tries=tries, not_before=now + retry_after(tries), fault=fault)


@dataclasses.dataclass(frozen=True)
class AccountErasure:
    """All of it. `finished_at` is when the last holder was."""

    user_id: str
    requested_at: datetime.datetime
    steps: tuple[Step, ...]
    finished_at: datetime.datetime | None = None

    @property
    def open_steps(self) -> Sequence[Step]:
        """Those that may be asked: every unfinished one but the last, and then the last."""
        unfinished = [step for step in self.steps if step.finished_at is None]
        return [step for step in unfinished if step.holder != LAST] or unfinished

    def due(self, now: datetime.datetime) -> Sequence[Step]:
        """Those to be asked now."""
        return [step for step in self.open_steps if step.not_before <= now]

    @property
    def due_at(self) -> datetime.datetime | None:
        """When the next is to be asked; None once it is over."""
        return min((step.not_before for step in self.open_steps), default=None)

    def step_of(self, holder: str) -> Step:
        """A holder's part."""
        return next(step for step in self.steps if step.holder == holder)

    def taken(self, step: Step, now: datetime.datetime) -> AccountErasure:
        """With this in place of what was known of its holder; over, when it was the last that was missing."""
        steps = tuple(step if each.holder == step.holder else each for each in self.steps)
        is_over = all(each.finished_at is not None for each in steps)
        return dataclasses.replace(self, steps=steps, finished_at=self.finished_at or (now if is_over else None))


def again(erasure: AccountErasure, now: datetime.datetime) -> AccountErasure:
    """Every holder is to be asked anew where it was over; the same where it is under way.

    What each took away the last time stands until it answers: it tells all that it ever removed, but for what a backup
    made it forget.
    """
    if erasure.finished_at is None:
        return erasure
    steps = tuple(Step(step.holder, now, counts=step.counts) for step in erasure.steps)
    # An operator asks, whoever asked before: a backup may have brought back what can be signed in to.
    door = () if any(step.holder == DOOR for step in steps) else (Step(DOOR, now),)
    return AccountErasure(erasure.user_id, now, (*door, *steps))


def begun(
    user_id: str, requested_at: datetime.datetime, now: datetime.datetime, *, by_operator: bool = False
) -> AccountErasure:
    """A new one, due at once. Whom auth tells of it has shut out itself, in the commit that tells it."""
    holders = (DOOR, *HOLDERS) if by_operator else HOLDERS
    return AccountErasure(user_id, requested_at, tuple(Step(holder, now) for holder in holders))
