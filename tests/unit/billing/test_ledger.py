"""The ledger's rules, one by one."""

from __future__ import annotations

import asyncio
import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.testing.clock import ManualClock
from services.billing.app.assign_plan import assign_plan
from services.billing.app.get_usage import get_usage
from services.billing.app.ports import Ports
from services.billing.app.release_seconds import release_seconds
from services.billing.app.reserve_seconds import reserve_seconds
from services.billing.app.settle_seconds import settle_seconds
from services.billing.domain.errors import (
    MinutesExhausted,
    ReservationReleased,
    ReservationSettled,
    TooLong,
    UnknownPlan,
)
from services.billing.domain.facts import MinutesSettled
from services.billing.domain.grants import Account
from services.billing.domain.month import Month, month_of
from services.billing.domain.plans import PLANS, catalogue
from tests.unit.billing.fake_ledger import FakeStore

MINUTE_S = 60


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.datetime(2030, 1, 31, 23, 59, tzinfo=datetime.UTC))


@pytest.fixture
def ports(store: FakeStore, clock: ManualClock) -> Ports:
    return Ports(store, clock, catalogue("free"))


async def test_completed_job_is_charged_once(ports: Ports, store: FakeStore) -> None:
    """Settling twice charges once and publishes one fact."""
    await reserve_seconds(ports, "usr_1", "job_1", 300)
    assert (await settle_seconds(ports, "job_1", 280)).charged_s == 280
    assert (await settle_seconds(ports, "job_1", 290)).charged_s == 280
    assert store.facts == [MinutesSettled("usr_1", "job_1", 280)]
    assert (await get_usage(ports, "usr_1")).left_s == 60 * MINUTE_S - 280


class SlowStore(FakeStore):
    """A store where an account is locked only when somebody else's work has ended, minutes later."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__()
        self._clock = clock

    async def lock_account(self, owner_id: str) -> Account:
        self._clock.advance(minutes=2)
        return await super().lock_account(owner_id)

    async def lock_books(self, owner_id: str) -> None:
        self._clock.advance(minutes=2)


@pytest.mark.parametrize("settled_s", [None, 100])
async def test_job_ends_when_its_account_is_locked(clock: ManualClock, settled_s: int | None) -> None:
    """A job that waits for its account over the end of the month gives back what can be used no longer."""
    clock.advance(minutes=-3)
    store = SlowStore(clock)
    ports = Ports(store, clock, catalogue("free"))
    await reserve_seconds(ports, "usr_1", "job_1", 300)
    if settled_s is None:
        await release_seconds(ports, "job_1")
    else:
        await settle_seconds(ports, "job_1", settled_s)
    times = [entry.at for entry in store.written]
    assert times == sorted(times)
    assert times[-1] == clock.now()
    assert store.sums["plan_month:usr_1:2030-01"].expired_s == 300 - (settled_s or 0)


async def test_charge_is_at_most_the_reservation(ports: Ports) -> None:
    """A song that turns out longer than reserved is charged what was reserved."""
    await reserve_seconds(ports, "usr_1", "job_1", 300)
    assert (await settle_seconds(ports, "job_1", 9_999)).charged_s == 300


async def test_failed_job_costs_nothing(ports: Ports) -> None:
    """After a release all seconds are there again, and a late charge is refused."""
    await reserve_seconds(ports, "usr_1", "job_1", 300)
    await release_seconds(ports, "job_1")
    await release_seconds(ports, "job_1")
    assert (await get_usage(ports, "usr_1")).left_s == 60 * MINUTE_S
    with pytest.raises(ReservationReleased):
        await settle_seconds(ports, "job_1", 300)


async def test_charged_job_is_not_released(ports: Ports) -> None:
    """What was charged is not given back by a late release."""
    await reserve_seconds(ports, "usr_1", "job_1", 300)
    await settle_seconds(ports, "job_1", 300)
    with pytest.raises(ReservationSettled):
        await release_seconds(ports, "job_1")


async def test_release_before_reservation_bars_it(ports: Ports, store: FakeStore) -> None:
    """A reservation that arrives after its release is refused and holds nothing."""
    await release_seconds(ports, "job_1")
    with pytest.raises(ReservationReleased):
        await reserve_seconds(ports, "usr_1", "job_1", 300)
    assert [entry.seconds for entry in store.written] == [0]


async def test_reservation_counts_in_its_own_month(ports: Ports, clock: ManualClock, store: FakeStore) -> None:
    """A job reserved in January and settled in February is charged to January, and February is untouched."""
    await reserve_seconds(ports, "usr_1", "job_1", 300)
    clock.advance(minutes=2)
    await settle_seconds(ports, "job_1", 300)
    usage = await get_usage(ports, "usr_1")
    assert (usage.state.period.starts_at, usage.settled_s, usage.left_s) == (Month(2030, 2).begins_at, 0, 60 * MINUTE_S)
    assert store.of_month("usr_1", Month(2030, 1).first_day).charged_s == 300


async def test_minutes_come_anew_each_month(ports: Ports, clock: ManualClock) -> None:
    """Who has used up a month can go on at the first moment of the next."""
    for number in range(4):
        await reserve_seconds(ports, "usr_1", f"job_{number}", 15 * MINUTE_S)
    with pytest.raises(MinutesExhausted):
        await reserve_seconds(ports, "usr_1", "job_late", 1)
    clock.advance(minutes=1)
    assert await reserve_seconds(ports, "usr_1", "job_late", 1) == 60 * MINUTE_S - 1


async def test_exhaustion_says_what_is_left_and_until_when(ports: Ports) -> None:
    """The refusal names seconds left and the renewal date, for people and for programs."""
    for number in range(4):
        await reserve_seconds(ports, "usr_1", f"job_{number}", 14 * MINUTE_S)
    with pytest.raises(MinutesExhausted) as caught:
        await reserve_seconds(ports, "usr_1", "job_late", 245)
    assert str(caught.value) == (
        "This song needs 4:05 minutes, and you have 4 minutes left on the Free plan. "
        "New minutes come on 1 February 2030."
    )
    assert caught.value.facts == {
        "seconds": "245",
        "left_s": "240",
        "renews_at": "2030-02-01T00:00:00+00:00",
        "plan": "free",
    }


async def test_too_long_says_limit_and_plan(ports: Ports, store: FakeStore) -> None:
    """A song over the plan's limit is refused with the limit and the plan, and nothing is written."""
    with pytest.raises(TooLong) as caught:
        await reserve_seconds(ports, "usr_1", "job_1", 15 * MINUTE_S + 1)
    assert str(caught.value) == "This song lasts 15:01 minutes; the Free plan takes songs of up to 15 minutes."
    assert caught.value.facts == {"seconds": "901", "longest_song_s": "900", "plan": "free"}
    assert store.written == []


