"""What becomes of granted seconds, rule by rule."""

from __future__ import annotations

import dataclasses
import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.testing.clock import ManualClock
from services.billing.app.assign_plan import assign_plan
from services.billing.app.expire_grants import BATCH, expire_grants
from services.billing.app.get_usage import get_usage
from services.billing.app.grant_seconds import grant_seconds
from services.billing.app.list_entries import list_entries
from services.billing.app.list_open_reservations import list_open_reservations
from services.billing.app.ports import Ports
from services.billing.app.release_seconds import release_seconds
from services.billing.app.replace_grant import replace_grant
from services.billing.app.reserve_seconds import reserve_seconds
from services.billing.app.retract_grant import Retraction, retract_grant
from services.billing.app.settle_seconds import settle_seconds
from services.billing.domain.entries import EntryKind
from services.billing.domain.errors import (
    GrantEnded,
    GrantInvalid,
    GrantMismatch,
    GrantNotFound,
    GrantReplaced,
    MinutesExhausted,
)
from services.billing.domain.grants import Order, Renewal, Source, prorated
from services.billing.domain.plans import catalogue
from tests.unit.billing.fake_ledger import FakeStore

DAY = datetime.timedelta(days=1)
HOUR_S = 3600
FREE_S = HOUR_S


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.datetime(2030, 1, 10, tzinfo=datetime.UTC))


@pytest.fixture
def ports(store: FakeStore, clock: ManualClock) -> Ports:
    return Ports(store, clock, catalogue("free"))


def pack(clock: ManualClock, reference: str = "cs_1", seconds: int = 600, days: int = 365) -> Order:
    now = clock.now()
    return Order("usr_1", Source.TOP_UP, reference, seconds, now, now + days * DAY)


def period(clock: ManualClock, reference: str, seconds: int, days: int = 30) -> Order:
    return dataclasses.replace(pack(clock, reference, seconds, days), source=Source.PLAN_PERIOD, plan="pro")


async def left_s(ports: Ports) -> int:
    return (await get_usage(ports, "usr_1")).left_s


async def test_one_payment_grants_once(ports: Ports, clock: ManualClock, store: FakeStore) -> None:
    """A grant that is ordered again for one reference is the first one; on other terms it is refused."""
    first = await grant_seconds(ports, pack(clock))
    clock.advance(hours=1)
    order = dataclasses.replace(pack(clock), starts_at=first.starts_at, expires_at=first.expires_at)
    assert await grant_seconds(ports, order) == first
    for other in ({"seconds": 601}, {"owner_id": "usr_2"}, {"expires_at": first.expires_at + DAY}):
        with pytest.raises(GrantMismatch):
            await grant_seconds(ports, dataclasses.replace(order, **other))
    assert [entry.seconds for entry in store.written] == [600]


@pytest.mark.parametrize(
    "fault",
    [
        {"owner_id": ""},
        {"reference": ""},
        {"reference": "r" * 201},
        {"seconds": -1},
        {"source": Source.PLAN_MONTH},
        {"expires_at": datetime.datetime(2030, 1, 10, tzinfo=datetime.UTC)},
    ],
)
async def test_senseless_grants_are_refused(ports: Ports, clock: ManualClock, fault: dict[str, object]) -> None:
    """Nobody is granted seconds without a name, a reference or an end, less than none, or a month's by order."""
    with pytest.raises(GrantInvalid):
        await grant_seconds(ports, dataclasses.replace(pack(clock), **fault))  # type: ignore[arg-type]  # fields of one


async def test_what_ends_first_is_used_first(ports: Ports, clock: ManualClock, store: FakeStore) -> None:
    """A job draws on the grants in the order of their ends, is charged in that order, and gives back the longest."""
    late = await grant_seconds(ports, pack(clock, "cs_late", days=365))
    soon = await grant_seconds(ports, pack(clock, "cs_soon", seconds=100, days=5))
    await reserve_seconds(ports, "usr_1", "job_0", 15 * 60)
    assert store.sums[soon.grant_id].held_s == 100
    assert store.of_month("usr_1", clock.now()).held_s == 800
    for number in range(1, 4):
        await reserve_seconds(ports, "usr_1", f"job_{number}", 15 * 60)
    await reserve_seconds(ports, "usr_1", "job_split", 300)
    assert (store.of_month("usr_1", clock.now()).left_s, store.sums[late.grant_id].held_s) == (0, 200)
    await settle_seconds(ports, "job_split", 150)
    assert store.sums[late.grant_id].charged_s == 50
    assert store.sums[late.grant_id].left_s == 550
    assert store.of_month("usr_1", clock.now()).charged_s == 100


