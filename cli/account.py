"""`stripsession link` and `stripsession plan`: accounts of the local stack."""

from __future__ import annotations

import argparse

from rich.console import Console

from cli import exits
from cli.exits import CommandFault
from cli.gateway import Gateway
from cli.separate import sign_in_locally
from cli.signin import LOCAL_EMAIL, assign_plan, create_link, local_address


def add_link_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `link`."""
    parser.add_argument("--email", default=LOCAL_EMAIL, help="account, made when there is none")


def add_plan_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `plan`."""
    parser.add_argument("plan", help="free, pro, studio or home")
    parser.add_argument("--email", default=LOCAL_EMAIL, help="account, made when there is none")


async def link(arguments: argparse.Namespace, console: Console) -> int:
    """Print a link. Raises CommandFault."""
    made = await create_link(arguments.data, arguments.email)
    console.print(made.url(local_address(arguments.data)), soft_wrap=True, highlight=False, markup=False)
    return exits.DONE


async def plan(arguments: argparse.Namespace, console: Console) -> int:
    """Change a plan. Raises CommandFault and Refused."""
    gateway = Gateway(local_address(arguments.data))
    try:
        await sign_in_locally(gateway, arguments.data)
        await check_plan(gateway, arguments.plan)
    finally:
        await gateway.close()
    title = await assign_plan(arguments.data, arguments.email, arguments.plan)
    console.print(f"{arguments.email} is on the plan {title} now.", markup=False, highlight=False)
    return exits.DONE


async def check_plan(gateway: Gateway, plan: str) -> None:
    """Raise CommandFault for a plan that is not on offer, naming those that are."""
    names = [str(offer["name"]) for offer in (await gateway.json("GET", "/v1/billing/plans"))["plans"]]
    if plan not in names:
        raise CommandFault(f"there is no plan {plan}; there are {', '.join(names)}", exits.USAGE)
