"""`stripsession plan`: what it lists, what it refuses, how a change is undone."""

from __future__ import annotations

from typing import Any

import pytest

from cli import account, exits
from cli.exits import CommandFault
from cli.signin import LOCAL_EMAIL


def plan(name: str, minutes: int, longest: int, at_once: int = 1) -> dict[str, Any]:
    return {
        "name": name,
        "title": name.title(),
        "seconds_a_month": minutes * 60,
        "longest_song_s": longest * 60,
        "parallel_jobs": at_once,
        "models": [],
    }


FREE, STUDIO = plan("free", 60, 15), plan("studio", 6000, 720, at_once=5)
OFFERS = [FREE, STUDIO]


def test_plans_are_listed_with_what_they_give() -> None:
    """Each plan is a line; below stands whose plan it is, what is used of it, and how to change it."""
    usage = {"plan": FREE, "settled_s": 25 * 60}
    assert account.lines_of(OFFERS, usage, "ann@band.example", " --email ann@band.example") == (
        "free    60 minutes a month, songs up to 15 minutes, one at a time",
        "studio  6,000 minutes a month, songs up to 720 minutes, 5 at once",
        "",
        "ann@band.example is on free: 25 of 60 minutes are used this month.",
        "To change that: `stripsession plan NAME --email ann@band.example`",
    )


def test_an_unknown_plan_names_the_plans() -> None:
    """Whoever asks for a plan that is none reads which there are and where they are explained."""
    with pytest.raises(CommandFault, match=r"no plan bogus; there are free, studio. `stripsession plan`") as refused:
        account.offered(OFFERS, "bogus")
    assert refused.value.exit_code == exits.USAGE


def test_a_change_says_how_to_undo_it() -> None:
    """The plan that an account had before stands in the command that brings it back; no change needs none."""
    assert account.changed(STUDIO, "free", LOCAL_EMAIL, " --data x") == (
        f"{LOCAL_EMAIL} is on studio now: 6,000 minutes a month, songs up to 720 minutes, 5 at once.",
        "To undo that: `stripsession plan free --data x`",
    )
    assert account.changed(FREE, "free", LOCAL_EMAIL, "") == (
        f"{LOCAL_EMAIL} was on free already: 60 minutes a month, songs up to 15 minutes, one at a time.",
    )
