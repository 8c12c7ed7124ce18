"""`stripsession account`: what it asks, what it says, and whom it lets through."""

from __future__ import annotations

import argparse
import getpass
import io
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.console import Console

from cli import closing, exits
from cli.exits import CommandFault
from cli.gateway import Gateway, Refused, Tokens
from cli.sessions import SessionFile
from cli.verbs import _parser

ADDRESS = "https://strip.example"
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
        self.asked: list[tuple[str, Any]] = []
        self.keys: list[str] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        body: Any = json.loads(request.content) if request.content else None
        self.asked.append((f"{request.method} {request.url.path}", body))
        if request.url.path == "/v1/auth/step-up":
            if body != {"password": "right"}:
                return httpx.Response(403, json={"reason": "WRONG_PASSWORD", "detail": "It is wrong."})
            self.methods = None
            return httpx.Response(200, json={"access_token": "fresh", "token_type": "Bearer"})
        if request.method == "DELETE":
            return httpx.Response(204)
        self.keys.append(request.headers["idempotency-key"])
        if self.methods is not None:
            problem = {"reason": "STEP_UP_REQUIRED", "detail": "Show it.", "facts": {"methods": self.methods}}
            return httpx.Response(403, json=problem)
        return httpx.Response(201, json=ASKED | {"at_once": body["at_once"]})


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SessionFile:
    """Of somebody who is signed in at the server."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    file = SessionFile(ADDRESS)
    file.write(Tokens("access", "refresh"))
    return file


async def run(house: House, monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[int, str]:
    """The exit code and what was said."""
    monkeypatch.setattr(closing, "Gateway", lambda address: Gateway(address, httpx.MockTransport(house)))
    arguments: argparse.Namespace = _parser().parse_args(["account", *words, "--server", ADDRESS])
    said = io.StringIO()
    code = await arguments.verb(arguments, Console(file=said, width=300))
    return code, said.getvalue()


async def test_a_closing_says_when_and_how_to_undo_and_follow_it(
    kept: SessionFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The day in UTC, the link, and the command that keeps the account; the session stays, for that command."""
    house = House()
    code, said = await run(house, monkeypatch, "close")
    assert (code, house.asked) == (exits.DONE, [("POST /v1/account/closing", {"at_once": False})])
    assert "on 2030-05-11 at 09:30 UTC" in said
    assert f"{ADDRESS}/#/closing/{'t' * 43}" in said
    assert "account keep" in said
    assert kept.read() is not None
    code, said = await run(house, monkeypatch, "keep")
    assert (code, house.asked[-1], said.strip()) == (0, ("DELETE /v1/account/closing", None), "Your account stays.")


async def test_at_once_is_asked_about_once_more(kept: SessionFile, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is erased where the word is not typed; once it is, the session here is forgotten, too."""
    house = House()
    for typed in ("", "yes"):
        monkeypatch.setattr("builtins.input", lambda _question, typed=typed: typed)
        with pytest.raises(CommandFault) as fault:
            await run(house, monkeypatch, "close", "--at-once")
        assert fault.value.exit_code == exits.USAGE
    assert house.asked == []
    monkeypatch.setattr("builtins.input", lambda _question: "Erase")
    _, said = await run(house, monkeypatch, "close", "--at-once")
    assert house.asked == [("POST /v1/account/closing", {"at_once": True})]
    assert "being erased now" in said
    assert "keep" not in said
    assert kept.read() is None


def test_no_answer_is_no_word() -> None:
    """A command that runs by itself erases nothing unless --yes says so."""

    def ended(_question: str) -> str:
        raise EOFError

    with pytest.raises(CommandFault):
        closing.require_word(ended)


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
