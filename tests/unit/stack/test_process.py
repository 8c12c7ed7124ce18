"""Supervised processes, with real children."""

from __future__ import annotations

import dataclasses
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from stack import process as process_module
from stack.process import Command, StartFailed, Supervised

PATIENCE_S = 20.0
SERVES = "import signal; signal.pause()"


def command(
    program: str, ready: Callable[[], Awaitable[bool]], before_start: Callable[[], None] | None = None
) -> Command:
    argv = (sys.executable, "-c", program)
    return Command("child", argv, {}, ready, before_start=before_start, stop_s=PATIENCE_S)


def exists(path: Path) -> Callable[[], Awaitable[bool]]:
    async def ready() -> bool:
        return path.exists()  # noqa: ASYNC240 - a test's own small folder

    return ready


async def test_a_start_that_fails_once_is_tried_again_and_never_bars_the_stop(tmp_path: Path) -> None:
    """What is in the way of a restart is told, tried again, and keeps nothing from being stopped."""
    said: list[str] = []
    starts = first = 0

    def before_start() -> None:
        nonlocal starts
        starts += 1
        if starts == 2:
            raise RuntimeError("the disk is full")

    async def ready() -> bool:
        return child.pid not in (0, first)

    child = Supervised(command(SERVES, ready, before_start), tmp_path / "log", said.append)
    await child.start(PATIENCE_S)
    first = child.pid
    os.kill(first, signal.SIGKILL)
    await child.wait_ready(PATIENCE_S)
    await child.stop()
    assert (child.pid, starts) == (0, 3)
    assert "child could not be started: the disk is full" in said


async def test_a_program_that_is_missing_is_told_plainly(tmp_path: Path) -> None:
    """A program that cannot be executed is a StartFailed that names it, not a stack trace."""
    missing = Command("child", (str(tmp_path / "nothing"),), {}, exists(tmp_path))
    child = Supervised(missing, tmp_path / "log", lambda _: None)
    with pytest.raises(StartFailed, match="child cannot be started"):
        await child.start(PATIENCE_S)
    await child.stop()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="watches a process that is not our child by its pidfd")
async def test_stopping_takes_the_children_of_the_process_too(tmp_path: Path) -> None:
    """A process that ends when asked but leaves a child behind leaves none when it is stopped."""
    left, ready = tmp_path / "left", tmp_path / "ready"
    program = (
        "import pathlib, signal, subprocess, sys\n"
        f"child = subprocess.Popen([sys.executable, '-c', {SERVES!r}])\n"
        f"pathlib.Path({str(left)!r}).write_text(str(child.pid))\n"
        f"pathlib.Path({str(ready)!r}).touch()\n"
        "signal.pause()\n"
    )
    child = Supervised(command(program, exists(ready)), tmp_path / "log", lambda _: None)
    await child.start(PATIENCE_S)
    grandchild = os.pidfd_open(int(left.read_text()))
    try:
        assert select.select([grandchild], [], [], 0)[0] == []
        await child.stop()
        assert select.select([grandchild], [], [], PATIENCE_S)[0] == [grandchild]
    finally:
        os.close(grandchild)


async def test_what_has_nothing_to_keep_is_ended_at_once(tmp_path: Path) -> None:
    """A process that has nothing to finish is not waited for, and what it leaves is cleared when it is gone."""
    ready, left = tmp_path / "ready", tmp_path / "left"
    program = (
        "import pathlib, signal\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"pathlib.Path({str(left)!r}).touch()\n"
        f"pathlib.Path({str(ready)!r}).touch()\n"
        "while True: signal.pause()\n"
    )
    said: list[str] = []
    asked = dataclasses.replace(command(program, exists(ready)), drains=False, after_stop=left.unlink)
    child = Supervised(asked, tmp_path / "log", said.append)
    await child.start(PATIENCE_S)
    await child.stop()
    assert (child.pid, left.exists(), said) == (0, False, [])


async def test_what_cannot_be_cleared_is_told_and_stops_no_stop(tmp_path: Path) -> None:
    """Whatever clearing up after a process meets is told, and the stop comes to its end."""
    ready = tmp_path / "ready"

    def after_stop() -> None:
        raise RuntimeError("it does not end")

    said: list[str] = []
    program = f"import pathlib; pathlib.Path({str(ready)!r}).touch(); {SERVES}"
    asked = dataclasses.replace(command(program, exists(ready)), after_stop=after_stop)
    child = Supervised(asked, tmp_path / "log", said.append)
    await child.start(PATIENCE_S)
    await child.stop()
    assert (child.pid, said) == (0, ["child left something behind: it does not end"])


async def test_a_long_log_is_moved_aside_while_its_process_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A log past its bound becomes `.old`, and what the process says next begins the log anew."""
    monkeypatch.setattr(process_module, "_LOG_BYTES_MAX", 10)
    ready, log = tmp_path / "ready", tmp_path / "child.log"
    awaited = ""
    program = (
        "import pathlib, signal\n"
        "signal.signal(signal.SIGUSR1, lambda *_: print('after', flush=True))\n"
        "print('a line before', flush=True)\n"
        f"pathlib.Path({str(ready)!r}).touch()\n"
        "while True: signal.pause()\n"
    )

    async def said() -> bool:
        return ready.exists() and awaited in log.read_text()

    child = Supervised(command(program, said), log, lambda _: None)
    await child.start(PATIENCE_S)
    child.trim_log()
    assert log.read_text() == ""
    awaited = "after"
    os.kill(child.pid, signal.SIGUSR1)
    await child.wait_ready(PATIENCE_S)
    await child.stop()
    assert log.read_text() == "after\n"
    assert log.with_suffix(".old").read_text() == "a line before\n"


def test_a_log_ends_with_age(tmp_path: Path) -> None:
    """However little a process says, a line is moved aside after 90 days, and is gone after as many again."""
    log, old = tmp_path / "child.log", tmp_path / "child.old"
    child = Supervised(command("", exists(log)), log, lambda _: None)
    child.trim_log()
    assert not old.exists()
    log.write_text("a line\n")
    child.trim_log()
    assert (log.read_text(), old.read_text()) == ("a line\n", "")
    day_s, seen = 86_400, []
    for days in (89, 91, 1, 91):
        os.utime(old, (time.time() - days * day_s,) * 2)
        child.trim_log()
        seen.append((log.read_text(), old.read_text()))
    assert seen == [("a line\n", ""), ("", "a line\n"), ("", "a line\n"), ("", "")]


async def test_a_stranger_at_the_door_is_not_taken_for_us(tmp_path: Path) -> None:
    """When another program took the port meanwhile, its answers count for nothing, and the start says what to do."""

    async def ready() -> bool:
        return True

    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", 0))
        stranger.listen()
        port = int(stranger.getsockname()[1])
        barred = f"import socket; socket.socket().bind(('127.0.0.1', {port}))"
        child = Supervised(dataclasses.replace(command(barred, ready), port=port), tmp_path / "log", lambda _: None)
        with pytest.raises(StartFailed, match=rf"another program took the port {port} .* --port"):
            await child.start(PATIENCE_S)
        await child.stop()


async def test_whoever_listens_itself_is_ready(tmp_path: Path) -> None:
    """A process that has its port is ready as soon as it answers there."""

    async def ready() -> bool:
        return True

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    listens = f"import socket, signal; s = socket.socket(); s.bind(('127.0.0.1', {port})); s.listen(); signal.pause()"
    child = Supervised(dataclasses.replace(command(listens, ready), port=port), tmp_path / "log", lambda _: None)
    await child.start(PATIENCE_S)
    assert child.pid
    await child.stop()
