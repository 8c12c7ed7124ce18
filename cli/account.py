"""`stripsession link` and `stripsession plan`: accounts of the local stack."""

from __future__ import annotations

import argparse

from rich.console import Console

from cli import exits
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
    """Change a plan. Raises CommandFault."""
    title = await assign_plan(arguments.data, arguments.email, arguments.plan)
    console.print(f"{arguments.email} is on the plan {title} now.", markup=False, highlight=False)
    return exits.DONE
