"""`stripsession account`: what it asks, what it says, and whom it lets through."""

from __future__ import annotations

import argparse
import functools
import getpass
import io
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.console import Console

from cli import account_closing, exits, login
from cli.exits import CommandFault
from cli.gateway import Gateway, Refused, Tokens
from cli.sessions import SessionFile
from cli.signin import SignInLink
from cli.verbs import _parser

ADDRESS = "https://strip.example"
LOCAL = "http://127.0.0.1:8080"
EMAILS = {"access": "ada@example.org", "fresh": "ada@example.org", "local": "you@localhost.localdomain", "issuer": ""}
"""Whose each access token is; of whom another issuer vouches for there may be no address."""
ASKED = {
    "state": "waiting",
    "asked_at": "2030-05-04T09:30:00.000Z",
    "due_at": "2030-05-11T09:30:00.000Z",
    "token": "t" * 43,
    "path": f"/#/closing/{'t' * 43}",
}


class House:
    """A gateway that asks for a fresh proof, where it is told to, and takes one password."""

    def __init__(self, methods: str | None = None) -> None:
        self.methods = methods
        self.closing: dict[str, Any] | None = None
        self.asked: list[tuple[str, Any]] = []
        self.keys: list[str] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        body: Any = json.loads(request.content) if request.content else None
        if request.url.path in ("/v1/auth/link", "/v1/auth/logout"):
            return httpx.Response(200, json={"access_token": "local", "refresh_token": "of this command"})
        if request.url.path == "/v1/me":
            signed = request.headers["authorization"].removeprefix("Bearer ")
            return httpx.Response(200, json={"email": EMAILS[signed], "user_id": "usr_1"})
        if request.method == "GET":
            return httpx.Response(200, json={"closing": self.closing, "window_s": 604_800})
        self.asked.append((f"{request.method} {request.url.path}", body))
        if request.url.path == "/v1/auth/step-up":
            if body != {"password": "right"}:
                return httpx.Response(403, json={"reason": "WRONG_PASSWORD", "detail": "It is wrong."})
            self.methods = None
            return httpx.Response(200, json={"access_token": "fresh", "token_type": "Bearer"})
        if request.method == "DELETE":
            self.closing = None
            return httpx.Response(204)
        self.keys.append(request.headers["idempotency-key"])
        if self.methods is not None:
            problem = {"reason": "STEP_UP_REQUIRED", "detail": "Show it.", "facts": {"methods": self.methods}}
            return httpx.Response(403, json=problem)
        self.closing = ASKED | {"at_once": body["at_once"]}
        return httpx.Response(201, json=self.closing)


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SessionFile:
    """Of somebody who is signed in at the server."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    file = SessionFile(ADDRESS)
    file.write(Tokens("access", "refresh"))
    return file


async def run(house: House, monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[int, str]:
    """The exit code and what was said, at the server."""
    return await run_at(house, monkeypatch, *words, "--server", ADDRESS)


async def run_at(house: House, monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[int, str]:
    """The same at the server that the words name, else at this machine's own stack, to which a link signs in."""

    async def link(_data: Path) -> SignInLink:
        return SignInLink("code", "usr_1")

    monkeypatch.setattr(login, "Gateway", lambda address: Gateway(address, httpx.MockTransport(house)))
    monkeypatch.setattr(login, "create_link", link)
    monkeypatch.setattr(login, "local_address", lambda _data: LOCAL)
    arguments: argparse.Namespace = _parser().parse_args(["account", *words])
    said = io.StringIO()
    code = await arguments.verb(arguments, Console(file=said, width=300))
    return code, said.getvalue()


