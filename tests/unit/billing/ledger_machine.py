"""The ledger's promises as a state machine, and as histories read from bytes, which are fast enough for very many."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.billing.app.ports import Store
from services.billing.domain.grants import Renewal
from services.billing.domain.plans import Plan
from tests.unit.billing.books import OWNERS, PLANS, Books, Run

owners = st.sampled_from(OWNERS)
jobs = st.sampled_from([f"job{number}" for number in range(6)])
references = st.integers(min_value=0, max_value=7)
amounts = st.integers(min_value=-1, max_value=26)
granted = st.integers(min_value=-1, max_value=60)
hours = st.integers(min_value=1, max_value=24 * 20)


class LedgerMachine(RuleBasedStateMachine):
    """Every verb and travels in time, in any order and as often as one likes."""

    compare_every = 1
    """After how many steps the books are compared. What was once wrong stays wrong, so more only save time."""
    steps = 0

    def __init__(self, store: Store, wait_for: Run, tag: str = "") -> None:
        """`wait_for` waits for a coroutine; `tag` keeps this run's names apart from other runs'."""
        super().__init__()
        self.books = Books(store, wait_for, tag)

    def name(self, number: int) -> str:
        """A grant's, as far as there are any."""
        names = list(self.books.pots)
        return names[number % len(names)] if names else "none"

    @rule(owner=owners, job=jobs, seconds=amounts)
    def reserve(self, owner: str, job: str, seconds: int) -> None:
        self.books.reserve(owner, job, seconds)

    @rule(job=jobs, seconds=amounts)
    def settle(self, job: str, seconds: int) -> None:
        self.books.settle(job, seconds)

    @rule(job=jobs)
    def release(self, job: str) -> None:
        self.books.release(job)

    @rule(owner=owners, plan=st.sampled_from(PLANS.plans), renewal=st.sampled_from(Renewal))
    def assign(self, owner: str, plan: Plan, renewal: Renewal) -> None:
        self.books.assign(owner, plan, renewal)

    @rule(owner=owners, number=references, seconds=granted, starts_in_h=st.integers(-30, 30), life_h=hours)
    def grant(self, owner: str, number: int, seconds: int, starts_in_h: int, life_h: int) -> None:
        self.books.grant(owner, number, seconds, starts_in_h, life_h)

    @rule(number=references)
    def repeat_grant(self, number: int) -> None:
        self.books.repeat_grant(number)

    @rule(owner=owners, old=st.integers(0, 9), number=references, seconds=granted, kept=granted)
    def replace(self, owner: str, old: int, number: int, seconds: int, kept: int) -> None:
        self.books.replace(owner, self.name(old), number, seconds, kept)

    @rule(owner=owners, number=st.integers(0, 9))
    def retract(self, owner: str, number: int) -> None:
        self.books.retract(owner, self.name(number))

    @rule()
    def expire(self) -> None:
        self.books.expire()

    @rule(hours=hours)
    def travel(self, hours: int) -> None:
        self.books.travel(hours)

    @invariant()
    def books_agree(self) -> None:
        self.steps += 1
        if self.steps % self.compare_every == 0:
            self.books.check()

    def teardown(self) -> None:
        self.books.finish()


def live_through(history: bytes, books: Books) -> None:
    """Six bytes are one act. The books are compared after every fourth, and at the end, when each job has ended."""
    life = _Life(books)
    for number, start in enumerate(range(0, len(history) - 5, 6)):
        act, *numbers = history[start : start + 6]
        life.acts[act % len(life.acts)](numbers)
        if number % 4 == 3:
            books.check()
    books.finish()


class _Life:
    """Acts by five bytes each, mostly lawful: a history of refusals says little."""

    def __init__(self, books: Books) -> None:
        self.books = books
        common = [self.reserve, self.reserve, self.reserve, self.settle, self.settle, self.release, self.grant]
        common += [self.replace, self.travel]
        rare = [self.assign, self.repeat_grant, self.retract, self.expire]
        self.acts: Sequence[Callable[[list[int]], None]] = [*common, *common, *rare]

    def owner(self, number: int) -> str:
        return OWNERS[number % 8 == 0]

    def pot(self, by: list[int]) -> tuple[str, str]:
        names = list(self.books.pots)
        name = names[by[1] % len(names)] if names else "none"
        return (self.books.pots[name].owner if names and by[0] % 16 else self.owner(by[0])), name

    def job(self, by: list[int]) -> str:
        known = list(self.books.jobs)
        return known[by[1] % len(known)] if known and by[0] % 8 else f"job{by[1] % 9}"

    def reserve(self, by: list[int]) -> None:
        self.books.reserve(self.owner(by[0]), f"job{by[1] % 12}", by[2] % (27 if by[3] % 8 == 0 else 13))

    def settle(self, by: list[int]) -> None:
        self.books.settle(self.job(by), by[2] % 14 - 1)

    def release(self, by: list[int]) -> None:
        self.books.release(self.job(by))

    def assign(self, by: list[int]) -> None:
        self.books.assign(self.owner(by[0]), PLANS.plans[by[1] % 2], list(Renewal)[by[2] % 2])

    def grant(self, by: list[int]) -> None:
        self.books.grant(self.owner(by[0]), by[1] % 8, by[2] % 62 - 1, by[3] % 32 - 30, by[4] * 2)

    def repeat_grant(self, by: list[int]) -> None:
        self.books.repeat_grant(by[1] % 8)

    def replace(self, by: list[int]) -> None:
        self.books.replace(*self.pot(by), by[2] % 8, by[3] % 62 - 1, by[4] % (34 if by[4] % 2 else 5) - 1)

    def retract(self, by: list[int]) -> None:
        self.books.retract(*self.pot(by))

    def expire(self, _: list[int]) -> None:
        self.books.expire()

    def travel(self, by: list[int]) -> None:
        self.books.travel(1 + by[0] % 72)
