"""The ledger's promises as a state machine: it drives the verbs on any store and keeps books of its own."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Coroutine
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from chassis.testing.clock import ManualClock
from services.billing.app.assign_plan import assign_plan
from services.billing.app.get_usage import Usage, get_usage
from services.billing.app.ports import Ports, Store
from services.billing.app.release_seconds import release_seconds
from services.billing.app.reserve_seconds import reserve_seconds
from services.billing.app.settle_seconds import settle_seconds
from services.billing.domain import errors
from services.billing.domain.month import Month, month_of
from services.billing.domain.plans import Catalogue, Plan

Call = Coroutine[Any, Any, object]
Run = Callable[[Call], object]

SMALL = Plan("small", "Small", seconds_a_month=100, longest_song_s=60, parallel_jobs=1)
LARGE = Plan("large", "Large", seconds_a_month=250, longest_song_s=120, parallel_jobs=1)
PLANS = Catalogue((SMALL, LARGE), SMALL)

owners = st.sampled_from(["anna", "bert"])
jobs = st.sampled_from([f"job{number}" for number in range(6)])
amounts = st.integers(min_value=-1, max_value=130)


@dataclasses.dataclass
class Job:
    """The books' own view of one job; without an owner, it was released before it reserved."""

    owner_id: str = ""
    month: Month | None = None
    reserved_s: int = 0
    charged_s: int | None = None
    released: bool = False

    @property
    def held_s(self) -> int:
        if self.released:
            return 0
        return self.reserved_s if self.charged_s is None else self.charged_s


class LedgerMachine(RuleBasedStateMachine):
    """Reserve, settle, release, change plans and travel in time, in any order and as often as one likes."""

    def __init__(self, store: Store, wait_for: Run, tag: str = "") -> None:
        """`wait_for` waits for a coroutine; `tag` keeps this run's names apart from other runs'."""
        super().__init__()
        self.clock = ManualClock(datetime.datetime(2030, 1, 30, 23, tzinfo=datetime.UTC))
        self.ports = Ports(store, self.clock, PLANS)
        self.wait_for = wait_for
        self.tag = tag
        self.jobs: dict[str, Job] = {}
        self.plans: dict[str, Plan] = {}

    def outcome(self, call: Call) -> object:
        """What a verb returned, or the kind of its refusal."""
        try:
            return self.wait_for(call)
        except tuple(vars(errors)[name] for name in _REFUSALS) as error:
            return type(error)

    def plan(self, owner_id: str) -> Plan:
        return self.plans.get(owner_id, SMALL)

    def held_s(self, owner_id: str) -> int:
        month = month_of(self.clock.now())
        return sum(job.held_s for job in self.jobs.values() if (job.owner_id, job.month) == (owner_id, month))

    def left_s(self, owner_id: str) -> int:
        return max(0, self.plan(owner_id).seconds_a_month - self.held_s(owner_id))

    @rule(owner_id=owners, job_id=jobs, seconds=amounts)
    def reserve(self, owner_id: str, job_id: str, seconds: int) -> None:
        got = self.outcome(reserve_seconds(self.ports, self.tag + owner_id, self.tag + job_id, seconds))
        job = self.jobs.get(job_id)
        if job is not None:
            if job.released:
                assert got is errors.ReservationReleased
            elif job.owner_id != owner_id:
                assert got is errors.ReservationMismatch
            else:
                assert got == self.left_s(owner_id)
        elif seconds <= 0:
            assert got is errors.SecondsInvalid
        elif seconds > self.plan(owner_id).longest_song_s:
            assert got is errors.TooLong
        elif seconds > self.left_s(owner_id):
            assert got is errors.MinutesExhausted
        else:
            self.jobs[job_id] = Job(owner_id, month_of(self.clock.now()), seconds)
            assert got == self.left_s(owner_id)

    @rule(job_id=jobs, seconds=amounts)
    def settle(self, job_id: str, seconds: int) -> None:
        got = self.outcome(settle_seconds(self.ports, self.tag + job_id, seconds))
        job = self.jobs.get(job_id)
        if seconds < 0:
            assert got is errors.SecondsInvalid
        elif job is None:
            assert got is errors.ReservationNotFound
        elif job.released:
            assert got is errors.ReservationReleased
        else:
            if job.charged_s is None:
                job.charged_s = min(seconds, job.reserved_s)
            assert getattr(got, "charged_s", None) == job.charged_s

    @rule(job_id=jobs)
    def release(self, job_id: str) -> None:
        got = self.outcome(release_seconds(self.ports, self.tag + job_id))
        job = self.jobs.setdefault(job_id, Job())
        if job.charged_s is not None:
            assert got is errors.ReservationSettled
        else:
            job.released = True
            assert got is None

    @rule(owner_id=owners, plan=st.sampled_from(PLANS.plans))
    def assign(self, owner_id: str, plan: Plan) -> None:
        assert self.outcome(assign_plan(self.ports, self.tag + owner_id, plan.name)) == plan
        self.plans[owner_id] = plan

    @rule(hours=st.integers(min_value=1, max_value=24 * 20))
    def travel(self, hours: int) -> None:
        self.clock.advance(hours=hours)

    @invariant()
    def usage_matches_the_books(self) -> None:
        for owner_id in ("anna", "bert"):
            usage = self.wait_for(get_usage(self.ports, self.tag + owner_id))
            assert isinstance(usage, Usage)
            assert usage.plan == self.plan(owner_id)
            assert usage.sheet.held_s == self.held_s(owner_id)
            assert usage.left_s == self.left_s(owner_id)
            # Never below zero, and never more than was granted, unless the month has no entry yet.
            assert usage.sheet.granted_s >= usage.sheet.held_s >= usage.sheet.settled_s >= 0


_REFUSALS = (
    "SecondsInvalid",
    "TooLong",
    "MinutesExhausted",
    "ReservationNotFound",
    "ReservationMismatch",
    "ReservationReleased",
    "ReservationSettled",
)