async def test_grant_counts_between_its_start_and_its_end(ports: Ports, clock: ManualClock) -> None:
    """A grant is of use from its start on and not from its end on, to the moment."""
    now = clock.now()
    await grant_seconds(ports, dataclasses.replace(pack(clock), starts_at=now + DAY, expires_at=now + 2 * DAY))
    assert await left_s(ports) == FREE_S
    clock.advance(days=1)
    assert await left_s(ports) == FREE_S + 600
    clock.advance(days=1, microseconds=-1)
    assert await left_s(ports) == FREE_S + 600
    clock.advance(microseconds=1)
    assert await left_s(ports) == FREE_S


async def test_rest_expires_and_what_runs_is_kept(ports: Ports, clock: ManualClock, store: FakeStore) -> None:
    """Of a grant that has ended the rest is written off once; what a job holds it keeps, and gives back to nobody."""
    grant = await grant_seconds(ports, pack(clock, days=5))
    await reserve_seconds(ports, "usr_1", "job_1", 400)
    clock.advance(days=5)
    await expire_grants(ports)
    await expire_grants(ports)
    sheet = store.sums[grant.grant_id]
    assert (sheet.left_s, sheet.held_s, sheet.expired_s) == (0, 400, 200)
    await settle_seconds(ports, "job_1", 300)
    sheet = store.sums[grant.grant_id]
    assert (sheet.left_s, sheet.held_s, sheet.charged_s, sheet.expired_s) == (0, 0, 300, 300)
    assert await left_s(ports) == FREE_S
    assert [entry.kind.value for entry in store.written] == ["grant", "grant", "reserve", "expire", "settle", "expire"]


async def test_refund_takes_back_only_what_is_unused(ports: Ports, clock: ManualClock, store: FakeStore) -> None:
    """A refund leaves what was charged, lets a running job go on, and takes what that gives back; once."""
    grant = await grant_seconds(ports, pack(clock, days=5))
    await reserve_seconds(ports, "usr_1", "job_1", 200)
    await settle_seconds(ports, "job_1", 200)
    await reserve_seconds(ports, "usr_1", "job_2", 300)
    assert await retract_grant(ports, "usr_1", grant.grant_id) == Retraction(100, None)
    assert await retract_grant(ports, "usr_1", grant.grant_id) == Retraction(100, None)
    assert await left_s(ports) == FREE_S
    await release_seconds(ports, "job_2")
    assert await left_s(ports) == FREE_S
    sheet = store.sums[grant.grant_id]
    assert (sheet.charged_s, sheet.retracted_s, sheet.left_s) == (200, 400, 0)


async def test_nothing_left_is_retracted_all_the_same(ports: Ports, clock: ManualClock) -> None:
    """A refund of a grant that jobs hold wholly bars what they give back, though it takes nothing now."""
    grant = await grant_seconds(ports, pack(clock, days=5))
    await reserve_seconds(ports, "usr_1", "job_1", 600)
    assert (await retract_grant(ports, "usr_1", grant.grant_id)).retracted_s == 0
    await release_seconds(ports, "job_1")
    assert await left_s(ports) == FREE_S


async def test_others_grants_are_not_retracted(ports: Ports, clock: ManualClock) -> None:
    """Another person's grant is as unknown as one that does not exist, and stays."""
    grant = await grant_seconds(ports, pack(clock))
    for owner_id, grant_id in (("usr_2", grant.grant_id), ("usr_1", "top_up:none")):
        with pytest.raises(GrantNotFound):
            await retract_grant(ports, owner_id, grant_id)
    assert await left_s(ports) == FREE_S + 600


