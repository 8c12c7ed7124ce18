"""`stripsession link` and `stripsession plan`: accounts of the stack on this machine."""

from __future__ import annotations

import argparse
import datetime
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from cli import exits, operators
from cli.gateway import Gateway, Json
from cli.minutes import minutes_had, minutes_taken, of_plan
from cli.signin import LOCAL_EMAIL, SignInLink, assign_plan, create_link, find_account, local_address, public_address
from cli.terminal import as_called, with_data
from stripsession.billing.v1 import billing_service_pb2

_WHOSE = (
    "account, by its e-mail address, and made when there is none (default: this machine's own, for whoever runs it, "
    f"{LOCAL_EMAIL})"
)
_OF_AGE = "say that its person is 13 or older, without which no account is made for them"
_WHOSE_PLAN = f"account to put on PLAN, as e-mail address (default: {LOCAL_EMAIL})"
PLAN_HELP = (
    "Say which plans there are, which one this machine's own account is on, and put an account on another. A plan says "
    "how many minutes of music an account may separate in a month, how long a song may be, how many at once, whether "
    "they are served sooner while others wait, and, where it has not all, with which models and in which formats. A "
    "change counts at once and is undone by naming the earlier plan; nothing is deleted and nothing is paid."
)

_SOONER = {"priority": ", served sooner than standard", "first": ", served soonest"}


def add_link_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `link`."""
    parser.add_argument("--email", default=LOCAL_EMAIL, help=_WHOSE)
    parser.add_argument("--of-age", action="store_true", help=_OF_AGE)
    operators.add_arguments(parser)


def add_plan_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `plan`."""
    parser.add_argument(
        "plan", nargs="?", default="", help="plan to put the account on, e.g. studio; without one the plans are listed"
    )
    parser.add_argument("--email", default=LOCAL_EMAIL, help=_WHOSE_PLAN)
    operators.add_arguments(parser)


async def link(arguments: argparse.Namespace, console: Console) -> int:
    """Print a link. Raises CommandFault."""
    made = await create_link(arguments.data, arguments.email, confirms_age=arguments.of_age)
    console.print(made.url(public_address(arguments.data)), soft_wrap=True, highlight=False, markup=False)
    return exits.DONE


async def plan(arguments: argparse.Namespace, console: Console) -> int:
    """List plans, or change one's. Raises CommandFault and Refused."""
    data, email = arguments.data, arguments.email
    more = _of(email) + with_data(data)
    if arguments.plan:
        # Nobody is signed in for it: an operator who gives plans need not be able to come in as people.
        answer = await assign_plan(data, await find_account(data, email), arguments.plan)
        _say(console, *changed(_offer(answer.plan), answer.plan_before, email, more))
        return exits.DONE
    # Offers are everybody's, and are read as this machine's own account.
    offers, usage = await _offers_and_usage(data, await create_link(data))
    _say(console, *lines_of(offers, usage if email == LOCAL_EMAIL else None, email, more))
    return exits.DONE


def _offer(plan: billing_service_pb2.Plan) -> Json:
    """A plan as the gateway tells it, as far as it is shown here."""
    return {
        "name": plan.name,
        "seconds_a_month": plan.seconds_a_month,
        "longest_song_s": plan.longest_song_s,
        "parallel_jobs": plan.parallel_jobs,
        "models": list(plan.models),
        "priority": plan.priority,
        "formats": list(plan.formats),
    }


async def _offers_and_usage(data: Path, link: SignInLink) -> tuple[Sequence[Json], Json]:
    """What an account is offered and has, in a session that ends with the answer."""
    gateway = Gateway(local_address(data))
    try:
        await gateway.redeem_link(link.code)
        offers: Sequence[Json] = (await gateway.json("GET", "/v1/billing/plans"))["plans"]
        return offers, await gateway.json("GET", "/v1/billing/usage")
    finally:
        await gateway.close()


def lines_of(offers: Sequence[Json], usage: Json | None, email: str, more: str) -> tuple[str, ...]:
    """What there is, and what this account has of it, where that is known; `more` makes a command be about it."""
    wide = max(len(str(offer["name"])) for offer in offers)
    plans = [f"{offer['name']:<{wide}}  {_terms(offer)}" for offer in offers]
    change = f"`stripsession plan NAME{more}`"
    if usage is None:
        told = f"What {email} has and has used is shown to its owner alone."
        return *plans, "", told, f"To put it on a plan: {change}"
    now = usage["plan"]
    used_s, whole_s = of_plan(usage, datetime.datetime.now(datetime.UTC))
    used = f"{minutes_taken(used_s):,} of {minutes_had(whole_s):,} minutes are used in this period"
    told = f"{email} is on {now['name']}: {used}; {minutes_had(usage['left_s']):,} are left, packs included."
    return *plans, "", told, f"To change that: {change}"


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
    longest = _length(offer["longest_song_s"])
    at_once = f", {offer['parallel_jobs']} at once" if offer["parallel_jobs"] > 1 else ", one at a time"
    sooner = _SOONER.get(offer["priority"], "")
    models = f", with {', '.join(offer['models'])} alone" if offer["models"] else ""
    formats = f", as {', '.join(offer['formats'])} alone" if offer["formats"] else ""
    return (
        f"{_minutes(offer['seconds_a_month'])} minutes a month, songs up to {longest}{at_once}{sooner}{models}{formats}"
    )


def _minutes(seconds: float) -> str:
    return f"{minutes_had(seconds):,}"


def _length(seconds: float) -> str:
    """From two hours on in hours, as the page says it."""
    hours, rest = divmod(seconds, 3600)
    return f"{hours:.0f} hours" if hours >= 2 and not rest else f"{_minutes(seconds)} minutes"


def _of(email: str) -> str:
    return "" if email == LOCAL_EMAIL else f" --email {email}"


def _say(console: Console, *lines: str) -> None:
    for line in lines:
        console.print(as_called(line), markup=False, highlight=False, soft_wrap=True)
