"""Checks of promises: what figures mean, when evidence is too old, and that none stands in another's way."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
from collections.abc import Mapping

import pytest

from chassis.testing.clock import ManualClock
from services.retention.app.audit_promises import AuditPorts, audit_promises
from services.retention.app.check_ports import CheckPorts
from services.retention.app.list_promises import list_promises, list_standings
from services.retention.app.run_checks import HISTORY_LIFE, forget_findings, hasten_checks, run_checks
from services.retention.domain.checks import CHECKS, EVERYBODY, PARTIES, UNLISTED, Check
from services.retention.domain.finding import Known, Reason, State, judged, standing, unlisted
from services.retention.store.policy_files import read_policies
from tests.unit.retention.check_promises import CheckPromises
from tests.unit.retention.fake_checks import FakeCheckStore, FakeExaminer, away

NOW = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)
ONE = Check("one", asks=("a", "b"), none_of=("left",), unless=("odd",), tells=("seen",), every_s=600)
TWO = Check("two", asks=("a",), none_of=("left",))
UNBUILT = Check("three", remedy="not yet")
WELL = {"left": 0, "odd": 0, "seen": 3}


class TestFakeCheckStore(CheckPromises):
    """The fake keeps what the store promises."""

    @pytest.fixture
    def store(self) -> FakeCheckStore:
        return FakeCheckStore()


class World:
    """Two services, and three checks of which one is not built."""

    def __init__(self) -> None:
        self.store, self.clock = FakeCheckStore(), ManualClock()
        self.a, self.b = FakeExaminer(WELL), FakeExaminer({"left": 0, "odd": 0, "seen": 1})
        checks = {"one": ONE, "two": TWO, "three": UNBUILT}
        self.ports = CheckPorts(
            self.store, {"a": self.a, "b": self.b}, self.clock, lambda _: (), checks=checks, deadline_s=0.05
        )

    async def states(self) -> dict[str, tuple[State, str, str]]:
        return {
            name: (each.state, each.reason, each.service) for name, each in (await list_standings(self.ports)).items()
        }


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize(
    ("figures", "state", "reason"),
    [
        (WELL, State.KEPT, ""),
        (WELL | {"left": 1}, State.BROKEN, ""),
        (WELL | {"odd": 1}, State.CANNOT_SAY, Reason.UNDECIDED),
        (WELL | {"odd": 1, "left": 1}, State.BROKEN, ""),
        ({"left": 0, "odd": 0}, State.CANNOT_SAY, Reason.INCOMPLETE),
        ({}, State.CANNOT_SAY, Reason.INCOMPLETE),
    ],
)
def test_figures_are_judged(figures: Mapping[str, int], state: State, reason: str) -> None:
    """What breaks a promise breaks it; what is missing or cannot be judged is never taken for kept."""
    finding = judged("one", ONE, figures, NOW)
    assert (finding.state, finding.reason) == (state, reason)


def test_evidence_of_a_day_ago_proves_nothing() -> None:
    """A check that has not run for 24 hours leaves its promise unproved, whatever it found last."""
    known = Known(judged("one", ONE, WELL, NOW), NOW)
    almost = standing(ONE, known, NOW + datetime.timedelta(hours=24) - datetime.timedelta(seconds=1))
    assert (almost.state, almost.proved_at) == (State.KEPT, NOW)
    stale = standing(ONE, known, NOW + datetime.timedelta(hours=24))
    assert (stale.state, stale.reason, stale.proved_at) == (State.CANNOT_SAY, Reason.STALE, NOW)


def test_what_is_not_built_or_never_ran_proves_nothing() -> None:
    """Such a promise is not kept, and its check does not say so."""
    assert standing(UNBUILT, None, NOW).state is State.NOT_BUILT
    assert standing(UNBUILT, Known(judged("three", ONE, WELL, NOW), NOW), NOW).state is State.NOT_BUILT
    assert (standing(ONE, None, NOW).state, standing(ONE, None, NOW).reason) == (State.CANNOT_SAY, Reason.NOT_RUN)


def test_what_breaks_a_promise_is_told() -> None:
    """Of the figures those that break it are named, and no others."""
    known = Known(judged("one", ONE, WELL | {"left": 2}, NOW), None)
    assert standing(ONE, known, NOW).broken_by == ("left",)


async def test_every_check_runs_by_its_own_clock(world: World) -> None:
    """A check runs at once and then each time its pause is over; figures of the services it asks are summed."""
    found = await run_checks(world.ports)
    assert {looked.finding.check: dict(looked.finding.figures) for looked in found} == {
        "one": {"left": 0, "odd": 0, "seen": 4},
        "two": {"left": 0, "odd": 0, "seen": 3},
    }
    assert list(await run_checks(world.ports)) == []
    world.clock.advance(seconds=599)
    assert list(await run_checks(world.ports)) == []
    world.clock.advance(seconds=1)
    assert [looked.finding.check for looked in await run_checks(world.ports)] == ["one"]
    world.clock.advance(seconds=3000)
    assert {looked.finding.check for looked in await run_checks(world.ports)} == {"one", "two"}


async def test_a_service_that_is_away_hides_nothing(world: World) -> None:
    """Whose part is missing is told with the reason, the check cannot say, and the others are run."""
    world.b.fault = away()
    await run_checks(world.ports)
    assert await world.states() == {"one": (State.CANNOT_SAY, "NO_ANSWER", "b"), "two": (State.KEPT, "", "")}


@pytest.mark.parametrize("figure", WELL)
async def test_what_one_service_leaves_out_is_not_nothing(world: World, figure: str) -> None:
    """A figure that a service did not tell is missed, with whose part it was, whatever the other one tells."""
    world.b.figures = {name: count for name, count in WELL.items() if name != figure}
    await run_checks(world.ports)
    assert await world.states() == {"one": (State.CANNOT_SAY, "INCOMPLETE", "b"), "two": (State.KEPT, "", "")}


async def test_each_service_tells_its_own_part(world: World) -> None:
    """Where not everybody tells everything, each is asked for what it alone can tell, and no more."""
    shared = dataclasses.replace(ONE, told_by={"b": ("odd", "seen"), "a": ("left",)})
    ports = dataclasses.replace(world.ports, checks={"one": shared})
    world.a.figures, world.b.figures = {"left": 0}, {"odd": 0, "seen": 1}
    assert [each.finding.state for each in await run_checks(ports)] == [State.KEPT]
    world.clock.advance(seconds=600)
    world.a.figures, world.b.figures = {"left": 0, "odd": 0}, {"seen": 1}
    assert [(each.finding.reason, each.finding.service) for each in await run_checks(ports)] == [
        (Reason.INCOMPLETE, "b")
    ]


async def test_a_check_that_falls_over_stops_no_other(world: World) -> None:
    """Whatever a service raises, the check cannot say."""
    world.b.fault = ZeroDivisionError()
    await run_checks(world.ports)
    assert await world.states() == {"one": (State.CANNOT_SAY, "FAILED", "b"), "two": (State.KEPT, "", "")}


async def test_a_check_that_hangs_is_given_up(world: World) -> None:
    """A service that never answers costs its check the verdict, and the others nothing."""
    world.b.is_hanging = True
    await run_checks(world.ports)
    assert await world.states() == {"one": (State.CANNOT_SAY, "TOO_SLOW", ""), "two": (State.KEPT, "", "")}


async def test_a_service_that_is_not_named_is_missed(world: World) -> None:
    """An installation that does not name a service cannot prove what is promised of it."""
    ports = dataclasses.replace(world.ports, examiners={"a": world.a})
    await run_checks(ports)
    assert (await world.states())["one"] == (State.CANNOT_SAY, "NOT_CONFIGURED", "b")


async def test_whoever_could_not_say_is_asked_again_soon(world: World) -> None:
    """A service that was just restarting costs a minute, not the whole pause."""
    world.b.fault = away()
    await run_checks(world.ports)
    world.b.fault = None
    world.clock.advance(seconds=60)
    assert [looked.finding.state for looked in await run_checks(world.ports)] == [State.KEPT]


async def test_what_a_dead_process_took_on_is_taken_over(world: World) -> None:
    """A claim runs out, and another process runs the check."""
    async with world.store.transaction() as work:
        await work.enrol(["one", "two"], NOW)
        await work.claim(["one", "two"], NOW, NOW + datetime.timedelta(seconds=60), 9)
    assert list(await run_checks(world.ports)) == []
    world.clock.advance(seconds=60)
    assert {looked.finding.check for looked in await run_checks(world.ports)} == {"one", "two"}


async def test_an_operator_has_all_of_them_run(world: World) -> None:
    """Hastened checks are run whenever they were due; none that is not built is."""
    await run_checks(world.ports)
    world.clock.advance(seconds=1)
    await hasten_checks(world.ports)
    assert {looked.finding.check for looked in await run_checks(world.ports)} == {"one", "two"}


async def test_an_audit_waits_until_all_have_run(world: World) -> None:
    """It wakes what runs checks, and looks again until every one was run since it was asked for."""
    pauses: list[float] = []
    await run_checks(world.ports)
    world.clock.advance(seconds=1)
    woken: list[asyncio.Task[object]] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        assert woken
        await asyncio.gather(*woken)

    ports = AuditPorts(world.ports, lambda: woken.append(asyncio.create_task(run_checks(world.ports))), pause)
    assert await audit_promises(ports)
    assert (len(pauses), len(woken)) == (1, 1)
    assert {each.looked_at for each in (await list_standings(world.ports)).values()} == {world.clock.now()}


async def test_an_audit_gives_up(world: World) -> None:
    """Where nobody runs any check its wait ends, and what is known stays."""

    async def pause(_: float) -> None:
        await asyncio.Event().wait()

    await run_checks(world.ports)
    world.clock.advance(seconds=1)
    assert not await audit_promises(AuditPorts(world.ports, lambda: None, pause, patience_s=0.01))
    assert (await list_standings(world.ports))["one"].looked_at == NOW


async def test_an_audit_that_cannot_look_says_so(world: World) -> None:
    """What runs out of time by itself, as a wait for a connection does, is no check that is slow."""

    async def pause(_: float) -> None:
        raise TimeoutError("no connection")

    world.clock.advance(seconds=1)
    with pytest.raises(TimeoutError, match="no connection"):
        await audit_promises(AuditPorts(world.ports, lambda: None, pause))


async def test_what_is_under_way_is_run_again_for_an_operator(world: World) -> None:
    """A look that began before somebody asked for one is not theirs: another one follows it."""
    world.b.is_hanging = True
    running = asyncio.create_task(run_checks(world.ports))
    await world.b.reached.wait()
    # Less than a claim lasts.
    world.clock.advance(seconds=0.01)
    await hasten_checks(world.ports)
    world.b.is_hanging = False
    await running
    assert (world.a.asked, world.b.asked) == (["one", "two"] * 2, ["one"] * 2)
    looked_at = {each.looked_at for each in (await list_standings(world.ports)).values()}
    assert looked_at == {world.clock.now()}


async def test_findings_are_kept_two_years(world: World) -> None:
    """The history goes by age, and the last finding stays."""
    await run_checks(world.ports)
    world.clock.advance(days=HISTORY_LIFE.days)
    assert await forget_findings(world.ports) == 0
    world.clock.advance(seconds=1)
    assert await forget_findings(world.ports) == 2
    assert (await list_standings(world.ports))["one"].looked_at == NOW


async def test_every_clause_of_the_policy_is_told(world: World) -> None:
    """Each clause comes in its order with its check, the unproved ones too."""
    policy = read_policies()[1]
    told = await list_promises(dataclasses.replace(world.ports, checks=CHECKS), policy)
    assert [promise.clause for promise in told] == list(policy.clauses)
    assert {promise.standing.state for promise in told} == {State.CANNOT_SAY, State.NOT_BUILT}


def test_a_party_that_the_policy_does_not_list_is_counted() -> None:
    """Parties in use are compared with those that the policy lists; figures about anything else stay as they are."""
    used = dict.fromkeys(PARTIES, 0) | {"sign_in_parties": 2, "mail_parties": 1}
    assert unlisted(used, {"sign_in", "payments", "storage"})["parties_not_listed"] == 1
    assert unlisted(used, {"sign_in", "payments", "storage", "mail"})["parties_not_listed"] == 0
    assert unlisted(WELL, ()) == WELL


async def test_the_policy_of_the_day_lists_the_parties(world: World) -> None:
    """A version that comes into force lists its parties from that day on, also where nothing was started anew."""
    parties = Check("four", asks=("a",), none_of=(UNLISTED,), tells=tuple(PARTIES))
    until = (NOW + datetime.timedelta(days=1)).date()
    ports = dataclasses.replace(
        world.ports, checks={"four": parties}, listed_parties=lambda day: ("mail",) if day < until else ()
    )
    world.a.figures = dict.fromkeys(PARTIES, 0) | {"mail_parties": 1}
    assert [each.finding.state for each in await run_checks(ports)] == [State.KEPT]
    world.clock.advance(days=1)
    assert [each.finding.state for each in await run_checks(ports)] == [State.BROKEN]


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_says_what_it_needs_and_what_can_be_done(name: str) -> None:
    """Each that is built asks known services and has something that breaks or undoes it; each says what can be done."""
    check = CHECKS[name]
    assert check.remedy
    assert set(check.asks) <= set(EVERYBODY)
    assert check.is_built == bool(check.none_of or check.unless)
    assert len(set(check.figures)) == len(check.figures)
    # What nobody has to tell would be missing for ever; what the policy is compared with is counted by retention.
    told = {figure for service in check.asks for figure in check.figures_of(service)}
    assert told == set(check.figures) - {UNLISTED}
    assert check.told_by.keys() <= set(check.asks)


def test_what_is_not_built_is_known() -> None:
    """The list of checks that prove nothing may only shrink."""
    assert {name for name, check in CHECKS.items() if not check.is_built} == {
        "uses_are_named",
        "no_human_access",
        "cookies_are_mapped",
        "shared_only_as_listed",
        "encrypted_everywhere",
        "rights_are_self_served",
    }
