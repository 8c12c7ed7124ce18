"""The erasure of people: its rules under everything that can happen, and its verbs in memory, through time."""

from __future__ import annotations

import contextlib
import datetime

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from chassis.testing.clock import ManualClock
from services.retention.app.account_ports import AccountPorts
from services.retention.app.erase_accounts import CLAIM_LIFE, Fault, erase_accounts, waiting_s
from services.retention.app.request_erasure import erase_person, request_erasure
from services.retention.domain.account_erasure import DOOR, HOLDERS, LAST, WORKING, Answer, Step, again, begun
from services.retention.domain.errors import IdentifierMissing, IdentifierUnknown
from tests.unit.retention.account_promises import AccountPromises
from tests.unit.retention.fake_accounts import Crash, FakeAccountErasures, FakeHolder

PERSON = f"usr_{'ab' * 16}"
NOW = datetime.datetime(2030, 1, 2, tzinfo=datetime.UTC)
MINUTE = datetime.timedelta(minutes=1)


class TestFakeAccountErasures(AccountPromises):
    """The fake keeps what the real store promises."""

    @pytest.fixture
    def store(self) -> FakeAccountErasures:
        return FakeAccountErasures()


class Erasing(RuleBasedStateMachine):
    """Holders that answer, fail and answer late, in any order: what was proved stays, and auth comes last."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.erasure = begun("usr_1", NOW, NOW)
        self.holders = {*HOLDERS}
        self.asked: list[str] = []
        self.proved: dict[str, Step] = {}

    @initialize(by_operator=st.booleans())
    def is_begun(self, by_operator: bool) -> None:
        self.erasure = begun("usr_1", NOW, NOW, by_operator=by_operator)
        self.holders = {*HOLDERS, *([DOOR] if by_operator else [])}

    def _took(self, step: Step) -> None:
        self.erasure = self.erasure.taken(step, self.now)
        if step.finished_at is not None:
            assert self.proved.setdefault(step.holder, step) == step

    @precondition(lambda self: self.erasure.due(self.now))
    @rule(data=st.data(), is_finished=st.booleans(), count=st.integers(0, 9))
    def is_answered(self, data: st.DataObject, is_finished: bool, count: int) -> None:
        step = data.draw(st.sampled_from(list(self.erasure.due(self.now))))
        self.asked.append(step.holder)
        self._took(step.answered(Answer(is_finished, {"things": count}), self.now))

    @precondition(lambda self: self.erasure.due(self.now))
    @rule(data=st.data())
    def fails(self, data: st.DataObject) -> None:
        step = data.draw(st.sampled_from(list(self.erasure.due(self.now))))
        self.asked.append(step.holder)
        after = step.failed("UNREACHABLE", self.now)
        assert self.now < after.not_before <= self.now + MINUTE
        self._took(after)

    @precondition(lambda self: self.asked)
    @rule(data=st.data(), answer=st.one_of(st.none(), st.builds(Answer, st.booleans(), st.just({"things": 99}))))
    def a_call_that_was_thought_lost_is_answered(self, data: st.DataObject, answer: Answer | None) -> None:
        step = self.erasure.step_of(data.draw(st.sampled_from(self.asked)))
        self._took(step.answered(answer, self.now) if answer else step.failed("LATE", self.now))

    @rule(seconds=st.integers(0, 90))
    def time_passes(self, seconds: int) -> None:
        self.now += datetime.timedelta(seconds=seconds)

    @invariant()
    def what_was_proved_stays(self) -> None:
        for holder, step in self.proved.items():
            assert self.erasure.step_of(holder) == step

    @invariant()
    def the_last_is_asked_last(self) -> None:
        if LAST in self.asked:
            assert self.holders - {LAST} <= self.proved.keys()

    @invariant()
    def it_is_over_when_all_are_finished_and_not_before(self) -> None:
        assert (self.erasure.finished_at is not None) == (self.proved.keys() == self.holders)
        assert (self.erasure.due_at is None) == (self.erasure.finished_at is not None)

    def teardown(self) -> None:
        """Whatever happened before: once every holder finishes when it is asked, two rounds end it."""
        for _ in range(2):
            self.now += MINUTE
            for step in self.erasure.due(self.now):
                self._took(step.answered(Answer(True, {}), self.now))
        assert self.erasure.finished_at is not None

    @precondition(lambda self: self.erasure.finished_at is not None)
    @rule()
    def is_begun_again(self) -> None:
        before = self.erasure
        self.erasure = again(before, self.now)
        assert again(self.erasure, self.now + MINUTE) == self.erasure
        self.holders = {DOOR, *HOLDERS}
        assert self.erasure.step_of(DOOR).finished_at is None
        assert all(self.erasure.step_of(step.holder).counts == step.counts for step in before.steps)
        self.proved, self.asked = {}, []


TestErasing = Erasing.TestCase


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def store() -> FakeAccountErasures:
    return FakeAccountErasures()


@pytest.fixture
def holders() -> dict[str, FakeHolder]:
    return {name: FakeHolder() for name in (DOOR, *HOLDERS)}


@pytest.fixture
def ports(store: FakeAccountErasures, holders: dict[str, FakeHolder], clock: ManualClock) -> AccountPorts:
    return AccountPorts(store, holders, clock)


@pytest.mark.parametrize(
    ("user_id", "fault"),
    [("", IdentifierMissing), ("usr_1", IdentifierUnknown), ("ann@band.example", IdentifierUnknown)],
)
async def test_an_operator_names_a_person(
    ports: AccountPorts, store: FakeAccountErasures, user_id: str, fault: type[Exception]
) -> None:
    """What is no person's identifier begins nothing that would stay for ever."""
    with pytest.raises(fault):
        await erase_person(ports, user_id, anew=True)
    assert store.erasures == {}


