"""`stripsession privacy held`: what a person reads, and what a program does."""

from __future__ import annotations

import copy
import io
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.console import Console

from cli import exits, login
from cli.exits import CommandFault
from cli.gateway import Gateway, Tokens
from cli.privacy_held import lines_of
from cli.sessions import SessionFile
from cli.signin import SignInLink
from cli.verbs import _parser
from services.gateway.api.census_schemas import CENSUS_EXAMPLES

CENSUS: Any = CENSUS_EXAMPLES["Census"]
ADDRESS = "https://strip.example"
ME = {"user_id": "usr_1", "email": "ada@example.org"}
LOCAL = "http://127.0.0.1:8080"


def _told(**changes: object) -> list[str]:
    census = copy.deepcopy(CENSUS)
    census["held"][0] |= changes
    return list(lines_of(census))


def test_a_kind_is_told_under_its_class() -> None:
    """What it is, how many, since when and until when stand in one line, below the class in the policy's words."""
    heading, line, *_ = _told()
    assert heading == "What is known of a song"
    assert line.split("  ") == ["", "Tracks", "12", "", "since 2029-11-20", "until you delete it or the account closes"]


def test_what_was_not_counted_to_its_end_says_so() -> None:
    """A count that is only the least says that, and sizes are told as people read them."""
    line = _told(count=200_000, is_at_least=True, oldest_at=None, size_bytes=None)[1]
    assert "200,000 or more" in line
    assert "1.5 GB" in _told(size_bytes=1_500_000_000)[1]


def test_an_unknown_kind_is_told_by_its_own_name() -> None:
    """A kind and a word that the server has no text for are told as they are."""
    line = _told(title=None, use=None, kept={"word": "a_while", "text": None})[1]
    assert "library: tracks" in line
    assert "a_while" in line


def test_whoever_could_not_be_asked_is_named() -> None:
    """A service that was down is named at the end, also where nothing else is held."""
    assert _told()[-1].startswith("billing could not be asked")
    lines = list(lines_of(CENSUS | {"held": [], "cookies": []}))
    assert lines[0] == "Nothing is held of you."
    assert lines[-1].startswith("billing could not be asked")


class House:
    """A gateway that tells a census to whoever is signed in, and knows who that was."""

    def __init__(self, **changes: object) -> None:
        self.census = CENSUS | changes
        self.asked: list[tuple[str, str]] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append((f"{request.method} {request.url}", request.headers.get("authorization", "")))
        if request.url.path == "/v1/auth/link":
            return httpx.Response(200, json={"access_token": "local", "refresh_token": "of this command"})
        return httpx.Response(200, json=ME if request.url.path == "/v1/me" else self.census)


@pytest.fixture
def sessions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home where nobody is signed in yet."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return tmp_path


async def _run(house: House, monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[int, str]:
    """The exit code and what was said, of the command as it is typed."""

    async def link(_data: Path) -> SignInLink:
        return SignInLink("code", "usr_1")

    monkeypatch.setattr(login, "Gateway", lambda address: Gateway(address, httpx.MockTransport(house)))
    monkeypatch.setattr(login, "create_link", link)
    monkeypatch.setattr(login, "local_address", lambda _data: LOCAL)
    arguments = _parser().parse_args(["privacy", "held", *words])
    said = io.StringIO()
    code = await arguments.verb(arguments, Console(file=said, width=300))
    return code, said.getvalue()


@pytest.mark.usefixtures("sessions")
@pytest.mark.parametrize(("away", "code"), [([], exits.DONE), (["billing"], exits.SOME_FAILED)])
async def test_it_ends_well_where_every_service_was_asked(
    monkeypatch: pytest.MonkeyPatch, away: list[str], code: int
) -> None:
    """By the session of `login` the census is asked for, and printed for people and for programs alike."""
    SessionFile(ADDRESS).write(Tokens("access", "refresh"))
    house = House(away=away)
    told, text = await _run(house, monkeypatch, "--server", f"{ADDRESS}/")
    assert told == code
    assert text.splitlines() == [f"Held of ada@example.org at {ADDRESS}:", *lines_of(house.census)]
    told, text = await _run(house, monkeypatch, "--server", ADDRESS, "--json")
    assert (told, json.loads(text)) == (code, house.census)
    paths = ("/v1/privacy/census", "/v1/me", "/v1/privacy/census")
    assert house.asked == [(f"GET {ADDRESS}{path}", "Bearer access") for path in paths]


@pytest.mark.usefixtures("sessions")
async def test_who_has_no_address_is_told_by_their_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose account another issuer vouches for may have no address: what is held is of their identifier then."""
    SessionFile(ADDRESS).write(Tokens("access", "refresh"))
    monkeypatch.setitem(ME, "email", "")
    _, text = await _run(House(), monkeypatch, "--server", ADDRESS)
    assert text.startswith(f"Held of usr_1 at {ADDRESS}:")


@pytest.mark.usefixtures("sessions")
async def test_without_a_server_it_is_who_is_signed_in_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The session that `login` keeps of this machine's stack, else a link to its own account that ends with it."""
    asked = [f"GET {LOCAL}{path}" for path in ("/v1/privacy/census", "/v1/me")]
    house = House()
    await _run(house, monkeypatch)
    assert [what for what, _ in house.asked] == [f"POST {LOCAL}/v1/auth/link", *asked, f"POST {LOCAL}/v1/auth/logout"]
    assert house.asked[1][1] == "Bearer local"
    SessionFile(LOCAL).write(Tokens("access", "refresh"))
    house.asked.clear()
    await _run(house, monkeypatch)
    assert house.asked == [(each, "Bearer access") for each in asked]


@pytest.mark.usefixtures("sessions")
async def test_who_is_signed_in_nowhere_is_told_how(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is asked of a server at which nobody is signed in."""
    house = House()
    with pytest.raises(CommandFault, match=f"login --server {ADDRESS}"):
        await _run(house, monkeypatch, "--server", ADDRESS)
    assert house.asked == []
