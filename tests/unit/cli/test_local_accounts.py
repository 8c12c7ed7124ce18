"""`stripsession plan`: what it lists, what it refuses, how a change is undone."""

from __future__ import annotations

import argparse
import io
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.console import Console

from cli import exits, local_accounts
from cli.exits import CommandFault
from cli.gateway import Gateway, Refused
from cli.signin import LOCAL_EMAIL, SignInLink
from cli.terminal import as_called
from stripsession.billing.v1 import billing_service_pb2


def plan(name: str, minutes: int, longest: int, at_once: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "title": name.title(),
        "seconds_a_month": minutes * 60,
        "longest_song_s": longest * 60,
        "parallel_jobs": at_once,
        "models": [],
        "priority": "standard",
        "formats": [],
        **more,
    }


FREE = plan("free", 60, 15, models=["baseline"], formats=["mp3", "wav"])
STUDIO = plan("studio", 6000, 720, at_once=5, priority="first")
_FREE = "60 minutes a month, songs up to 15 minutes, one at a time, with baseline alone, as mp3, wav alone"
_STUDIO = "6,000 minutes a month, songs up to 12 hours, 5 at once, served soonest"
OFFERS = [FREE, STUDIO]


def test_plans_are_listed_with_what_they_give() -> None:
    """Each plan is a line; below stands whose plan it is, what is used and left in all, and how to change it."""
    usage = {"plan": FREE, "settled_s": 1470, "reserved_s": 0, "left_s": 3600 - 1470, "grants": []}
    assert local_accounts.lines_of(OFFERS, usage, "ann@band.example", " --email ann@band.example") == (
        f"free    {_FREE}",
        f"studio  {_STUDIO}",
        "",
        "ann@band.example is on free: 25 of 60 minutes are used in this period; 35 are left, packs included.",
        "To change that: `stripsession plan NAME --email ann@band.example`",
    )


def test_a_change_says_how_to_undo_it() -> None:
    """The plan that an account had before stands in the command that brings it back; no change needs none."""
    assert local_accounts.changed(STUDIO, "free", LOCAL_EMAIL, " --data x") == (
        f"{LOCAL_EMAIL} is on studio now: {_STUDIO}.",
        "To undo that: `stripsession plan free --data x`",
    )
    assert local_accounts.changed(FREE, "free", LOCAL_EMAIL, "") == (f"{LOCAL_EMAIL} was on free already: {_FREE}.",)


class House:
    """Accounts by their addresses; a code, a token and a session carry their account's address."""

    def __init__(self) -> None:
        self.plans = {LOCAL_EMAIL: "free"}
        self.links: list[str] = []
        self.sessions: list[str] = []
        self.usage_is_broken = False

    async def create_link(self, _: Path, email: str = LOCAL_EMAIL) -> SignInLink:
        self.links.append(email)
        return SignInLink(email, email)

    async def find_account(self, _: Path, email: str) -> str:
        if email not in self.plans:
            raise CommandFault(f"nobody here has the address {email}")
        return email

    async def assign_plan(self, _: Path, user_id: str, name: str) -> billing_service_pb2.AssignPlanResponse:
        before, self.plans[user_id] = self.plans[user_id], name
        given = next(offer for offer in OFFERS if offer["name"] == name)
        return billing_service_pb2.AssignPlanResponse(plan=billing_service_pb2.Plan(**given), plan_before=before)

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        match request.url.path:
            case "/v1/auth/link":
                email = json.loads(request.content)["code"]
                self.sessions.append(email)
                return httpx.Response(200, json={"access_token": email, "refresh_token": email})
            case "/v1/auth/logout":
                self.sessions.remove(json.loads(request.content)["refresh_token"])
                return httpx.Response(204)
            case "/v1/billing/plans":
                return httpx.Response(200, json={"plans": OFFERS})
        if self.usage_is_broken:
            return httpx.Response(400, json={"detail": "broken"})
        name = self.plans[request.headers["authorization"].removeprefix("Bearer ")]
        now = next(offer for offer in OFFERS if offer["name"] == name)
        return httpx.Response(200, json={"plan": now, "left_s": now["seconds_a_month"], "grants": []})


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> House:
    house = House()
    monkeypatch.setattr(local_accounts, "create_link", house.create_link)
    monkeypatch.setattr(local_accounts, "find_account", house.find_account)
    monkeypatch.setattr(local_accounts, "assign_plan", house.assign_plan)
    monkeypatch.setattr(local_accounts, "local_address", lambda _: "http://127.0.0.1:8080")
    monkeypatch.setattr(local_accounts, "Gateway", lambda address: Gateway(address, httpx.MockTransport(house)))
    return house


async def said(*words: str) -> str:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=Path(".data"))
    local_accounts.add_plan_arguments(parser)
    console = Console(file=io.StringIO(), width=300)
    assert await local_accounts.plan(parser.parse_args(list(words)), console) == exits.DONE
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


async def test_reading_plans_makes_no_account(house: House) -> None:
    """An address that nobody has, e.g. a slip, is no account afterwards; neither its usage nor ours is told."""
    text = await said("--email", "anm@band.example")
    assert "studio  6,000 minutes" in text
    assert "anm@band.example has and has used is shown to its owner alone" in text
    assert "are used" not in text
    assert list(house.plans) == [LOCAL_EMAIL]


@pytest.mark.parametrize("email", [LOCAL_EMAIL, "ann@band.example"])
async def test_a_plan_is_given_without_signing_in_as_anybody(house: House, email: str) -> None:
    """No sign-in link is made for a change, whose answer says how it is undone; an address that nobody has is told."""
    house.plans[email] = "free"
    text = await said("studio", "--email", email)
    assert f"{email} is on studio now: {_STUDIO}." in text
    assert as_called("`stripsession plan free") in text
    assert (house.plans[email], house.links) == ("studio", [])
    with pytest.raises(CommandFault, match="nobody here"):
        await said("studio", "--email", "anm@band.example")


async def test_no_session_is_left_behind(house: House) -> None:
    """This machine's own account, as which the plans are read, is signed out, also when the look failed."""
    assert "you@localhost.localdomain is on free" in await said()
    assert (house.links, house.sessions) == ([LOCAL_EMAIL], [])
    house.usage_is_broken = True
    with pytest.raises(Refused, match="broken"):
        await said()
    assert house.sessions == []
