"""What the command line believes of the running stack."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
from pathlib import Path

import pytest

from stack.layout import Layout
from stack.supervisor import Stack, Wishes, read_state, running


def test_a_state_file_without_its_supervisor_is_not_believed(tmp_path: Path) -> None:
    """After a kill the file stays, and its process id may be another's by now: only the supervisor's lock counts."""
    layout = Layout(tmp_path.resolve())
    assert read_state(tmp_path) is None
    layout.run.mkdir()
    layout.state_file.write_text(json.dumps({"url": "http://127.0.0.1:1", "supervisor": os.getpid()}))
    assert read_state(tmp_path) is None
    with (layout.run / "lock").open("w") as lock:
        assert read_state(tmp_path) is None
        fcntl.flock(lock, fcntl.LOCK_EX)
        state = read_state(tmp_path)
        assert state is not None
        assert state["url"] == "http://127.0.0.1:1"
        layout.state_file.write_text("{")
        assert read_state(tmp_path) is None
    assert read_state(tmp_path) is None


async def test_an_interrupt_while_stopping_does_not_break_the_stop_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever cancels a stack that is stopping already waits until everything is stopped."""
    stopping, may_stop, steps = asyncio.Event(), asyncio.Event(), list[str]()

    async def start(self: Stack, runtime: object) -> None:
        steps.append("started")

    async def stop(self: Stack) -> None:
        stopping.set()
        await may_stop.wait()
        steps.append("stopped")

    monkeypatch.setattr(Stack, "start", start)
    monkeypatch.setattr(Stack, "stop", stop)

    async def use() -> None:
        async with running(Wishes(tmp_path, engine="in_process"), lambda _: None):
            pass

    using = asyncio.create_task(use())
    async with asyncio.timeout(20):
        await stopping.wait()
        using.cancel()
        may_stop.set()
        with pytest.raises(asyncio.CancelledError):
            await using
    assert steps == ["started", "stopped"]
