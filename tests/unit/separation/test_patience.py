"""Waiting for a part that is away, and being told to stop meanwhile."""

from __future__ import annotations

import asyncio

import pytest

from services.separation.app.patience import patiently
from services.separation.domain.errors import DependencyAway


async def test_a_part_that_comes_back_is_waited_for() -> None:
    """A step is tried again until it succeeds."""
    tries = 0

    async def step() -> int:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise DependencyAway("database")
        return tries

    assert await patiently(step, 10.0) == 2


async def test_patience_ends() -> None:
    """A part that stays away is reported once patience is used up."""

    async def step() -> None:
        raise DependencyAway("database")

    with pytest.raises(DependencyAway):
        await patiently(step, 0.0)


async def test_a_cancellation_that_a_failed_rollback_hides_is_heeded() -> None:
    """Who is cancelled in a step whose cleaning up fails is cancelled, and does not try again."""
    tries, under_way = 0, asyncio.Event()

    async def step() -> None:
        nonlocal tries
        tries += 1
        under_way.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise DependencyAway("database", "closed in the middle of an operation") from None

    waiting = asyncio.create_task(patiently(step, 1000.0))
    await under_way.wait()
    waiting.cancel()
    await asyncio.wait([waiting], timeout=10)
    assert waiting.cancelled()
    assert tries == 1


async def test_a_task_group_that_failed_before_is_no_cancellation() -> None:
    """A task that nobody cancelled is patient, whatever the task groups that failed in it have left behind."""

    async def fail() -> None:
        raise ValueError

    with pytest.raises(ExceptionGroup):
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(fail())
    await test_a_part_that_comes_back_is_waited_for()
