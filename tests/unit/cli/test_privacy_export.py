"""`stripsession privacy export`: prepared, waited for, fetched, and gone on with where it broke off."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import io
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.console import Console

from cli import exits, privacy_export
from cli.exits import CommandFault
from cli.gateway import Gateway, Tokens
from cli.sessions import SessionFile
from cli.verbs import _parser
from services.gateway.api.export_schemas import EXPORT_EXAMPLES

ADDRESS = "https://strip.example"
ARCHIVE = bytes(range(256)) * 40
LISTED: Any = EXPORT_EXAMPLES["ExportList"]
READY: Any = LISTED["exports"][0] | {"size_bytes": len(ARCHIVE)}
PREPARING: Any = READY | {"state": "preparing", "ready_at": None, "expires_at": None, "files": 3}


class House:
    """A gateway with one export, which is ready once it was looked at so often."""

    def __init__(self, *states: dict[str, Any], wants_proof: bool = False) -> None:
        self.states = list(states)
        self.wants_proof = wants_proof
        self.asked: list[str] = []
        self.ranges: list[str] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        asked = f"{request.method} {request.url.path}"
        self.asked.append(asked)
        if asked == "POST /v1/auth/step-up":
            assert json.loads(request.content) == {"password": "right"}
            self.wants_proof = False
            return httpx.Response(200, json={"access_token": "fresh", "token_type": "Bearer"})
        if asked == "POST /v1/privacy/exports":
            if self.wants_proof:
                problem = {"reason": "STEP_UP_REQUIRED", "detail": "Show it.", "facts": {"methods": "password"}}
                return httpx.Response(403, json=problem)
            return httpx.Response(202, json=PREPARING)
        if asked == "GET /v1/privacy/exports":
            state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
            return httpx.Response(200, json={"exports": [state] if state else [], "life_s": 604800})
        self.ranges.append(request.headers.get("range", ""))
        start = int(self.ranges[-1].removeprefix("bytes=").partition("-")[0]) if self.ranges[-1] else 0
        return httpx.Response(206 if start else 200, content=ARCHIVE[start:], headers={"etag": '"one"'})


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SessionFile:
    """Of somebody who is signed in at the server; no pause takes any time."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))

    async def at_once(_: float) -> None:
        return

    monkeypatch.setattr(asyncio, "sleep", at_once)
    file = SessionFile(ADDRESS)
    file.write(Tokens("access", "refresh"))
    return file


async def run(house: House, monkeypatch: pytest.MonkeyPatch, out: Path, *words: str) -> tuple[int, str]:
    """The exit code and what was said."""
    monkeypatch.setattr(privacy_export, "Gateway", lambda address: Gateway(address, httpx.MockTransport(house)))
    arguments: argparse.Namespace = _parser().parse_args(
        ["privacy", "export", "--server", ADDRESS, "--out", str(out), *words]
    )
    said = io.StringIO()
    code = await arguments.verb(arguments, Console(file=said, width=300))
    return code, said.getvalue()


async def test_an_export_is_asked_for_waited_for_and_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has to show who they are is asked; then the file is there, with where to begin reading and until when."""
    house, out = House({}, PREPARING, READY, wants_proof=True), tmp_path / "mine.zip"
    monkeypatch.setattr(getpass, "getpass", lambda _question: "right")
    code, said = await run(house, monkeypatch, out)
    assert (code, out.read_bytes()) == (exits.DONE, ARCHIVE)
    assert house.asked[1:4] == ["POST /v1/privacy/exports", "POST /v1/auth/step-up", "POST /v1/privacy/exports"]
    assert "Being prepared: 3 files" in said
    assert "100 % of" in said
    assert "open its index.html" in said
    assert "until 2030-05-11" in said


async def test_what_came_already_is_not_fetched_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same command goes on with a file that broke off, of an export that is ready; nothing new is asked for."""
    house, out = House(READY), tmp_path / "mine.zip"
    out.with_name("mine.zip.part").write_bytes(ARCHIVE[:5000])
    out.with_name("mine.zip.part.etag").write_text(json.dumps({"source": READY["path"], "etag": '"one"'}))
    await run(house, monkeypatch, out)
    assert (out.read_bytes(), house.ranges) == (ARCHIVE, ["bytes=5000-"])
    assert "POST /v1/privacy/exports" not in house.asked


async def test_another_is_asked_for_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where one is ready already, --new has a new one prepared."""
    house = House(READY)
    await run(house, monkeypatch, tmp_path / "mine.zip", "--new")
    assert house.asked[0] == "POST /v1/privacy/exports"


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (READY | {"state": "ended", "ending": "deleted"}, "something in it was deleted"),
        (READY | {"state": "ended", "ending": "away"}, "could not be asked"),
        (READY | {"state": "ended", "ending": None}, "does not say why"),
        (READY | {"state": "expired"}, "expired"),
        ({}, "expired"),
    ],
)
async def test_an_export_that_comes_to_nothing_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: dict[str, Any], told: str
) -> None:
    """Whatever ended it, the command ends with what happened and what to do, and leaves no file."""
    house, out = House(PREPARING, PREPARING, state), tmp_path / "mine.zip"
    with pytest.raises(CommandFault, match=told):
        await run(house, monkeypatch, out)
    assert not out.exists()
