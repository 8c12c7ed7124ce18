"""Signing in by a code, the session that is kept for later commands, and acting by an API key."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from rich.console import Console

from cli.exits import CommandFault
from cli.gateway import Gateway, Refused, Tokens
from cli.login import approved, login, logout
from cli.separate import account_at
from cli.sessions import SessionFile, sessions_folder
from cli.verbs import _parser

ADDRESS = "http://127.0.0.1:8080"
CODES = {"device_code": "secret-device-code", "user_code": "WDJB-MJHT", "path": "/#/device/WDJB-MJHT", "interval_s": 5}


class Server:
    """Answers a device's questions from a list, and renews each refresh token once."""

    def __init__(self, *answers: tuple[int, dict[str, object]]) -> None:
        self.answers = list(answers)
        self.number = 0
        self.shown: list[str] = []
        self.meanwhile: Callable[[], None] = lambda: None
        """What another command does while a proof is under way."""

    def tokens(self) -> dict[str, object]:
        self.number += 1
        return {"access_token": f"access-{self.number}", "refresh_token": f"refresh-{self.number}"}

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path == "/v1/auth/device":
            return httpx.Response(201, json=CODES)
        if path == "/v1/auth/device/token":
            assert json.loads(request.content) == {"device_code": CODES["device_code"]}
            status, body = self.answers.pop(0)
            return httpx.Response(status, json=body)
        if path == "/v1/auth/step-up":
            self.meanwhile()
            return httpx.Response(200, json={"access_token": f"proved-{self.number}", "token_type": "Bearer"})
        if path == "/v1/auth/refresh":
            if json.loads(request.content)["refresh_token"] != f"refresh-{self.number}":
                return httpx.Response(401, json={"reason": "SESSION_ENDED", "detail": "The session has ended."})
            return httpx.Response(200, json=self.tokens())
        self.shown.append(request.headers["authorization"])
        if self.shown[-1] != f"Bearer access-{self.number}":
            return httpx.Response(401, json={"reason": "UNAUTHENTICATED", "detail": "It is not valid."})
        return httpx.Response(200, json={"email": "ada@example.org"})


def gateway_to(server: Server) -> Gateway:
    return Gateway(ADDRESS, httpx.MockTransport(server))


def session_of(server: Server) -> tuple[int, dict[str, object]]:
    return 200, server.tokens() | {"account": {"email": "ada@example.org"}}


async def _login(server: Server, kept: SessionFile) -> tuple[str, str, list[float]]:
    said, waits = io.StringIO(), []

    async def sleep(wait_s: float) -> None:
        waits.append(wait_s)

    gateway = gateway_to(server)
    account = await approved(gateway, kept, Console(file=said, width=200), sleep)
    await gateway.close()
    return account["email"], said.getvalue(), waits


async def test_a_code_is_shown_and_waited_for(tmp_path: Path) -> None:
    """The link and the code are said, the server is asked at its interval, and the session is kept for later."""
    server = Server()
    pending: tuple[int, dict[str, object]] = (409, {"reason": "DEVICE_PENDING", "detail": "Nobody has answered yet."})
    server.answers = [pending, pending, session_of(server)]
    kept = SessionFile(ADDRESS, tmp_path)
    email, said, waits = await _login(server, kept)
    assert (email, waits) == ("ada@example.org", [5.0, 5.0, 5.0])
    assert f"{ADDRESS}/#/device/WDJB-MJHT" in said
    assert "secret-device-code" not in said
    assert kept.read() == Tokens("access-1", "refresh-1")
    later = gateway_to(server)
    assert later.keep_session(SessionFile(ADDRESS + "/", tmp_path))
    assert (await later.json("GET", "/v1/me"))["email"] == "ada@example.org"


@pytest.mark.parametrize(
    ("told", "is_said"), [({"age_confirmed": False}, True), ({"age_confirmed": True}, False), ({}, False)]
)
async def test_whoever_was_not_asked_for_their_age_is_told_where(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: dict[str, object], is_said: bool
) -> None:
    """Signing in says that no songs are taken yet, and where to say that one is old enough; to others nothing."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    server = Server()
    server.answers = [(200, server.tokens() | {"account": {"email": "ada@example.org"} | told})]
    monkeypatch.setattr("cli.login.Gateway", lambda _: gateway_to(server))
    monkeypatch.setitem(CODES, "interval_s", 0)
    console = Console(file=io.StringIO(), width=200)
    assert await login(_parser().parse_args(["login", "--server", ADDRESS]), console) == 0
    assert isinstance(console.file, io.StringIO)
    said = console.file.getvalue()
    assert f"Signed in at {ADDRESS} as ada@example.org." in said
    assert ("13 or older" in said, f"Open {ADDRESS}, which asks once" in said) == (is_said, is_said)


@pytest.mark.parametrize(
    ("status", "reason", "said"),
    [(404, "DEVICE_CODE_NOT_FOUND", "nobody approved in time"), (403, "DEVICE_REFUSED", "It was refused.")],
)
async def test_no_approval_is_no_session(tmp_path: Path, status: int, reason: str, said: str) -> None:
    """A code that ran out or was refused says so, and nothing is kept."""
    server = Server((status, {"reason": reason, "detail": "It was refused."}))
    kept = SessionFile(ADDRESS, tmp_path)
    with pytest.raises((CommandFault, Refused), match=said):
        await _login(server, kept)
    assert kept.read() is None


async def test_a_session_is_this_users_alone(tmp_path: Path) -> None:
    """The file and its folder are closed to others, and one that others could have read is not used."""
    folder = tmp_path / "config" / "sessions"
    kept = SessionFile(ADDRESS, folder)
    kept.write(Tokens("access-1", "refresh-1"))
    (path,) = folder.glob("*.json")
    assert (path.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)
    assert SessionFile("http://another.example", folder).read() is None
    path.chmod(0o644)
    with pytest.raises(CommandFault, match="can be read by others"):
        kept.read()
    path.chmod(0o600)
    path.write_text("{}")
    with pytest.raises(CommandFault, match="damaged"):
        kept.read()
    kept.forget()
    assert kept.read() is None


async def test_commands_at_once_renew_a_session_once(tmp_path: Path) -> None:
    """Two commands whose token has expired spend one refresh token, keep the next, and both go on."""
    server = Server()
    server.tokens()
    kept = SessionFile(ADDRESS, tmp_path)
    kept.write(Tokens("expired", "refresh-1"))
    gateways = [gateway_to(server), gateway_to(server)]
    for gateway in gateways:
        assert gateway.keep_session(SessionFile(ADDRESS, tmp_path))
    answers = await asyncio.gather(*(gateway.json("GET", "/v1/me") for gateway in gateways))
    assert [answer["email"] for answer in answers] == ["ada@example.org"] * 2
    assert server.number == 2
    assert kept.read() == Tokens("access-2", "refresh-2")


class WatchedFile(SessionFile):
    """A session's file that is read and written by whoever holds its lock alone, once somebody acts by it."""

    is_held = False
    is_watched = False

    def read(self) -> Tokens | None:
        assert self.is_held or not self.is_watched
        return super().read()

    def write(self, tokens: Tokens) -> None:
        assert self.is_held or not self.is_watched
        super().write(tokens)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        with super().locked():
            self.is_held = True
            yield
            self.is_held = False


