"""`stripsession erase`: how far it is, and what it says to do next."""

from __future__ import annotations

import argparse
import io
from pathlib import Path

import pytest
from rich.console import Console

from cli import erase, exits
from cli.erase import lines_of
from cli.exits import CommandFault
from stripsession.retention.v1 import erasure_administration_service_pb2 as pb

PERSON = f"usr_{'ab' * 16}"


def answered(*, begun: bool = False, finished: bool = False, **waiting: str) -> pb.ErasePersonResponse:
    holders = [pb.WaitingHolder(holder=holder, fault=fault) for holder, fault in waiting.items()]
    answer = pb.ErasePersonResponse(begun=begun, waiting=holders)
    answer.requested_at.FromSeconds(1_900_000_000)
    if finished:
        answer.finished_at.FromSeconds(1_900_000_600)
    return answer


def test_what_is_under_way_names_who_is_not_done() -> None:
    """Each service that is not done stands with its reason, and how to look again stands below."""
    begun, below = lines_of(PERSON, answered(begun=True, library="", auth=""))
    assert begun == f"The erasure of {PERSON} begins now. Not done yet: library, auth."
    assert f"`stripsession erase {PERSON} --now`" in below
    later, _ = lines_of(PERSON, answered(billing="UNREACHABLE", auth=""))
    assert later == (
        f"The erasure of {PERSON} is under way since 2030-03-17 17:46 UTC. Not done yet: billing (UNREACHABLE), auth."
    )


def test_what_is_over_says_how_to_begin_it_again() -> None:
    """A finished erasure tells when, and the command for what a backup brought back."""
    done, again = lines_of(PERSON, answered(finished=True), " --data x")
    assert done == f"{PERSON} was erased by every service on 2030-03-17 17:56 UTC."
    assert again.endswith(f"`stripsession erase {PERSON} --data x --now --again`")


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=Path(".data"))
    erase.add_arguments(parser)
    return parser.parse_args(words)


async def test_an_address_erases_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slip in an address must not erase somebody: it is told whose it is, and the identifier is what erases."""

    async def find_account(_: Path, email: str) -> str:
        return PERSON

    monkeypatch.setattr(erase, "find_account", find_account)
    console = Console(file=io.StringIO(), width=300)
    assert await erase.run(parsed("--email", "ann@band.example"), console) == exits.DONE
    assert isinstance(console.file, io.StringIO)
    assert f"stripsession erase {PERSON}" in console.file.getvalue()


@pytest.mark.parametrize("words", [(PERSON,), (PERSON, "--again")])
async def test_without_now_nothing_is_done(words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """Who only wants to know what it would do asks no service, and is told which word does it."""

    def console_channel(*_: object) -> None:
        raise AssertionError("a service was asked")

    monkeypatch.setattr(erase, "console_channel", console_channel)
    console = Console(file=io.StringIO(), width=300)
    assert await erase.run(parsed(*words), console) == exits.DONE
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue().startswith("Nothing was done.")
    assert f"stripsession erase {' '.join(words)} --now" in console.file.getvalue()


@pytest.mark.parametrize("more", ["--again", "--now"])
async def test_an_address_takes_no_word_that_erases(more: str) -> None:
    """Beside an address such a word would be passed over, and whoever typed it believe that it was done."""
    with pytest.raises(CommandFault, match="--email erases nobody"):
        await erase.run(parsed("--email", "ann@band.example", more), Console(file=io.StringIO()))


@pytest.mark.parametrize("words", [(), (PERSON, "--email", "ann@band.example")])
def test_one_person_is_named(words: tuple[str, ...]) -> None:
    """Nobody, and both an identifier and an address, are refused before anything is asked."""
    with pytest.raises(SystemExit):
        parsed(*words)