async def test_usage_does_not_jump_as_a_replaced_period_ends(ports: Ports, clock: ManualClock) -> None:
    """What is counted as used in a period stays so when a grant that it replaced comes to its own, earlier end."""
    await assign_plan(ports, "usr_1", "pro", Renewal.SUBSCRIPTION)
    trial = dataclasses.replace(period(clock, "in_1", 6_000), source=Source.TRIAL)
    trial = dataclasses.replace(trial, expires_at=clock.now() + 10 * DAY)
    old = await grant_seconds(ports, trial)
    await reserve_seconds(ports, "usr_1", "job_1", 100)
    await settle_seconds(ports, "job_1", 100)
    clock.advance(days=5)
    await replace_grant(ports, old.grant_id, period(clock, "in_2", 60_000), 0)
    await reserve_seconds(ports, "usr_1", "job_2", 200)
    await settle_seconds(ports, "job_2", 200)
    assert (await get_usage(ports, "usr_1")).settled_s == 200
    clock.advance(days=6)
    assert (await get_usage(ports, "usr_1")).settled_s == 200


async def test_subscriber_gets_seconds_by_period(ports: Ports, clock: ManualClock) -> None:
    """On a subscription no month brings seconds; a period's come when they are granted, and its end is told."""
    await assign_plan(ports, "usr_1", "pro", Renewal.SUBSCRIPTION)
    usage = await get_usage(ports, "usr_1")
    assert (usage.left_s, usage.state.period.ends_at) == (0, None)
    with pytest.raises(MinutesExhausted) as caught:
        await reserve_seconds(ports, "usr_1", "job_1", 245)
    assert str(caught.value) == (
        "This song needs 4:05 minutes, and you have 0 seconds left on the Pro plan. "
        "New minutes come once the subscription is paid."
    )
    assert "renews_at" not in caught.value.facts
    grant = await grant_seconds(ports, period(clock, "in_1", 60_000))
    await reserve_seconds(ports, "usr_1", "job_1", 245)
    await settle_seconds(ports, "job_1", 245)
    clock.advance(days=25)  # Into the next month, and the same period.
    usage = await get_usage(ports, "usr_1")
    assert (usage.left_s, usage.settled_s, usage.state.period.ends_at) == (59_755, 245, grant.expires_at)
    clock.advance(days=5)
    assert await left_s(ports) == 0


async def test_end_of_a_subscription_is_the_beginning_of_free_months(ports: Ports, clock: ManualClock) -> None:
    """Who falls back has the month's seconds of the free plan, less what they used of them before, and their packs."""
    await reserve_seconds(ports, "usr_1", "job_1", 900)
    await assign_plan(ports, "usr_1", "pro", Renewal.SUBSCRIPTION)
    await grant_seconds(ports, period(clock, "in_1", 60_000, days=10))
    await grant_seconds(ports, pack(clock))
    assert await left_s(ports) == FREE_S - 900 + 60_000 + 600
    clock.advance(days=10)
    await assign_plan(ports, "usr_1", "free")
    assert await left_s(ports) == FREE_S - 900 + 600


async def test_upgrade_in_the_middle_carries_use_over(ports: Ports, clock: ManualClock) -> None:
    """Half of Pro and half of Studio, less all that was used: what was overdrawn of the one is paid with the other."""
    await assign_plan(ports, "usr_1", "pro", Renewal.SUBSCRIPTION)
    pro = await grant_seconds(ports, period(clock, "in_1", 6_000))
    await reserve_seconds(ports, "usr_1", "job_1", 3_600)
    await settle_seconds(ports, "job_1", 3_600)
    clock.advance(days=15)
    kept_s = prorated(6_000, pro.starts_at, pro.expires_at, clock.now())
    assert kept_s == 3_000
    studio = period(clock, "in_2", 18_000, days=15)
    await replace_grant(ports, pro.grant_id, studio, kept_s)
    assert await left_s(ports) == 3_000 + 18_000 - 3_600
    assert (await get_usage(ports, "usr_1")).settled_s == 3_600
    assert (await retract_grant(ports, "usr_1", pro.grant_id)).replaced_by == "plan_period:in_2"


