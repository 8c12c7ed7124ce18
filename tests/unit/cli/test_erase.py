"""`stripsession erase`: how far it is, and what it says to do next."""

from __future__ import annotations

import argparse
import io
from collections.abc import Awaitable, Callable
from pathlib import Path

import grpc
import pytest
from rich.console import Console

from cli import erase, exits, signin
from cli.erase import lines_of, state_of
from cli.exits import CommandFault
from stripsession.auth.v1 import account_administration_service_pb2 as accounts_pb
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
    assert below.endswith(f"`stripsession erase {PERSON}`")
    assert below.startswith("Its person is shut out as it begins; the account itself goes last")
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


def looked(*holders: pb.HolderErasure, due: bool = True, finished: bool = False) -> pb.GetErasureResponse:
    answer = pb.GetErasureResponse(erasure=pb.PersonErasure(holders=holders))
    answer.erasure.requested_at.FromSeconds(1_900_000_000)
    if due:
        answer.erasure.due_at.FromSeconds(1_900_000_100)
    if finished:
        answer.erasure.finished_at.FromSeconds(1_900_000_600)
    return answer


def holder(name: str, *, tries: int = 0, fault: str = "", done: bool = False) -> pb.HolderErasure:
    part = pb.HolderErasure(holder=name, tries=tries, fault=fault)
    (part.finished_at if done else part.next_try_at).FromSeconds(1_900_000_100)
    return part


def test_who_was_never_asked_for_is_told_so() -> None:
    """Of whom nobody asked to have erased, it is told what would go, and which word does it."""
    told, below = state_of(PERSON, pb.GetErasureResponse())
    assert told.startswith(f"Nothing was done, and nobody asked to have {PERSON} erased.")
    assert below.endswith(f"`stripsession erase {PERSON} --now`")


def test_each_service_is_told_with_its_state() -> None:
    """While it is under way each service stands on a line: done and when, or its tries, its fault and its next try."""
    answer = looked(
        holder("library", tries=2, done=True), holder("billing", tries=1, fault="UNREACHABLE"), holder("auth")
    )
    assert state_of(PERSON, answer) == (
        f"The erasure of {PERSON} is under way since 2030-03-17 17:46 UTC.",
        "  library  done 2030-03-17 17:48 UTC, 2 tries",
        "  billing  UNREACHABLE, 1 try, asked again from 2030-03-17 17:48 UTC on",
        "  auth     not asked yet",
    )


def test_what_is_over_says_when() -> None:
    """A finished erasure is told with its end, and the command for what a backup brought back."""
    answer = looked(holder("library", tries=1, done=True), due=False, finished=True)
    done, again = state_of(PERSON, answer)
    assert done == f"{PERSON} was erased by every service on 2030-03-17 17:56 UTC."
    assert again.endswith(f"`stripsession erase {PERSON} --now --again`")


class Asked:
    """Retention and auth, asked over a channel; an answer that is a status is a refusal."""

    def __init__(self, **answers: object) -> None:
        self.grpc = self
        self.asked: list[str] = []
        self._answers = answers

    async def stop(self) -> None:
        """As a channel does."""

    def unary_unary(self, method: str, *_: object, **__: object) -> Callable[..., Awaitable[object]]:
        name = method.rpartition("/")[2]

        async def call(request: pb.GetErasureRequest) -> object:
            self.asked.append(f"{name} {request.user_id}")
            answer = self._answers[name]
            if isinstance(answer, grpc.StatusCode):
                raise grpc.aio.AioRpcError(answer, grpc.aio.Metadata(), grpc.aio.Metadata(), "why")
            return answer

        return call


