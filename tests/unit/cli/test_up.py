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
from cli.exits import CommandFault
from cli.report import plain_lines_of
from cli.songs import Outcome
from stack.commands import Plan
from stack.layout import DATA_FOLDER, Layout
from stack.reach import Reach
from stack.served_models import ServedModels
from stack.supervisor import Stack, Wishes


async def test_an_interrupt_while_starting_gives_the_start_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Ctrl-C during a start that takes long ends it at once, in order, with the exit code of an interrupt."""
    stopped: list[str] = []
    plan = Plan(Layout(tmp_path), {}, Reach(), "in_process", "info", ServedModels(tmp_path, "baseline", False))

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


def wishes(*words: str) -> Wishes:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=DATA_FOLDER)
    up.add_arguments(parser)
    return up.wishes_of(parser.parse_args(list(words)))


def test_a_service_with_a_name_is_asked_for_in_one_line() -> None:
    """The public URL, where to listen and the proxy reach the stack as they were said."""
    named = wishes("--public-url", "https://stems.example.org", "--listen", "[::1]:9000", "--proxy", "10.0.0.0/8")
    assert named.reach == Reach("::1", 9000, "https://stems.example.org", ("10.0.0.0/8",))


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (["--listen", "0.0.0.0:8080"], "--public-url https://"),
        (["--listen", "127.0.0.1:8080", "--port", "8081"], "leave one out"),
        (["--proxy", "10.0.0.1"], "add --public-url"),
    ],
)
def test_a_way_that_must_not_be_is_a_usage_error(words: list[str], remedy: str) -> None:
    """Nothing is started for a service that would send sign-ins in the clear, and the message says what to do."""
    with pytest.raises(CommandFault, match=remedy) as refused:
        wishes(*words)
    assert refused.value.exit_code == exits.USAGE


def test_the_words_say_where_to_go_and_how_to_come_back() -> None:
    """Address and link come first; at the end stand how to stop, how to start again, and where everything is."""
    here = "http://127.0.0.1:8080"
    first = up.address_lines(here, f"{here}/#/link/code", DATA_FOLDER)
    assert f"StripSession is running at {here}" in first
    assert f"  {here}/#/link/code" in first
    last = " ".join(up.keeping_lines(DATA_FOLDER, is_hosted=False))
    assert "Stop with Ctrl-C. Start again with `stripsession up`. Your library stays in .data/" in last
    elsewhere = " ".join(up.keeping_lines(Path("/my music"), is_hosted=False))
    assert "`stripsession up --data '/my music'`" in elsewhere
    assert "Start again with the same command" in " ".join(up.keeping_lines(DATA_FOLDER, is_hosted=True))


def test_the_words_say_where_the_stems_are(tmp_path: Path) -> None:
    """Each song's folder is named with what was heard in it; a song that failed says why."""
    report = {"sum": {"differing_samples": 0}}
    heard = {"tempo_bpm": 99.6, "key": "D major", "integrated_lufs": -14.2}
    told = plain_lines_of({"report": report, "analysis": heard})
    lines = up.outcome_lines(
        [Outcome(Path("a.ogg"), tmp_path / "a", told=told), Outcome(Path("b.ogg"), None, "The file is no audio.")]
    )
    assert lines == (
        f"✓ a.ogg is separated. Its stems are in {tmp_path}/a/",
        "  100 BPM · D major · -14.2 LUFS",
        "  played together they are your song again, sample for sample",
        "✗ b.ogg: The file is no audio.",
    )
    wrong = plain_lines_of({"report": {"sum": {"differing_samples": 3}}})
    assert wrong == ("played together they are NOT your song again: 3 samples differ",)
