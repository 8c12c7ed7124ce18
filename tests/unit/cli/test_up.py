"""`stripsession up`, without a stack."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from rich.console import Console

from cli import exits, up
from stack.commands import Plan
from stack.layout import Layout
from stack.served_models import ServedModels
from stack.supervisor import Stack, Wishes


async def test_an_interrupt_while_starting_gives_the_start_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Ctrl-C during a start that takes long ends it at once, in order, with the exit code of an interrupt."""
    stopped: list[str] = []
    plan = Plan(Layout(tmp_path), {}, "127.0.0.1", "in_process", "info", ServedModels(tmp_path, "baseline", False))

    @contextlib.asynccontextmanager
    async def starts_for_ever(wishes: Wishes, say: Callable[[str], None]) -> AsyncIterator[Stack]:
        try:
            os.kill(os.getpid(), signal.SIGINT)
            await asyncio.Event().wait()
            yield Stack(plan, say)
        finally:
            stopped.append("in order")

    monkeypatch.setattr(up, "running", starts_for_ever)
    parser = argparse.ArgumentParser()
    up.add_arguments(parser)
    arguments = parser.parse_args([])
    arguments.data = tmp_path
    try:
        async with asyncio.timeout(10):
            assert await up.run(arguments, Console(quiet=True)) == exits.INTERRUPTED
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().remove_signal_handler(number)
    assert stopped == ["in order"]


@pytest.mark.parametrize("port", ["0", "65536", "99999999", "-1", "http", "8_0"])
def test_a_port_that_is_none_is_a_usage_error(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A number that no server can listen on is told before anything starts."""
    parser = argparse.ArgumentParser()
    up.add_arguments(parser)
    with pytest.raises(SystemExit) as ended:
        parser.parse_args([f"--port={port}"])
    assert ended.value.code == exits.USAGE
    assert "ports are 1 to 65535" in capsys.readouterr().err
