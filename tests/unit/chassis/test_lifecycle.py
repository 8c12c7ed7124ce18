"""Parts start in order, stop in reverse, and work that fails begins again."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import signal

import pytest

from chassis.lifecycle import Background, Periodic, run
from chassis.testing.loop import run_without_waiting


class Recorded:
    """A part that notes what happens to it."""

    def __init__(self, name: str, notes: list[str], *, fails: str = "", hangs: bool = False) -> None:
        self.name = name
        self._notes = notes
        self._fails = fails
        self._hangs = hangs

    async def start(self) -> None:
        self._notes.append(f"start {self.name}")
        if self._hangs:
            await asyncio.Event().wait()
        if self._fails == "start":
            raise ConnectionError(self.name)

    async def stop(self) -> None:
        self._notes.append(f"stop {self.name}")
        if self._fails == "stop":
            raise ConnectionError(self.name)


class Stops(Recorded):
    """Tells the process to stop as soon as it is started."""

    async def start(self) -> None:
        await super().start()
        os.kill(os.getpid(), signal.SIGTERM)


async def test_parts_stop_in_reverse_on_sigterm() -> None:
    """SIGTERM stops what was started, last first."""
    notes: list[str] = []
    await run([Recorded("a", notes), Recorded("b", notes), Stops("c", notes)])
    assert notes == ["start a", "start b", "start c", "stop c", "stop b", "stop a"]


async def test_a_failing_start_stops_those_started() -> None:
    """A part that cannot start ends the service after stopping those before it."""
    notes: list[str] = []
    with pytest.raises(ConnectionError, match="b"):
        await run([Recorded("a", notes), Recorded("b", notes, fails="start"), Recorded("c", notes)])
    assert notes == ["start a", "start b", "stop a"]


async def test_a_failing_stop_keeps_no_other_from_stopping() -> None:
    """The parts before one that fails to stop are stopped all the same."""
    notes: list[str] = []
    stopping = asyncio.Event()
    stopping.set()
    await run([Stops("a", notes), Recorded("b", notes, fails="stop")])
    assert notes[-1] == "stop a"


async def test_a_start_under_way_is_given_up() -> None:
    """A service told to stop while it waits for something does not wait on."""
    notes: list[str] = []
    async with asyncio.timeout(10):
        await run([Stops("a", notes), Recorded("b", notes, hangs=True), Recorded("c", notes)])
    assert notes == ["start a", "start b", "stop a"]


def test_failed_work_begins_again_after_growing_pauses() -> None:
    """Work that fails or returns is begun again, after pauses that double up to five seconds."""
    moments: list[float] = []

    async def work() -> None:
        moments.append(asyncio.get_running_loop().time())
        if len(moments) == 9:
            done.set()
        if len(moments) % 2:
            raise ValueError("no")

    async def scenario() -> None:
        background = Background("work", work)
        await background.start()
        await done.wait()
        await background.stop()

    done = asyncio.Event()
    run_without_waiting(scenario())
    pauses = [later - earlier for earlier, later in itertools.pairwise(moments)]
    assert pauses == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0], abs=0.05)


def test_work_that_lasted_is_begun_again_soon() -> None:
    """A failure after a long good time is followed by the shortest pause."""
    moments: list[float] = []

    async def work() -> None:
        moments.append(asyncio.get_running_loop().time())
        if len(moments) == 6:
            done.set()
        if len(moments) == 4:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.Event().wait(), 60)  # sleep: on this loop's clock it takes no time
        raise ValueError("no")

    async def scenario() -> None:
        background = Background("work", work)
        await background.start()
        await done.wait()
        await background.stop()

    done = asyncio.Event()
    run_without_waiting(scenario())
    assert moments[4] - moments[3] == pytest.approx(60.1, abs=0.05)


def test_a_cancellation_from_inside_is_a_failure() -> None:
    """A library that cancels what the work waits for does not end the work."""
    calls: list[int] = []

    async def work() -> None:
        calls.append(1)
        if len(calls) == 2:
            done.set()
            await asyncio.Event().wait()
        raise asyncio.CancelledError

    async def scenario() -> None:
        background = Background("work", work)
        await background.start()
        await done.wait()
        await background.stop()

    done = asyncio.Event()
    run_without_waiting(scenario())
    assert len(calls) == 2


def test_work_that_swallows_its_cancellation_is_stopped() -> None:
    """Stopping is repeated until the work is over."""

    async def work() -> None:
        try:
            started.set()
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await asyncio.Event().wait()

    async def scenario() -> None:
        background = Background("work", work)
        await background.start()
        await started.wait()
        await background.stop()

    started = asyncio.Event()
    run_without_waiting(scenario())


@pytest.mark.parametrize("is_failure", [True, False])
def test_work_that_is_over_once_it_is_told_to_stop_is_not_begun_again(*, is_failure: bool) -> None:
    """A cancellation that comes out as a failure or as an end, as libraries make of it, stops without a wait."""
    begun: list[int] = []

    async def work() -> None:
        begun.append(1)
        started.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            if is_failure:
                raise ConnectionRefusedError from None

    async def scenario() -> float:
        background = Background("work", work) if is_failure else Periodic("work", work, every_s=3600)
        await background.start()
        await started.wait()
        before = asyncio.get_running_loop().time()
        await background.stop()
        return asyncio.get_running_loop().time() - before

    started = asyncio.Event()
    assert run_without_waiting(scenario()) < 1
    assert begun == [1]


def test_a_step_is_repeated_at_its_interval_and_when_woken() -> None:
    """A periodic step runs at once, at its interval, and without delay when woken, also while it runs."""
    moments: list[float] = []

    async def step() -> None:
        moments.append(asyncio.get_running_loop().time())
        if len(moments) == 3:
            periodic.wake()
        if len(moments) == 5:
            done.set()

    async def scenario() -> None:
        await periodic.start()
        await done.wait()
        await periodic.stop()

    done = asyncio.Event()
    periodic = Periodic("step", step, every_s=30)
    run_without_waiting(scenario())
    pauses = [later - earlier for earlier, later in itertools.pairwise(moments)]
    assert pauses == pytest.approx([30, 30, 0, 30], abs=0.05)


def test_a_woken_step_stops_when_told() -> None:
    """A wake that meets the stop does not keep the step alive."""

    async def step() -> None:
        started.set()

    async def scenario() -> None:
        await periodic.start()
        await started.wait()
        await asyncio.sleep(0)
        periodic.wake()
        before = asyncio.get_running_loop().time()
        await periodic.stop()
        assert asyncio.get_running_loop().time() - before < 5

    started = asyncio.Event()
    periodic = Periodic("step", step, every_s=3600)
    run_without_waiting(scenario())