async def test_an_operators_word_shuts_the_person_out_as_it_begins(
    ports: AccountPorts, holders: dict[str, FakeHolder], store: FakeAccountErasures, clock: ManualClock
) -> None:
    """While every holder is down the person is out all the same; once more where it is begun again."""
    for name in HOLDERS:
        holders[name].is_away = True
    await erase_person(ports, PERSON, anew=False)
    await erase_accounts(ports)
    assert holders[DOOR].asked == [PERSON]
    assert store.erasures[PERSON].step_of(DOOR).finished_at == clock.now()
    for name in HOLDERS:
        holders[name].is_away = False
    clock.advance(seconds=60)
    assert (await erase_accounts(ports)).finished
    await erase_person(ports, PERSON, anew=True)
    assert (await erase_accounts(ports)).finished
    assert holders[DOOR].asked == [PERSON] * 2


async def test_whom_nobody_could_shut_out_is_tried_again(
    ports: AccountPorts, holders: dict[str, FakeHolder], clock: ManualClock
) -> None:
    """A door that does not answer is asked again, holds up no other holder, and is told as one that is waited for."""
    holders[DOOR].is_away = True
    await erase_person(ports, PERSON, anew=False)
    assert (await erase_accounts(ports)).faults == [Fault(PERSON, DOOR, "UNREACHABLE")]
    assert [len(holders[name].asked) for name in HOLDERS] == [1, 1, 1, 0]
    holders[DOOR].is_away = False
    clock.advance(seconds=60)
    assert (await erase_accounts(ports)).finished


async def test_whom_auth_told_of_is_out_already(ports: AccountPorts, holders: dict[str, FakeHolder]) -> None:
    """A deletion that auth publishes closes nothing twice: auth closed the account in the commit that told of it."""
    await request_erasure(ports, "usr_1", ports.clock.now())
    assert (await erase_accounts(ports)).finished
    assert holders[DOOR].asked == []