async def _proved(server: Server, folder: Path) -> Gateway:
    """Somebody whose session was kept, after a proof."""
    server.tokens()
    kept, gateway = WatchedFile(ADDRESS, folder), gateway_to(server)
    kept.write(Tokens("access-1", "refresh-1"))
    assert gateway.keep_session(kept)
    kept.is_watched = True
    await gateway.prove({"password": "right"})
    await gateway.close()
    return gateway


async def test_a_proof_keeps_what_another_command_renewed(tmp_path: Path) -> None:
    """Who shows who they are gets a new access token beside the newest refresh token, and never a spent one."""
    server, kept = Server(), SessionFile(ADDRESS, tmp_path)
    server.meanwhile = lambda: kept.write(Tokens("access-2", "refresh-2"))
    gateway = await _proved(server, tmp_path)
    assert kept.read() == gateway.tokens() == Tokens("proved-1", "refresh-2")


async def test_a_proof_brings_no_session_back_that_was_ended(tmp_path: Path) -> None:
    """A session that was signed out in the meantime is not kept again."""
    server, kept = Server(), SessionFile(ADDRESS, tmp_path)
    server.meanwhile = kept.forget
    gateway = await _proved(server, tmp_path)
    assert kept.read() is None
    assert gateway.tokens() == Tokens("proved-1", "refresh-1")


@pytest.mark.parametrize(
    ("status", "said"), [(204, "Signed out at"), (503, "could not be told"), (None, "could not be told")]
)
async def test_signing_out_says_what_became_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int | None, said: str
) -> None:
    """The session is kept no longer in any case; where the server did not hear of it, that is said, and what to do."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    SessionFile(ADDRESS).write(Tokens("access", "refresh"))

    def answer(request: httpx.Request) -> httpx.Response:
        if status is None:
            raise httpx.ConnectError("away")
        return httpx.Response(status)

    monkeypatch.setattr("cli.login.Gateway", lambda address: Gateway(address, httpx.MockTransport(answer)))
    console = Console(file=io.StringIO(), width=200)
    await logout(_parser().parse_args(["logout", "--server", ADDRESS]), console)
    assert isinstance(console.file, io.StringIO)
    assert said in console.file.getvalue()
    assert SessionFile(ADDRESS).read() is None


async def test_an_ended_session_says_how_to_begin_another(tmp_path: Path) -> None:
    """Where the kept session has ended, the command names `login`."""
    kept = SessionFile(ADDRESS, tmp_path)
    kept.write(Tokens("expired", "spent"))
    gateway = gateway_to(Server())
    assert gateway.keep_session(kept)
    with pytest.raises(CommandFault, match="stripsession login"):
        await gateway.json("GET", "/v1/me")


async def test_a_key_is_shown_as_it_is_and_never_renewed() -> None:
    """An API key goes where an access token goes; one that is refused is said to be, and nothing else is tried."""
    server = Server()
    gateway = gateway_to(server)
    gateway.use_key("sks_live_key")
    with pytest.raises(CommandFault, match="STRIPSESSION_API_KEY is not valid"):
        await gateway.json("GET", "/v1/tracks")
    assert server.shown == ["Bearer sks_live_key"]


def test_a_key_is_for_a_server_that_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment's key is not for this machine's own stack; songs are remembered by what signs in."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("STRIPSESSION_API_KEY", "sks_live_key")
    assert sessions_folder() == tmp_path / "stripsession" / "sessions"
    asked = [["separate", "a.wav"], ["separate", "a.wav", "--server", ADDRESS]]
    assert [account_at(_parser().parse_args(words)) for words in asked] == [None, "by API key"]
    monkeypatch.delenv("STRIPSESSION_API_KEY")
    assert account_at(_parser().parse_args(asked[1])) is None
    SessionFile(ADDRESS).write(Tokens("access", "refresh"))
    assert account_at(_parser().parse_args(asked[1])) == "by session"