async def test_changing_to_and_fro_gains_nothing(ports: Ports, clock: ManualClock) -> None:
    """Who uses up the larger plan and changes down and up again at once has nothing, however often."""
    await assign_plan(ports, "usr_1", "studio", Renewal.SUBSCRIPTION)
    current = await grant_seconds(ports, period(clock, "in_0", 18_000))
    for number in range(5):
        await reserve_seconds(ports, "usr_1", f"job_{number}", 3_600)
        await settle_seconds(ports, f"job_{number}", 3_600)
    for number, seconds in enumerate((6_000, 18_000, 6_000, 18_000), start=1):
        current = await replace_grant(ports, current.grant_id, period(clock, f"in_{number}", seconds), 0)
        assert await left_s(ports) == 0


async def test_job_that_fails_after_an_upgrade_costs_nothing(ports: Ports, clock: ManualClock) -> None:
    """What a running job held of the old grant and gives back is there in the new one."""
    await assign_plan(ports, "usr_1", "pro", Renewal.SUBSCRIPTION)
    pro = await grant_seconds(ports, period(clock, "in_1", 6_000))
    await reserve_seconds(ports, "usr_1", "job_1", 3_600)
    await replace_grant(ports, pro.grant_id, period(clock, "in_2", 18_000), 0)
    assert await left_s(ports) == 18_000 - 3_600
    await settle_seconds(ports, "job_1", 600)
    assert await left_s(ports) == 18_000 - 600


async def test_what_comes_back_after_the_end_is_granted_to_nobody(
    ports: Ports, clock: ManualClock, store: FakeStore
) -> None:
    """Once the new grant has ended too, or was refunded, what a job gives back to the old one is gone."""
    old = await grant_seconds(ports, period(clock, "in_1", 600, days=5))
    other = await grant_seconds(ports, period(clock, "in_2", 600, days=6))
    for number in range(2):
        await reserve_seconds(ports, "usr_1", f"job_{number}", 600)
    new = await replace_grant(ports, old.grant_id, period(clock, "in_3", 900, days=5), 0)
    refunded = await replace_grant(ports, other.grant_id, period(clock, "in_4", 900, days=9), 0)
    await retract_grant(ports, "usr_1", refunded.grant_id)
    clock.advance(days=5)
    for number in range(2):
        await release_seconds(ports, f"job_{number}")
    assert store.sums[new.grant_id].granted_s == store.sums[refunded.grant_id].granted_s == 300
    assert await left_s(ports) == FREE_S


async def test_grants_that_were_written_off_are_left_alone(ports: Ports, clock: ManualClock, store: FakeStore) -> None:
    """However many have ended, each is looked at once."""
    for number in range(BATCH + 5):
        await grant_seconds(ports, pack(clock, f"cs_{number}", days=1))
    await grant_seconds(ports, pack(clock, "cs_live", days=2))
    clock.advance(days=1)
    await expire_grants(ports)
    assert sum(sheet.expired_s for sheet in store.sums.values()) == 600 * (BATCH + 5)
    assert await store.ended_grants(clock.now(), 1) == []


async def test_only_what_is_there_is_replaced(ports: Ports, clock: ManualClock) -> None:
    """A grant that is unknown, another's, replaced or over is not replaced, and no more is kept than was granted."""
    old = await grant_seconds(ports, period(clock, "in_1", 600))
    new = period(clock, "in_2", 900)
    with pytest.raises(GrantNotFound):
        await replace_grant(ports, "plan_period:none", new, 0)
    with pytest.raises(GrantMismatch):
        await replace_grant(ports, old.grant_id, dataclasses.replace(new, owner_id="usr_2"), 0)
    with pytest.raises(GrantInvalid):
        await replace_grant(ports, old.grant_id, new, 601)
    first = await replace_grant(ports, old.grant_id, new, 600)
    assert await replace_grant(ports, old.grant_id, new, 600) == first
    with pytest.raises(GrantReplaced):
        await replace_grant(ports, old.grant_id, period(clock, "in_3", 900), 0)
    clock.advance(days=30)
    with pytest.raises(GrantEnded):
        await replace_grant(ports, first.grant_id, period(clock, "in_4", 900), 0)