async def test_plan_change_counts_at_once(ports: Ports, store: FakeStore) -> None:
    """A larger plan's seconds are there in the same month; going back keeps what was used, and farms no minutes."""
    await reserve_seconds(ports, "usr_1", "job_1", 900)
    await assign_plan(ports, "usr_1", "pro")
    assert (await get_usage(ports, "usr_1")).left_s == 1_000 * MINUTE_S - 900
    await reserve_seconds(ports, "usr_1", "job_2", 60 * MINUTE_S)
    await assign_plan(ports, "usr_1", "free")
    assert (await get_usage(ports, "usr_1")).left_s == 0
    await assign_plan(ports, "usr_1", "pro")
    assert store.of_month("usr_1", Month(2030, 1).first_day).granted_s == 1_000 * MINUTE_S


async def test_unknown_plan_is_refused(ports: Ports) -> None:
    """Nobody can be put on a plan that does not exist, and no default can name one."""
    with pytest.raises(UnknownPlan):
        await assign_plan(ports, "usr_1", "gold")
    with pytest.raises(UnknownPlan):
        catalogue("gold")


async def test_parallel_reservations_share_one_balance(ports: Ports) -> None:
    """Twenty at once with minutes for four: four win."""
    results = await asyncio.gather(
        *(reserve_seconds(ports, "usr_1", f"job_{number}", 900) for number in range(20)), return_exceptions=True
    )
    assert sum(not isinstance(result, MinutesExhausted) for result in results) == 4


@given(st.datetimes(timezones=st.timezones()))
def test_month_holds_its_moments(moment: datetime.datetime) -> None:
    """Every moment lies in exactly the month that renews next after it, whatever its zone."""
    try:
        moment = moment.astimezone(datetime.UTC)
        month = month_of(moment)
        renews_at = month.renews_at
    except (OverflowError, ValueError):
        return  # The first and last day that Python can name.
    assert month.first_day <= moment.date()
    assert moment < renews_at
    assert month_of(renews_at - datetime.timedelta(microseconds=1)) == month


def test_plans_are_what_is_advertised() -> None:
    """Names, monthly minutes, longest songs in minutes and parallel jobs of every plan."""
    assert [
        (plan.name, plan.seconds_a_month // 60, plan.longest_song_s // 60, plan.parallel_jobs) for plan in PLANS
    ] == [("free", 60, 15, 1), ("pro", 1_000, 60, 3), ("studio", 6_000, 720, 5), ("home", 100_000, 45, 2)]
