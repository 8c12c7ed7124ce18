"""`stripsession link` and `stripsession plan`: accounts of the local stack."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from rich.console import Console

from cli import exits
from cli.exits import CommandFault
from cli.gateway import Gateway, Json
from cli.signin import LOCAL_EMAIL, assign_plan, create_link, local_address, public_address
from cli.terminal import as_called, with_data

_WHOSE = f"account, by its e-mail address, and made when there is none (default: this machine's own, {LOCAL_EMAIL})"
PLAN_HELP = (
    "Say which plans there are, which one an account is on, and put it on another. A plan says how many minutes of "
    "music an account may separate in a month, how long a song may be, and how many at once. A change counts at once "
    "and is undone by naming the earlier plan; nothing is deleted and nothing is paid."
)


def add_link_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `link`."""
    parser.add_argument("--email", default=LOCAL_EMAIL, help=_WHOSE)


def add_plan_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `plan`."""
    parser.add_argument(
        "plan", nargs="?", default="", help="plan to put the account on, e.g. studio; without one the plans are listed"
    )
    parser.add_argument("--email", default=LOCAL_EMAIL, help=_WHOSE)


async def link(arguments: argparse.Namespace, console: Console) -> int:
    """Print a link. Raises CommandFault."""
    made = await create_link(arguments.data, arguments.email)
    console.print(made.url(public_address(arguments.data)), soft_wrap=True, highlight=False, markup=False)
    return exits.DONE


async def plan(arguments: argparse.Namespace, console: Console) -> int:
    """List plans, or change one. Raises CommandFault and Refused."""
    made = await create_link(arguments.data, arguments.email)
    gateway = Gateway(local_address(arguments.data))
    try:
        await gateway.redeem_link(made.code)
        offers = (await gateway.json("GET", "/v1/billing/plans"))["plans"]
        usage = await gateway.json("GET", "/v1/billing/usage")
    finally:
        await gateway.close()
    more = _of(arguments.email) + with_data(arguments.data)
    if not arguments.plan:
        _say(console, *lines_of(offers, usage, arguments.email, more))
        return exits.DONE
    offer = offered(offers, arguments.plan)
    await assign_plan(arguments.data, made.user_id, arguments.plan)
    _say(console, *changed(offer, str(usage["plan"]["name"]), arguments.email, more))
    return exits.DONE


def lines_of(offers: Sequence[Json], usage: Json, email: str, more: str) -> tuple[str, ...]:
    """What there is, and what this account has of it; `more` is what a command needs to be about it."""
    wide = max(len(str(offer["name"])) for offer in offers)
    now = usage["plan"]
    used, whole = _minutes(usage["settled_s"]), _minutes(now["seconds_a_month"])
    return (
        *(f"{offer['name']:<{wide}}  {_terms(offer)}" for offer in offers),
        "",
        f"{email} is on {now['name']}: {used} of {whole} minutes are used this month.",
        f"To change that: `stripsession plan NAME{more}`",
    )


def offered(offers: Sequence[Json], name: str) -> Json:
    """The plan of this name. Raises CommandFault for one that is not on offer, naming those that are."""
    for offer in offers:
        if offer["name"] == name:
            return offer
    names = ", ".join(str(offer["name"]) for offer in offers)
    text = f"there is no plan {name}; there are {names}. `stripsession plan` says what each of them gives"
    raise CommandFault(text, exits.USAGE)


def changed(offer: Json, before: str, email: str, more: str) -> tuple[str, ...]:
    """What an account has now, and how to have what it had; `more` is what a command needs to be about it."""
    name = offer["name"]
    if name == before:
        return (f"{email} was on {name} already: {_terms(offer)}.",)
    return (
        f"{email} is on {name} now: {_terms(offer)}.",
        f"To undo that: `stripsession plan {before}{more}`",
    )


def _terms(offer: Json) -> str:
    longest = _minutes(offer["longest_song_s"])
    at_once = f", {offer['parallel_jobs']} at once" if offer["parallel_jobs"] > 1 else ", one at a time"
    models = f", models {' and '.join(offer['models'])}" if offer.get("models") else ""
    return f"{_minutes(offer['seconds_a_month'])} minutes a month, songs up to {longest} minutes{at_once}{models}"


def _minutes(seconds: float) -> str:
    return f"{round(seconds / 60):,}"


def _of(email: str) -> str:
    return "" if email == LOCAL_EMAIL else f" --email {email}"


def _say(console: Console, *lines: str) -> None:
    for line in lines:
        console.print(as_called(line), markup=False, highlight=False, soft_wrap=True)