async def said(monkeypatch: pytest.MonkeyPatch, asked: Asked, *words: str) -> str:
    monkeypatch.setattr(erase, "console_channel", lambda *_: asked)
    monkeypatch.setattr(signin, "console_channel", lambda *_: asked)
    console = Console(file=io.StringIO(), width=300)
    assert await erase.run(parsed(*words), console) == exits.DONE
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("words", [(PERSON,), (PERSON, "--again")])
async def test_without_now_nothing_is_done(words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """Who only wants to know what it would do, or how far it is, asks for nothing that erases."""
    asked = Asked(GetErasure=pb.GetErasureResponse())
    told = await said(monkeypatch, asked, *words)
    assert asked.asked == [f"GetErasure {PERSON}"]
    assert told.startswith("Nothing was done")
    assert f"stripsession erase {PERSON} --now" in told


@pytest.mark.parametrize("more", [(), ("--now",), ("--now", "--again")])
@pytest.mark.parametrize(
    "slip", ["usr_zzz", PERSON[:-1], f"{PERSON}0", PERSON.upper(), "ann@band.example", f"{PERSON}\n"]
)
async def test_what_is_no_identifier_is_refused(
    monkeypatch: pytest.MonkeyPatch, slip: str, more: tuple[str, ...]
) -> None:
    """A slip is told before anybody is asked anything, with what an identifier looks like."""
    asked = Asked()
    with pytest.raises(CommandFault, match=r"no identifier.*usr_ and 32 .*--email") as refused:
        await said(monkeypatch, asked, slip, *more)
    assert (refused.value.exit_code, asked.asked) == (exits.USAGE, [])


async def test_whom_nobody_knows_is_not_erased(monkeypatch: pytest.MonkeyPatch) -> None:
    """An identifier that auth does not know and whose erasure was never asked for is told, not begun."""
    asked = Asked(GetErasure=pb.GetErasureResponse(), FindAccount=grpc.StatusCode.NOT_FOUND)
    with pytest.raises(CommandFault, match=f"nobody here is {PERSON}; after a backup was brought back say --again"):
        await said(monkeypatch, asked, PERSON, "--now")
    assert asked.asked == [f"GetErasure {PERSON}", f"FindAccount {PERSON}"]


async def test_who_is_known_is_erased_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody with an account, somebody whose erasure is noted, and after a backup anybody."""
    begun, found = answered(begun=True, auth=""), accounts_pb.FindAccountResponse(user_id=PERSON)
    asked = Asked(GetErasure=pb.GetErasureResponse(), FindAccount=found, ErasePerson=begun)
    assert "begins now" in await said(monkeypatch, asked, PERSON, "--now")
    noted = Asked(GetErasure=looked(holder("auth")), ErasePerson=answered(auth=""))
    assert "is under way" in await said(monkeypatch, noted, PERSON, "--now")
    again = Asked(ErasePerson=begun)
    assert "begins now" in await said(monkeypatch, again, PERSON, "--now", "--again")


@pytest.mark.parametrize("lost", ["UNAVAILABLE", "DEADLINE_EXCEEDED", "CANCELLED", "UNKNOWN", "INTERNAL"])
async def test_a_lost_answer_is_no_refusal(monkeypatch: pytest.MonkeyPatch, lost: str) -> None:
    """Where the answer to the word that erases did not come, it may have begun, and nothing else is claimed."""
    asked = Asked(ErasePerson=grpc.StatusCode[lost])
    with pytest.raises(
        CommandFault, match=rf"not known whether .* began .*`stripsession erase {PERSON}` says how far"
    ) as told:
        await said(monkeypatch, asked, PERSON, "--now", "--again")
    assert "nobody is erased" not in str(told.value)


async def test_a_refusal_says_that_nobody_is_erased(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was refused, or never asked for, did not begin, also where the answer to a look was lost."""
    refused = Asked(ErasePerson=grpc.StatusCode.PERMISSION_DENIED)
    with pytest.raises(CommandFault, match="nobody is erased"):
        await said(monkeypatch, refused, PERSON, "--now", "--again")
    for words in ((PERSON,), (PERSON, "--now")):
        with pytest.raises(CommandFault, match="nobody is erased"):
            await said(monkeypatch, Asked(GetErasure=grpc.StatusCode.UNAVAILABLE), *words)
    unsure = Asked(GetErasure=pb.GetErasureResponse(), FindAccount=grpc.StatusCode.UNAVAILABLE)
    with pytest.raises(CommandFault, match="nobody was looked up"):
        await said(monkeypatch, unsure, PERSON, "--now")


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