async def test_a_holder_that_is_down_holds_up_auth_alone(
    ports: AccountPorts, holders: dict[str, FakeHolder], store: FakeAccountErasures, clock: ManualClock
) -> None:
    """The others are done at once; the one is asked again, with pauses of a minute at most, and then auth."""
    requested_at = clock.now()
    assert await request_erasure(ports, "usr_1", requested_at)
    holders["billing"].is_away = True
    done = await erase_accounts(ports)
    assert done.faults == [Fault("usr_1", "billing", "UNREACHABLE")]
    assert [len(holders[name].asked) for name in HOLDERS] == [1, 1, 1, 0]
    for _ in range(60):
        clock.advance(seconds=60)
        assert not (await erase_accounts(ports)).faults
    assert [len(holders[name].asked) for name in HOLDERS] == [1, 1, 61, 0]
    assert await waiting_s(ports) == 3600
    holders["billing"].is_away = False
    clock.advance(seconds=60)
    (erasure,) = (await erase_accounts(ports)).finished
    assert erasure.requested_at == requested_at
    assert {step.holder: step.counts for step in erasure.steps} == {name: {"things": 1} for name in HOLDERS}
    assert await waiting_s(ports) == 0


async def test_a_holder_with_much_to_do_is_asked_until_it_is_done(
    ports: AccountPorts, holders: dict[str, FakeHolder], store: FakeAccountErasures, clock: ManualClock
) -> None:
    """An answer that says there is more is no fault, and its count so far is kept."""
    holders["library"].calls_needed = 3
    await request_erasure(ports, "usr_1", clock.now())
    done = await erase_accounts(ports)
    assert (done.faults, done.finished) == ([], [])
    known = store.erasures["usr_1"].step_of("library")
    assert (known.fault, known.counts) == (WORKING, {"things": 1})
    for _ in range(2):
        clock.advance(seconds=60)
        done = await erase_accounts(ports)
    assert done.finished[0].step_of("library").counts == {"things": 3}
    assert done.finished[0].step_of("library").fault == ""


@pytest.mark.parametrize("holder", HOLDERS)
async def test_a_crash_between_any_two_steps_costs_a_question_and_no_more(
    ports: AccountPorts, holders: dict[str, FakeHolder], clock: ManualClock, holder: str
) -> None:
    """A process that dies before it has kept an answer is followed by one that asks again; nobody stays half erased."""
    holders[holder].crashes = 1
    await request_erasure(ports, "usr_1", clock.now())
    with contextlib.suppress(Crash):
        await erase_accounts(ports)
    assert not (await erase_accounts(ports)).finished
    clock.advance(seconds=CLAIM_LIFE.total_seconds())
    (erasure,) = (await erase_accounts(ports)).finished
    assert [step.counts for step in erasure.steps] == [{"things": 1}] * 4
    assert len(holders[holder].asked) == 2


async def test_a_holder_that_nobody_named_is_waited_for(ports: AccountPorts, clock: ManualClock) -> None:
    """An installation that does not say where billing is does not take its silence for an erasure."""
    named = {name: holder for name, holder in ports.holders.items() if name != "billing"}
    await request_erasure(ports, "usr_1", clock.now())
    done = await erase_accounts(AccountPorts(ports.erasures, named, clock))
    assert [fault.word for fault in done.faults] == ["NOT_CONFIGURED"]
    clock.advance(seconds=60)
    assert len((await erase_accounts(ports)).finished) == 1


async def test_a_request_that_comes_twice_erases_once(
    ports: AccountPorts, holders: dict[str, FakeHolder], clock: ManualClock
) -> None:
    """The same request, before, during and after, asks nobody a second time."""
    assert await request_erasure(ports, "usr_1", clock.now())
    assert not await request_erasure(ports, "usr_1", clock.now())
    await erase_accounts(ports)
    assert not await request_erasure(ports, "usr_1", clock.now())
    await erase_accounts(ports)
    assert [holders[name].asked for name in HOLDERS] == [["usr_1"]] * 4


async def test_retentions_own_evidence_goes_last(
    ports: AccountPorts, store: FakeAccountErasures, clock: ManualClock
) -> None:
    """What retention holds of the person goes as the last holder is done, and is counted; a neighbour's stays."""
    store.evidence = {"usr_1": 3, "usr_2": 5}
    await request_erasure(ports, "usr_1", clock.now())
    (erasure,) = (await erase_accounts(ports)).finished
    assert store.evidence == {"usr_2": 5}
    assert erasure.step_of(LAST).counts == {"things": 1, "evidence": 3}
