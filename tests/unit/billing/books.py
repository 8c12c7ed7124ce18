"""Books of the ledger kept apart, second by second, as plainly as can be: the verbs are held to them on any store."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Coroutine
from typing import Any

from chassis.testing.clock import ManualClock
from services.billing.app.assign_plan import assign_plan
from services.billing.app.expire_grants import expire_grants
from services.billing.app.get_usage import Usage, get_usage
from services.billing.app.grant_seconds import grant_seconds
from services.billing.app.list_open_reservations import ReservationPage, list_open_reservations
from services.billing.app.ports import Ports, Store
from services.billing.app.release_seconds import release_seconds
from services.billing.app.replace_grant import replace_grant
from services.billing.app.reserve_seconds import reserve_seconds
from services.billing.app.retract_grant import Retraction, retract_grant
from services.billing.app.settle_seconds import Settlement, settle_seconds
from services.billing.domain import errors
from services.billing.domain.grants import Grant, Order, Renewal, Source
from services.billing.domain.plans import Catalogue, Plan
from services.billing.domain.sheets import Sheet

Call = Coroutine[Any, Any, object]
Run = Callable[[Call], object]

SMALL = Plan("small", "Small", seconds_a_month=20, longest_song_s=12, parallel_jobs=1)
LARGE = Plan("large", "Large", seconds_a_month=50, longest_song_s=24, parallel_jobs=1)
PLANS = Catalogue((SMALL, LARGE), SMALL)
OWNERS = ("anna", "bert")
BEGINNING = datetime.datetime(2030, 1, 30, 23, tzinfo=datetime.UTC)
_REFUSALS = tuple(kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception))


@dataclasses.dataclass
class Pot:
    """A grant: its seconds are in exactly one of five heaps."""

    grant_id: str
    owner: str
    starts_at: datetime.datetime
    ends_at: datetime.datetime
    terms: tuple[object, ...]
    nominal: int
    is_paid_period: bool = False
    left: int = 0
    held: int = 0
    charged: int = 0
    expired: int = 0
    retracted: int = 0
    closed: bool = False
    carried: int = 0
    """What the pots before it in its line bring, less than none when they were overdrawn."""
    successor: Pot | None = None
    first_start: datetime.datetime | None = None

    @property
    def granted(self) -> int:
        return self.left + self.held + self.charged + self.expired + self.retracted

    @property
    def used(self) -> int:
        return self.held + self.charged

    def live(self, now: datetime.datetime) -> bool:
        return self.starts_at <= now < self.ends_at


@dataclasses.dataclass
class Job:
    """A job: the pot of each second that it reserved, in the order in which they were drawn."""

    owner: str = ""
    reserved_at: datetime.datetime = BEGINNING
    seconds: list[Pot] = dataclasses.field(default_factory=list)
    charged: int | None = None
    released: bool = False


class Books:
    """Calls the verbs and says what each must answer; `tag` keeps this run's names apart from other runs'."""

    def __init__(self, store: Store, wait_for: Run, tag: str = "") -> None:
        self.clock = ManualClock(BEGINNING)
        self.ports = Ports(store, self.clock, PLANS)
        self.wait_for = wait_for
        self.tag = tag
        self.pots: dict[str, Pot] = {}
        self.jobs: dict[str, Job] = {}
        self.accounts: dict[str, tuple[Plan, Renewal]] = {}

    def outcome(self, call: Call) -> object:
        """What a verb returned, or the kind of its refusal."""
        try:
            return self.wait_for(call)
        except _REFUSALS as error:
            return type(error)

    @property
    def now(self) -> datetime.datetime:
        return self.clock.now()

    def account(self, owner: str) -> tuple[Plan, Renewal]:
        return self.accounts.get(owner, (SMALL, Renewal.CALENDAR_MONTH))

    # ---- What the books say of a person -----------------------------------------------------------------------------

    def fill_month(self, owner: str) -> None:
        """Bring the month's pot to the plan's seconds, as a reservation or a change of plan does."""
        plan, renewal = self.account(owner)
        if renewal is Renewal.SUBSCRIPTION:
            return
        begins_at = self.now.replace(day=1, hour=0)
        ends_at = (begins_at + datetime.timedelta(days=32)).replace(day=1)
        name = f"plan_month:{self.tag}{owner}:{begins_at:%Y-%m}"
        pot = self.pots.setdefault(name, Pot(name, owner, begins_at, ends_at, (), plan.seconds_a_month))
        if not pot.closed:
            pot.left = max(0, plan.seconds_a_month - pot.used)

    def left(self, owner: str) -> int:
        """What the person may reserve, with what the month would bring."""
        plan, renewal = self.account(owner)
        month = f"plan_month:{self.tag}{owner}:{self.now:%Y-%m}"
        left = 0
        for pot in self.pots.values():
            if pot.owner == owner and pot.live(self.now) and not pot.closed:
                by_month = pot.grant_id == month and renewal is Renewal.CALENDAR_MONTH
                left += max(0, plan.seconds_a_month - pot.used) if by_month else pot.left
        if renewal is Renewal.CALENDAR_MONTH and month not in self.pots:
            left += plan.seconds_a_month
        return left

    def period_start(self, owner: str) -> datetime.datetime:
        _, renewal = self.account(owner)
        paid = [each for each in self.pots.values() if each.owner == owner and each.is_paid_period]
        current = max(
            (pot for pot in paid if pot.live(self.now)),
            key=lambda pot: (pot.ends_at, pot.starts_at, pot.grant_id),
            default=None,
        )
        if renewal is Renewal.CALENDAR_MONTH or current is None:
            return self.now.replace(day=1, hour=0)
        before = current
        line = [current]
        while found := next((pot for pot in self.pots.values() if pot.successor is before), None):
            before = found
            line.append(found)
        after = current.successor
        while after:
            line.append(after)
            after = after.successor
        # What ends at another time is another period, as a year is that takes a month's place.
        same = [pot for pot in line if pot.is_paid_period and pot.ends_at == current.ends_at]
        return min(pot.starts_at for pot in same if pot.live(self.now))

    def give_back(self, pot: Pot) -> None:
        """One second that a job held comes back."""
        if pot.closed:
            pot.retracted += 1
        elif pot.ends_at <= self.now:
            pot.expired += 1
        else:
            pot.left += 1
        heir = pot.successor
        while heir:
            heir.carried += 1
            # Behind a debt, a second that comes back only makes the debt smaller.
            if heir.successor is None and not heir.closed and self.now < heir.ends_at:
                heir.left += heir.nominal + heir.carried - heir.granted > 0
            heir = heir.successor

    # ---- Verbs ------------------------------------------------------------------------------------------------------

    def reserve(self, owner: str, name: str, seconds: int) -> None:
        left = self.left(owner)
        got = self.outcome(reserve_seconds(self.ports, self.tag + owner, self.tag + name, seconds))
        job, plan = self.jobs.get(name), self.account(owner)[0]
        if job is not None:
            expected: object = left
            if job.released:
                expected = errors.ReservationReleased
            elif job.owner != owner:
                expected = errors.ReservationMismatch
        elif seconds <= 0:
            expected = errors.SecondsInvalid
        elif seconds > plan.longest_song_s:
            expected = errors.TooLong
        elif seconds > left:
            expected = errors.MinutesExhausted
        else:
            expected = left - seconds
            self.fill_month(owner)
            job = self.jobs[name] = Job(owner, self.now)
            for _ in range(seconds):
                open_pots = [
                    pot
                    for pot in self.pots.values()
                    if pot.owner == owner and pot.left and not pot.closed and pot.live(self.now)
                ]
                first = min(open_pots, key=lambda pot: (pot.ends_at, pot.starts_at, pot.grant_id))
                first.left -= 1
                first.held += 1
                job.seconds.append(first)
        assert got == expected

    def settle(self, name: str, seconds: int) -> None:
        got = self.outcome(settle_seconds(self.ports, self.tag + name, seconds))
        job = self.jobs.get(name)
        if seconds < 0:
            assert got is errors.SecondsInvalid
        elif job is None:
            assert got is errors.ReservationNotFound
        elif job.released:
            assert got is errors.ReservationReleased
        elif job.charged is not None:
            assert got == Settlement(job.charged, is_new=False)
        else:
            job.charged = min(seconds, len(job.seconds))
            assert got == Settlement(job.charged, is_new=True)
            for number, pot in enumerate(job.seconds):
                pot.held -= 1
                if number < job.charged:
                    pot.charged += 1
                else:
                    self.give_back(pot)

    def release(self, name: str) -> None:
        got = self.outcome(release_seconds(self.ports, self.tag + name))
        job = self.jobs.setdefault(name, Job())
        if job.charged is not None:
            assert got is errors.ReservationSettled
            return
        assert got is None
        if not job.released:
            job.released = True
            for pot in job.seconds:
                pot.held -= 1
                self.give_back(pot)

    def assign(self, owner: str, plan: Plan, renewal: Renewal) -> None:
        assert self.outcome(assign_plan(self.ports, self.tag + owner, plan.name, renewal)) == plan
        self.accounts[owner] = (plan, renewal)
        self.fill_month(owner)

    def order(self, owner: str, number: int, seconds: int, starts_in_h: int, life_h: int) -> Order:
        source = (Source.PLAN_PERIOD, Source.TOP_UP)[number % 2]
        starts_at = self.now + datetime.timedelta(hours=starts_in_h)
        ends_at = starts_at + datetime.timedelta(hours=life_h)
        return Order(self.tag + owner, source, f"{self.tag}{number}", seconds, starts_at, ends_at)

    def add_pot(self, order: Order, owner: str, *terms: object) -> Pot:
        name = f"{order.source.value}:{order.reference}"
        paid = order.source is Source.PLAN_PERIOD
        pot = Pot(name, owner, order.starts_at, order.expires_at, (order, *terms), order.seconds, paid)
        self.pots[name] = pot
        return pot

    def grant(self, owner: str, number: int, seconds: int, starts_in_h: int, life_h: int) -> None:
        order = self.order(owner, number, seconds, starts_in_h, life_h)
        got = self.outcome(grant_seconds(self.ports, order))
        there = self.pots.get(f"{order.source.value}:{order.reference}")
        if seconds < 0 or life_h <= 0:
            assert got is errors.GrantInvalid
        elif there:
            assert (there.terms == (order,)) == isinstance(got, Grant)
        else:
            assert isinstance(got, Grant)
            self.add_pot(order, owner).left = seconds

    def repeat_grant(self, number: int) -> None:
        """What was granted is ordered again, on the very same terms."""
        for pot in list(self.pots.values()):
            match pot.terms:
                case (Order() as order,) if order.reference == f"{self.tag}{number}":
                    assert self.outcome(grant_seconds(self.ports, order)) == self.sheets()[pot.grant_id].grant

    def replace(self, owner: str, old: str, number: int, seconds: int, kept: int) -> None:
        order = self.order(owner, number, seconds, 0, 24 * 20)
        got = self.outcome(replace_grant(self.ports, old, order, kept))
        replaced, there = self.pots.get(old), self.pots.get(f"{order.source.value}:{order.reference}")
        if replaced is None:
            assert got is errors.GrantNotFound
        elif seconds < 0:
            assert got is errors.GrantInvalid
        elif replaced.owner != owner:
            assert got is errors.GrantMismatch
        elif not 0 <= kept <= replaced.nominal:
            assert got is errors.GrantInvalid
        elif not replaced.successor and (replaced.closed or replaced.ends_at <= self.now):
            assert got is errors.GrantEnded
        elif there:
            assert (there.terms == (order, old, kept)) == isinstance(got, Grant)
        elif replaced.successor:
            assert got is errors.GrantReplaced
        else:
            assert isinstance(got, Grant)
            replaced.retracted, replaced.left, replaced.closed = replaced.retracted + replaced.left, 0, True
            pot = replaced.successor = self.add_pot(order, owner, old, kept)
            pot.carried = replaced.carried + kept - replaced.used
            pot.left = max(0, seconds + pot.carried)

    def retract(self, owner: str, name: str) -> None:
        got = self.outcome(retract_grant(self.ports, self.tag + owner, name))
        pot = self.pots.get(name)
        if pot is None or pot.owner != owner:
            assert got is errors.GrantNotFound
            return
        pot.retracted, pot.left, pot.closed = pot.retracted + pot.left, 0, True
        assert got == Retraction(pot.retracted, pot.successor.grant_id if pot.successor else None)

    def expire(self) -> None:
        assert self.outcome(expire_grants(self.ports)) is None
        for pot in self.pots.values():
            if pot.ends_at <= self.now:
                pot.expired, pot.left = pot.expired + pot.left, 0

    def travel(self, hours: int) -> None:
        self.clock.advance(hours=hours)

    # ---- What must always hold --------------------------------------------------------------------------------------

    def sheets(self) -> dict[str, Sheet]:
        """Every grant of everybody, summed, whether it has ended or not."""
        found: dict[str, Sheet] = {}

        async def read() -> None:
            async with self.ports.store.transaction() as work:
                for owner in OWNERS:
                    sheets = await work.sheets(self.tag + owner, BEGINNING - datetime.timedelta(days=400))
                    found.update({sheet.grant.grant_id: sheet for sheet in sheets})

        self.wait_for(read())
        return found

    def check(self) -> None:
        """Every grant is what the books say, none is below zero, and each job was charged once at most."""
        sheets = self.sheets()
        assert sheets.keys() == self.pots.keys()
        for name, pot in self.pots.items():
            sheet = sheets[name]
            heaps = (sheet.left_s, sheet.held_s, sheet.charged_s, sheet.expired_s, sheet.retracted_s)
            assert heaps == (pot.left, pot.held, pot.charged, pot.expired, pot.retracted), pot
            assert min(heaps) >= 0
            assert sum(heaps) == sheet.granted_s == pot.granted
            assert sheet.is_closed == pot.closed
        for owner in OWNERS:
            self.check_person(owner)
        charged = sum(job.charged or 0 for job in self.jobs.values())
        assert sum(pot.charged for pot in self.pots.values()) == charged

    def check_person(self, owner: str) -> None:
        usage = self.wait_for(get_usage(self.ports, self.tag + owner))
        assert isinstance(usage, Usage)
        assert usage.state.plan == self.account(owner)[0]
        assert usage.left_s == self.left(owner) >= 0
        mine = [job for job in self.jobs.values() if job.owner == owner]
        assert usage.reserved_s == sum(len(job.seconds) for job in mine if job.charged is None and not job.released)
        since = self.period_start(owner)
        assert usage.settled_s == sum(job.charged or 0 for job in mine if job.reserved_at >= since)

    def finish(self) -> None:
        """Every job ends, one way or the other, and then nothing is held and no reservation is open."""
        for number, (name, job) in enumerate(self.jobs.items()):
            if job.charged is None and not job.released:
                if number % 2:
                    self.settle(name, 5)
                else:
                    self.release(name)
        self.check()
        assert not any(pot.held for pot in self.pots.values())
        page = self.wait_for(list_open_reservations(self.ports, datetime.timedelta(seconds=-1), None, 500))
        assert isinstance(page, ReservationPage)
        assert [each.job_id for each in page.reservations if each.job_id.startswith(self.tag)] == []