async def test_a_closing_says_when_and_how_to_undo_and_follow_it(
    kept: SessionFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whose it is, the day in UTC, the link, and the command that keeps this very account; the session stays for it."""
    house = House()
    code, said = await run(house, monkeypatch, "close")
    assert (code, house.asked) == (exits.DONE, [("POST /v1/account/closing", {"at_once": False})])
    assert "ada@example.org will be erased on 2030-05-11 at 09:30 UTC" in said
    assert f"{ADDRESS}/#/closing/{'t' * 43}" in said
    assert f"account keep --server {ADDRESS}`" in said
    assert kept.read() is not None
    code, said = await run(house, monkeypatch, "keep")
    assert (code, house.asked[-1]) == (exits.DONE, ("DELETE /v1/account/closing", None))
    assert said == "The account ada@example.org stays.\n"


async def test_what_nobody_closes_is_not_told_to_stay(kept: SessionFile, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is signed in as another than they think learns whose account it was, and that nothing waited there."""
    assert kept.read() is not None
    house = House()
    code, said = await run(house, monkeypatch, "keep")
    assert (code, house.asked) == (exits.DONE, [])
    assert said == f"Nothing to undo: the account ada@example.org at {ADDRESS} is not to be closed.\n"


@pytest.mark.usefixtures("kept")
async def test_without_a_server_it_is_who_is_signed_in_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine's own account, unless `login` keeps another's session; its data folder stands in the way back."""
    data = tmp_path / "my data"
    house = House()
    _, said = await run_at(house, monkeypatch, "close", "--data", str(data))
    assert "you@localhost.localdomain will be erased" in said
    assert f"account keep --data '{data}'`" in said
    SessionFile(LOCAL).write(Tokens("access", "refresh"))
    _, said = await run_at(house, monkeypatch, "keep", "--data", str(data))
    assert said == "The account ada@example.org stays.\n"
    await run_at(house, monkeypatch, "close", "--at-once", "--yes")
    assert SessionFile(LOCAL).read() is None


async def test_who_has_no_address_is_named_all_the_same(kept: SessionFile, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of whom another issuer vouches for the identifier is told."""
    kept.write(Tokens("issuer", "refresh"))
    assert "The account usr_1 will be erased" in (await run(House(), monkeypatch, "close"))[1]


async def test_at_once_is_asked_about_once_more(kept: SessionFile, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is erased where the word is not typed; once it is, the session here is forgotten, too."""
    house, questions = House(), list[str]()

    def answer(question: str, typed: str) -> str:
        questions.append(question)
        return typed

    for typed in ("", "yes"):
        monkeypatch.setattr("builtins.input", functools.partial(answer, typed=typed))
        with pytest.raises(CommandFault) as fault:
            await run(house, monkeypatch, "close", "--at-once")
        assert fault.value.exit_code == exits.USAGE
    assert house.asked == []
    assert all("ada@example.org" in question for question in questions)
    monkeypatch.setattr("builtins.input", lambda _question: "Erase")
    _, said = await run(house, monkeypatch, "close", "--at-once")
    assert house.asked == [("POST /v1/account/closing", {"at_once": True})]
    assert "ada@example.org is being erased now" in said
    assert "keep" not in said
    assert kept.read() is None


def test_no_answer_is_no_word() -> None:
    """A command that runs by itself erases nothing unless --yes says so."""

    def ended(_question: str) -> str:
        raise EOFError

    with pytest.raises(CommandFault):
        account_closing.require_word(ended, "ada@example.org")


@pytest.mark.parametrize("method", ["password", "totp"])
@pytest.mark.usefixtures("kept")
async def test_whoever_cannot_be_asked_who_they_are_is_told_where(monkeypatch: pytest.MonkeyPatch, method: str) -> None:
    """A command that runs by itself, where a proof is due, asks for nothing and says that it needs a terminal."""

    def ended(_question: str) -> str:
        raise EOFError

    monkeypatch.setattr(getpass, "getpass", ended)
    house = House(method)
    with pytest.raises(CommandFault, match="run it in a terminal") as fault:
        await run(house, monkeypatch, "close")
    assert fault.value.exit_code == exits.USAGE
    assert house.closing is None


async def test_who_must_show_who_they_are_is_asked(kept: SessionFile, monkeypatch: pytest.MonkeyPatch) -> None:
    """A session that was opened long ago asks for the password, and sends the same wish again; a wrong one ends it."""
    house = House("password")
    monkeypatch.setattr(getpass, "getpass", lambda _question: "right")
    code, _ = await run(house, monkeypatch, "close")
    assert code == exits.DONE
    assert len(set(house.keys)) == 1
    assert kept.read() == Tokens("fresh", "refresh")
    monkeypatch.setattr(getpass, "getpass", lambda _question: "wrong")
    with pytest.raises(Refused):
        await run(House("password"), monkeypatch, "close")


async def test_who_shows_it_in_a_browser_alone_is_sent_there(
    kept: SessionFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Passkeys and providers need a page; a person who has nothing else is told which."""
    assert kept.read() is not None
    with pytest.raises(CommandFault, match="#/account/closing"):
        await run(House("passkey provider"), monkeypatch, "close")


async def test_who_is_signed_in_nowhere_is_told_how(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is asked of a server at which nobody is signed in."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    house = House()
    with pytest.raises(CommandFault, match="login"):
        await run(house, monkeypatch, "keep")
    assert house.asked == []
