"""The purge of what is past its life: its rules, and its verbs in memory, through time."""

from __future__ import annotations

import contextlib
import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis import metrics
from chassis.testing.clock import ManualClock
from services.retention.app.purge_due import CLAIM_LIFE, late_s, purge_due
from services.retention.app.purge_ports import PurgePorts
from services.retention.domain.account_erasure import HOLDERS
from services.retention.domain.purge import EVERY, LIVES_YEARS, Answer, Purge, life_began_before, planned
from services.retention.events.purge_timer import PurgeTimer
from tests.unit.retention.fake_accounts import Crash
from tests.unit.retention.fake_purges import FakePurges, FakePurgingHolder
from tests.unit.retention.purge_promises import NOW, PurgePromises


class TestFakePurges(PurgePromises):
    """The fake keeps what the real store promises."""

    @pytest.fixture
    def store(self) -> FakePurges:
        return FakePurges()


@pytest.fixture
def holders() -> dict[str, FakePurgingHolder]:
    return {name: FakePurgingHolder() for name in HOLDERS}


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def ports(holders: dict[str, FakePurgingHolder], clock: ManualClock) -> PurgePorts:
    return PurgePorts(FakePurges(), holders, clock)


@given(st.integers(0, 100 * 365 * 86_400))
def test_a_life_of_years_is_never_shorter_than_its_years(later_s: int) -> None:
    """What ended at the moment that is named has been kept for all of its years, and no more than leap days longer."""
    now = NOW + datetime.timedelta(seconds=later_s)
    for data_class, years in LIVES_YEARS.items():
        began = life_began_before(data_class, now)
        assert began.year == now.year - years
        assert datetime.timedelta(0) <= now - began - datetime.timedelta(days=365 * years) < datetime.timedelta(days=4)
        assert (began.month, began.day) in {(now.month, now.day), (2, 28)}
    assert life_began_before("payment", datetime.datetime(2028, 2, 29, 5, tzinfo=datetime.UTC)) == datetime.datetime(
        2021, 2, 28, 5, tzinfo=datetime.UTC
    )


@given(st.lists(st.one_of(st.booleans(), st.none(), st.integers(0, 3)), max_size=20))
def test_what_was_removed_is_added_up_and_nothing_is_given_up(answers: list[bool | int | None]) -> None:
    """Whatever a holder answers, it is asked again within the hour, and its counts are the sum of all that it told."""
    purge, now, told = planned(NOW)[0], NOW, 0
    for answer in answers:
        if answer is None:
            purge = purge.failed("AWAY", now)
            assert purge.fault == "AWAY"
        else:
            count = 0 if isinstance(answer, bool) else answer
            told += count
            purge = purge.answered(Answer(answer is True, {"things": count}), now)
            assert (purge.finished_at == now, purge.tries == 0) == (answer is True, answer is True or count > 0)
        assert now <= purge.due_at <= now + EVERY
        now = max(purge.due_at, now + datetime.timedelta(seconds=1))
    assert purge.counts.get("things", 0) == told


async def test_every_holder_is_asked_for_what_is_past_its_life(
    ports: PurgePorts, holders: dict[str, FakePurgingHolder]
) -> None:
    """Each holder is asked for each class, by the class's own years, and an hour later again."""
    await purge_due(ports)
    wanted = [(name, life_began_before(name, NOW)) for name in sorted(LIVES_YEARS)]
    assert {name: sorted(holder.asked) for name, holder in holders.items()} == dict.fromkeys(HOLDERS, wanted)
    assert wanted[0] == ("payment", datetime.datetime(2023, 1, 2, tzinfo=datetime.UTC))
    await purge_due(ports)
    assert len(holders["billing"].asked) == len(wanted)
    assert isinstance(ports.clock, ManualClock)
    ports.clock.advance(seconds=EVERY.total_seconds())
    await purge_due(ports)
    assert len(holders["billing"].asked) == 2 * len(wanted)


async def test_a_holder_that_has_more_is_asked_until_it_has_none(
    ports: PurgePorts, holders: dict[str, FakePurgingHolder]
) -> None:
    """What does not fit into one answer is asked for in the same round, and told with all that was removed."""
    holders["billing"].things = 95
    done = await purge_due(ports)
    assert sum(sum(each.removed.values()) for each in done) == 95
    (known,) = [each for each in await _all(ports) if (each.holder, each.data_class) == ("billing", "payment")]
    assert (known.finished_at, known.counts, known.by_own_clock) == (NOW, {"things": 95}, ("sessions",))
    assert holders["billing"].things == 0


async def test_a_round_ends_whatever_a_holder_says(ports: PurgePorts, holders: dict[str, FakePurgingHolder]) -> None:
    """A holder that for ever has more to remove keeps no round from its end, and the others are asked."""
    holders["billing"].things, holders["billing"].a_call = 10**6, 1
    await purge_due(ports)
    assert holders["billing"].things > 0
    assert holders["auth"].asked


async def test_what_one_process_did_not_hear_the_next_asks_again(
    ports: PurgePorts, holders: dict[str, FakePurgingHolder], clock: ManualClock
) -> None:
    """A process that dies leaves its question to the next, once the claim has run out; the purge then ends."""
    holders["billing"].things, holders["billing"].crashes = 25, 1
    with contextlib.suppress(Crash):
        await purge_due(ports)
    assert holders["billing"].things == 15
    clock.advance(seconds=CLAIM_LIFE.total_seconds())
    await purge_due(ports)
    assert holders["billing"].things == 0


async def test_a_holder_that_is_away_is_told_once_and_waited_for(
    ports: PurgePorts, holders: dict[str, FakePurgingHolder], clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    """The second failure in a row is told, no further one; meanwhile the lateness grows, and ends with the outage."""
    caplog.set_level("INFO")
    timer = PurgeTimer(ports)
    holders["billing"].things, holders["billing"].is_away = 3, True
    for _ in range(90):
        await timer._round()
        clock.advance(minutes=1)
    failed = [each for each in caplog.records if each.message == "not purged; trying again"]
    assert len(failed) == 2, "one for each class"
    assert await late_s(ports) == 1800.0
    holders["billing"].is_away = False
    await timer._round()
    assert await late_s(ports) == 0.0
    assert metrics.PURGE_LATE_SECONDS._value.get() == 0.0
    assert [each.message for each in caplog.records].count("removed past its life") == 1


async def test_a_holder_that_is_not_named_is_waited_for(clock: ManualClock) -> None:
    """An installation that does not say where a service is has its purge wait, and says why."""
    ports = PurgePorts(FakePurges(), {}, clock)
    await purge_due(ports)
    assert {each.fault for each in await _all(ports)} == {"NOT_CONFIGURED"}


async def test_what_another_process_removes_is_not_asked_for_at_once(
    ports: PurgePorts, holders: dict[str, FakePurgingHolder]
) -> None:
    """A holder that is busy for another process is asked again after a pause, not in the same round."""
    holders["billing"].is_busy = True
    await purge_due(ports)
    assert len(holders["billing"].asked) == len(LIVES_YEARS)


async def _all(ports: PurgePorts) -> list[Purge]:
    async with ports.purges.transaction() as work:
        return list(await work.all())