async def test_refunded_seconds_do_not_come_back_with_a_change(ports: Ports, clock: ManualClock) -> None:
    """A grant that was refunded is not replaced, so nothing of it is kept; what was ordered instead is granted once."""
    old = await grant_seconds(ports, period(clock, "in_1", 6_000))
    await retract_grant(ports, "usr_1", old.grant_id)
    new = period(clock, "in_2", 900)
    for _ in range(2):
        with pytest.raises(GrantEnded):
            await replace_grant(ports, old.grant_id, new, 3_000)
        await grant_seconds(ports, new)
    assert await left_s(ports) == FREE_S + 900


async def test_order_that_came_too_late_is_refused_alike_each_time(ports: Ports, clock: ManualClock) -> None:
    """A change that comes after the old grant's end may be repeated as a whole, also once the order was granted."""
    old = await grant_seconds(ports, period(clock, "in_1", 600, days=5))
    clock.advance(days=5)
    new = period(clock, "in_2", 900)
    for _ in range(2):
        with pytest.raises(GrantEnded):
            await replace_grant(ports, old.grant_id, new, 0)
        await grant_seconds(ports, new)
    assert await left_s(ports) == FREE_S + 900


async def test_usage_tells_each_grant(ports: Ports, clock: ManualClock) -> None:
    """Grants come in the order of their ends, and the month's is among them before it is first used."""
    await grant_seconds(ports, pack(clock))
    state = (await get_usage(ports, "usr_1")).state
    assert [(sheet.grant.source, sheet.left_s) for sheet in state.sheets] == [
        (Source.PLAN_MONTH, FREE_S),
        (Source.TOP_UP, 600),
    ]


async def test_unfinished_jobs_are_told_by_age(ports: Ports, clock: ManualClock) -> None:
    """A reservation that nobody ended is told, the oldest first and page by page; one that ended is not."""
    for number in range(4):
        await reserve_seconds(ports, "usr_1", f"job_{number}", 60)
        clock.advance(hours=1)
    await settle_seconds(ports, "job_1", 60)
    page = await list_open_reservations(ports, datetime.timedelta(hours=1, microseconds=1), None, 1)
    assert [(each.job_id, each.reserved_s) for each in page.reservations] == [("job_0", 60)]
    page = await list_open_reservations(ports, datetime.timedelta(hours=1, microseconds=1), page.next_place, 1)
    assert ([each.job_id for each in page.reservations], page.next_place) == (["job_2"], None)


async def test_person_reads_their_own_ledger(ports: Ports, clock: ManualClock) -> None:
    """Entries come newest first, page by page, and none of another person's."""
    await grant_seconds(ports, pack(clock))
    await reserve_seconds(ports, "usr_2", "job_2", 60)
    await reserve_seconds(ports, "usr_1", "job_1", 60)
    await settle_seconds(ports, "job_1", 50)
    page = await list_entries(ports, "usr_1", None, 3)
    rest = await list_entries(ports, "usr_1", page.next_before, 3)
    assert [each.entry.kind for each in (*page.entries, *rest.entries)] == [
        EntryKind.SETTLE,
        EntryKind.RESERVE,
        EntryKind.GRANT,
        EntryKind.GRANT,
    ]
    assert rest.next_before is None


moments = st.timedeltas(min_value=-4_000 * DAY, max_value=4_000 * DAY).map(
    lambda since: datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC) + since
)


@given(st.integers(0, 10**7), moments, st.timedeltas(min_value=DAY, max_value=400 * DAY), moments, moments)
def test_proration_grows_from_nothing_to_everything(
    seconds: int, starts_at: datetime.datetime, life: datetime.timedelta, one: datetime.datetime, two: datetime.datetime
) -> None:
    """At its start a period has earned nothing, at its end all, later never less, and never a second more than due."""
    expires_at = starts_at + life
    first, second = (prorated(seconds, starts_at, expires_at, at) for at in sorted((one, two)))
    assert 0 <= first <= second <= seconds
    assert prorated(seconds, starts_at, expires_at, starts_at) == 0
    assert prorated(seconds, starts_at, expires_at, expires_at) == seconds
