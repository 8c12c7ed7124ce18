"""`stripsession privacy export`: prepared, waited for, fetched, and gone on with where it broke off."""

from __future__ import annotations

import argparse
import asyncio
import errno
import getpass
import io
import json
import os
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.console import Console

from cli import exits, login, privacy_export
from cli.exits import CommandFault
from cli.gateway import Gateway, Refused, Tokens
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
def pauses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Those that were made, none of which takes any time; somebody is signed in at the server."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    made: list[float] = []

    async def at_once(pause_s: float) -> None:
        made.append(pause_s)

    monkeypatch.setattr(asyncio, "sleep", at_once)
    SessionFile(ADDRESS).write(Tokens("access", "refresh"))
    return made


async def run(house: House, monkeypatch: pytest.MonkeyPatch, out: Path, *words: str) -> tuple[int, str]:
    """The exit code and what was said."""
    monkeypatch.setattr(login, "Gateway", lambda address: Gateway(address, httpx.MockTransport(house)))
    server = () if "--here" in words else ("--server", ADDRESS)
    asked = [word for word in words if word != "--here"]
    arguments: argparse.Namespace = _parser().parse_args(["privacy", "export", *server, "--out", str(out), *asked])
    said = io.StringIO()
    code = await arguments.verb(arguments, Console(file=said, width=300))
    return code, said.getvalue()


async def test_an_export_is_asked_for_waited_for_and_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pauses: list[float]
) -> None:
    """Who has to show who they are is asked; then the file is there, with where to begin reading and until when."""
    house, out = House({}, PREPARING, READY, wants_proof=True), tmp_path / "mine.zip"
    monkeypatch.setattr(getpass, "getpass", lambda _question: "right")
    code, said = await run(house, monkeypatch, out)
    assert (code, out.read_bytes()) == (exits.DONE, ARCHIVE)
    assert pauses == [2.0]
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
        (READY | {"state": "resting"}, "does not know"),
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


@pytest.mark.parametrize("began_before", [False, True])
async def test_the_file_is_of_its_person_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, began_before: bool
) -> None:
    """Nobody else who uses the machine can read what is in it, whatever their defaults let files be."""
    out = tmp_path / "mine.zip"
    if began_before:
        out.with_name("mine.zip.part").write_bytes(ARCHIVE[:5000])
        out.with_name("mine.zip.part").chmod(0o644)
        out.with_name("mine.zip.part.etag").write_text(json.dumps({"source": READY["path"], "etag": '"one"'}))
    before = os.umask(0)
    try:
        await run(House(READY), monkeypatch, out)
    finally:
        os.umask(before)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600


@pytest.mark.parametrize(("place", "told"), [(".", "is a folder"), ("nowhere/mine.zip", "there is no folder")])
async def test_where_no_file_can_lie_nothing_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, told: str
) -> None:
    """A folder, or a file in one that is not there, is told of before the server prepares anything."""
    house = House(READY)
    with pytest.raises(CommandFault, match=told):
        await run(house, monkeypatch, tmp_path / place)
    assert house.asked == []


async def test_a_disk_that_takes_no_more_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the disk refuses ends in a sentence, and the same command goes on once that is mended."""

    async def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(privacy_export, "download", full)
    with pytest.raises(CommandFault, match=r"mine\.zip cannot take it: no space left on device"):
        await run(House(READY), monkeypatch, tmp_path / "mine.zip")


async def test_whoever_waits_long_hears_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pauses: list[float]
) -> None:
    """Twice a minute it is told how far it is, and where nothing came since, that the server waits."""
    _, said = await run(House(*[PREPARING] * 31, READY), monkeypatch, tmp_path / "mine.zip", "--new")
    told = [line for line in said.splitlines() if line.startswith("Being prepared")]
    line = f"Being prepared: 3 files, {READY['size_bytes'] / 1e6:,.0f} MB so far"
    assert told == [line, *[f"{line}; the server waits for the next"] * 2]
    assert len(pauses) == 31


async def test_a_line_that_breaks_often_brings_it_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Breaks count only while nothing comes between them; then the command ends, and says why."""

    class Breaking(House):
        """Whose archive breaks off after each 500 bytes, and at 6,000 for good."""

        async def __call__(self, request: httpx.Request) -> httpx.Response:
            answer = await super().__call__(request)
            if not request.url.path.endswith(".zip"):
                return answer
            start = len(ARCHIVE) - len(answer.content)
            return httpx.Response(answer.status_code, content=broken(start), headers=answer.headers)

    async def broken(start: int) -> AsyncIterator[bytes]:
        yield ARCHIVE[start : min(start + 500, 6000)]
        raise httpx.ReadError("gone")

    house, out = Breaking(READY), tmp_path / "mine.zip"
    with pytest.raises(CommandFault, match="the connection broke off"):
        await run(house, monkeypatch, out)
    assert out.with_name("mine.zip.part").read_bytes() == ARCHIVE[:6000]


async def test_without_a_server_it_is_asked_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the session that `login` keeps of its stack."""
    monkeypatch.setattr(login, "local_address", lambda _data: "http://127.0.0.1:8080")
    SessionFile("http://127.0.0.1:8080").write(Tokens("access", "refresh"))
    out = tmp_path / "mine.zip"
    assert (await run(House(READY), monkeypatch, out, "--here"))[0] == exits.DONE
    assert out.read_bytes() == ARCHIVE


async def test_who_is_signed_in_nowhere_is_told_how(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is asked of a server at which nobody is signed in."""
    SessionFile(ADDRESS).forget()
    house = House(READY)
    with pytest.raises(CommandFault, match=f"login --server {ADDRESS}"):
        await run(house, monkeypatch, tmp_path / "mine.zip")
    assert house.asked == []


async def test_nothing_stays_of_an_archive_that_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was deleted in the middle of its download lies nowhere afterwards."""

    class Ended(House):
        """Whose archive is gone by the time that it is gone on with."""

        async def __call__(self, request: httpx.Request) -> httpx.Response:
            answer = await super().__call__(request)
            is_archive = request.url.path.endswith(".zip")
            return httpx.Response(410, json={"reason": "EXPORT_ENDED", "detail": "It ended."}) if is_archive else answer

    out = tmp_path / "mine.zip"
    part = out.with_name("mine.zip.part")
    part.write_bytes(ARCHIVE[:5000])
    out.with_name("mine.zip.part.etag").write_text(json.dumps({"source": READY["path"], "etag": '"one"'}))
    with pytest.raises(Refused, match="It ended"):
        await run(Ended(READY), monkeypatch, out)
    assert not part.exists()
