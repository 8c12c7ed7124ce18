"""What the log says of promises: changes, once, as loudly as they are news."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import pytest

from chassis.testing.clock import ManualClock
from services.retention.app.check_ports import CheckPorts
from services.retention.domain.checks import Check
from services.retention.events.check_timer import CheckTimer
from tests.unit.retention.fake_checks import FakeCheckStore, FakeExaminer, away

CHECKS: Mapping[str, Check] = {"uploads": Check("whether one is late", asks=("library",), none_of=("late",))}


class Timer:
    """Processes that share one store of findings, and the levels of the lines that each has logged."""

    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        self.library = FakeExaminer({"late": 0})
        self._clock = ManualClock()
        ports = CheckPorts(FakeCheckStore(), {"library": self.library}, self._clock, lambda _: (), CHECKS)
        self._processes = [CheckTimer(ports), CheckTimer(ports)]
        self._caplog = caplog

    async def look(
        self, process: int = 0, *, late: int = 0, is_away: bool = False, fault: Exception | None = None
    ) -> list[int]:
        self.library.figures = {"late": late}
        self.library.fault = away() if is_away else fault
        self._clock.advance(hours=2)
        self._caplog.clear()
        await self._processes[process]._round()
        return [record.levelno for record in self._caplog.records if record.getMessage() == "promise looked at"]


@pytest.fixture
def timer(caplog: pytest.LogCaptureFixture) -> Timer:
    caplog.set_level(logging.INFO)
    return Timer(caplog)


async def test_a_start_beside_others_is_quiet(timer: Timer) -> None:
    """A service that is not there at one look is not told of; one that stays away is, once."""
    looks = [await timer.look(is_away=True) for _ in range(3)]
    assert looks == [[], [logging.WARNING], []]
    assert [await timer.look(), await timer.look(is_away=True), await timer.look()] == [[logging.INFO], [], []]


async def test_whoever_runs_this_is_told_what_went_wrong(timer: Timer, caplog: pytest.LogCaptureFixture) -> None:
    """A look that raised is told with the kind of error: the reason that people read says no more than that it did."""
    for _ in range(2):
        await timer.look(fault=ZeroDivisionError())
    told = [record.fields for record in caplog.records if record.getMessage() == "promise looked at"]  # type: ignore[attr-defined]  # our own
    assert [(each["reason"], each["holder"], each["fault"]) for each in told] == [
        ("FAILED", "library", "ZeroDivisionError")
    ]


async def test_others_that_came_meanwhile_are_no_news(timer: Timer) -> None:
    """Who was away at the first look and says at the second that all is well has nothing told."""
    assert [await timer.look(is_away=True), await timer.look()] == [[], []]


async def test_a_promise_that_never_was_kept_is_told_softly(timer: Timer) -> None:
    """What is broken since the first look is told once, as information."""
    assert [await timer.look(late=1), await timer.look(late=1)] == [[logging.INFO], []]


async def test_a_promise_that_breaks_is_a_warning(timer: Timer) -> None:
    """What was kept and is not any more is a warning, once; that it is kept again is told too."""
    looks = [await timer.look(), await timer.look(late=1), await timer.look(late=1), await timer.look()]
    assert looks == [[], [logging.WARNING], [], [logging.INFO]]


async def test_what_one_process_has_told_is_no_news_to_another(timer: Timer) -> None:
    """Whichever looks, what breaks is a warning once, and so it is after a service was away for a moment."""
    looks = [await timer.look(0), await timer.look(1, late=1), await timer.look(0, late=1)]
    assert looks == [[], [logging.WARNING], []]
    assert [await timer.look(1, is_away=True), await timer.look(0, late=1)] == [[], []]
    assert await timer.look(1) == [logging.INFO]
