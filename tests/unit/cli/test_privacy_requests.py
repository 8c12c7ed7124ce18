"""`stripsession privacy requests` and `request`: what one sent, where it stands, and one more."""

from __future__ import annotations

import argparse
import contextlib
import io
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from rich.console import Console

from cli import exits, privacy_requests
from cli.exits import CommandFault
from cli.gateway import Gateway
from cli.privacy_requests import lines_of
from cli.terminal import as_called
from cli.verbs import _parser
from services.gateway.api.request_schemas import REQUEST_EXAMPLES
from tests.unit.cli.test_account_closing import ADDRESS

OPEN: Any = REQUEST_EXAMPLES["PrivacyRequest"]


class House:
    """A gateway that takes requests, and lists what it is told to."""

    def __init__(self, *requests: dict[str, Any]) -> None:
        self.requests = list(requests)
        self.sent: list[tuple[dict[str, str], str]] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, json={"requests": self.requests})
        self.sent.append((json.loads(request.content), request.headers["idempotency-key"]))
        return httpx.Response(201, json=OPEN)


async def ran(house: House, monkeypatch: pytest.MonkeyPatch, *words: str) -> str:
    """What the verb prints."""

    @contextlib.asynccontextmanager
    async def signed_in(_: argparse.Namespace) -> AsyncIterator[Gateway]:
        gateway = Gateway(ADDRESS, transport=httpx.MockTransport(house))
        yield gateway
        await gateway.close()

    monkeypatch.setattr(privacy_requests, "signed_in", signed_in)
    arguments, shown = _parser().parse_args(["privacy", *words]), io.StringIO()
    assert await arguments.verb(arguments, Console(file=shown, width=200)) == exits.DONE
    return shown.getvalue()


async def test_one_is_sent_and_has_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """It tells the number and the legal day; of what can be done by oneself it names the command."""
    house = House()
    told = await ran(house, monkeypatch, "request", "object", " Please stop. ")
    assert told == "Sent. Its number is PR-7K2M9QX4TD; it is answered by 2030-06-04 at the latest.\n"
    ((body, key),) = house.sent
    assert body == {"kind": "object", "text": "Please stop."}
    assert len(key) > 20
    told = await ran(house, monkeypatch, "request", "export", "All of it.")
    assert as_called("`stripsession privacy export`") in told


async def test_a_long_one_comes_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines and all; nothing at all is sent nowhere."""
    house = House()
    monkeypatch.setattr("sys.stdin", io.StringIO("One line.\nAnother.\n"))
    await ran(house, monkeypatch, "request", "question")
    assert house.sent[0][0]["text"] == "One line.\nAnother."
    monkeypatch.setattr("sys.stdin", io.StringIO(" \n"))
    with pytest.raises(CommandFault):
        await ran(house, monkeypatch, "request", "question", "-")
    assert len(house.sent) == 1


async def test_each_says_where_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that waits names its day, an extended one why, an answered one its answer, a closed one the reason."""
    ended = {"ended_at": "2030-05-09T14:05:00.000Z"}
    told = await ran(
        House(
            OPEN | {"extended_at": "2030-05-09T14:05:00.000Z", "extension": "Many.", "due_on": "2030-08-04"},
            OPEN | ended | {"state": "answered", "answer": "We stopped."},
            OPEN | ended | {"state": "closed", "ending": "duplicate"},
        ),
        monkeypatch,
        "requests",
    )
    assert told.splitlines() == [
        "PR-7K2M9QX4TD  object, sent 2030-05-04: waits for an answer, which comes by 2030-08-04",
        "  extended: Many.",
        "PR-7K2M9QX4TD  object, sent 2030-05-04: answered on 2030-05-09",
        "  answer: We stopped.",
        "PR-7K2M9QX4TD  object, sent 2030-05-04: closed on 2030-05-09, because you sent another of the same",
    ]
    assert await ran(House(), monkeypatch, "requests") == "You have sent no request about privacy.\n"


def test_a_newer_servers_ending_is_told_plainly() -> None:
    """A word that this command does not know is no error."""
    (line,) = lines_of(OPEN | {"state": "closed", "ending": "unspecified", "ended_at": "2030-05-09T14:05:00.000Z"})
    assert line.endswith("because the server says no more")
