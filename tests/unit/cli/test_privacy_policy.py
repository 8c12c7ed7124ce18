"""`stripsession privacy policy`: what a person reads of what they accepted, and how they accept."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.console import Console

from cli import exits, login
from cli.gateway import Gateway, Refused, Tokens
from cli.privacy_policy import lines_of
from cli.sessions import SessionFile
from cli.verbs import _parser
from services.gateway.api.acceptance_schemas import ACCEPTANCE_EXAMPLES

ASKED: Any = ACCEPTANCE_EXAMPLES["PolicyAcceptance"]
ADDRESS = "https://strip.example"
PATH, NOTICES = "/v1/privacy/acceptance", "/v1/privacy/notices"
COMING: Any = {"version": 4, "in_force_from": "2031-05-01T00:00:00.000Z", "changes": None}


def test_who_has_not_accepted_reads_how() -> None:
    """The version in force, since when, what is new, where to read it, and by which words it is accepted."""
    assert list(lines_of(ASKED, ADDRESS)) == [
        "Version 3 is in force since 2030-01-01.",
        "  This version names what is kept.",
        "  https://strip.example/privacy?version=3&lang=en",
        "You have not accepted it; --accept 3 does.",
        "You accepted version 1 on 2029-11-20, by signing up.",
    ]


def test_what_was_accepted_and_what_comes_is_told() -> None:
    """Nothing is asked for what was accepted; the next version is told with its day."""
    accepted = {"version": 3, "accepted_at": "2030-01-02T00:00:00.000Z", "at_sign_up": False}
    told = list(lines_of(ASKED | {"is_accepted": True, "accepted": [accepted], "coming": COMING}, ADDRESS))
    assert told[3:] == [
        "You accepted version 3 on 2030-01-02, as you were asked.",
        "Version 4 comes into force on 2031-05-01.",
        "  https://strip.example/privacy?version=4&lang=en",
    ]


def test_where_no_version_is_known_that_is_told() -> None:
    """A server that has just been made says so."""
    told = list(lines_of(ASKED | {"in_force": None, "is_asked": False, "accepted": []}, ADDRESS))
    assert told == ["This server does not know yet which version is in force. Ask again in a moment."]


class House:
    """A gateway at which version 3 is in force, of one person."""

    def __init__(self, *, coming: Any = None) -> None:
        self.standing = ASKED | {"coming": coming, "is_told": coming is not None}
        self.asked: list[tuple[str, str, Any]] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else None
        self.asked.append((request.method, request.url.path, body))
        if (request.method, request.url.path) == ("POST", PATH):
            if body != {"version": 3}:
                problem = {"type": "about:blank", "status": 409, "reason": "POLICY_NOT_IN_FORCE", "detail": "Not it."}
                return httpx.Response(409, json=problem)
            self.standing |= {"is_accepted": True, "is_asked": False}
        if request.url.path == NOTICES:
            self.standing |= {"is_asked": False} if body == {"version": 3, "asked": True} else {"is_told": False}
        return httpx.Response(200, json=self.standing)


@pytest.fixture(autouse=True)
def signed_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home in which `login` keeps a session."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    SessionFile(ADDRESS).write(Tokens("access", "refresh"))


async def _run(house: House, monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[int, str]:
    monkeypatch.setattr(login, "Gateway", lambda address: Gateway(address, httpx.MockTransport(house)))
    arguments = _parser().parse_args(["privacy", "policy", "--server", ADDRESS, *words])
    said = io.StringIO()
    code = await arguments.verb(arguments, Console(file=said, width=300))
    return code, said.getvalue()


async def test_looking_tells_once_and_accepts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who was told here is told by no notice of the page; it ends with 1 as long as nothing is accepted."""
    house = House(coming=COMING)
    # A program that asks is nobody who was told.
    code, text = await _run(house, monkeypatch, "--json")
    assert (code, json.loads(text)) == (exits.SOME_FAILED, house.standing)
    assert house.asked == [("GET", PATH, None)]
    house.asked.clear()
    code, text = await _run(house, monkeypatch)
    assert (code, text.splitlines()) == (exits.SOME_FAILED, list(lines_of(house.standing, ADDRESS)))
    assert house.asked == [
        ("GET", PATH, None),
        ("POST", NOTICES, {"version": 3, "asked": True}),
        ("POST", NOTICES, {"version": 4, "asked": False}),
    ]
    house.asked.clear()
    await _run(house, monkeypatch)
    assert house.asked == [("GET", PATH, None)]


async def test_the_version_in_force_is_accepted_by_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """It ends well then; another number is refused by the server's own words, and nothing is accepted."""
    house = House()
    with pytest.raises(Refused, match="Not it"):
        await _run(house, monkeypatch, "--accept", "2")
    assert not house.standing["is_accepted"]
    code, _ = await _run(house, monkeypatch, "--accept", "3")
    assert code == exits.DONE
    assert house.asked == [("POST", PATH, {"version": 2}), ("POST", PATH, {"version": 3})]
