"""Reads the command line and runs one verb."""

from __future__ import annotations

import argparse
import asyncio
import importlib.metadata
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

from rich.console import Console

from cli import (
    account_closing,
    audit,
    billing,
    erase,
    exits,
    local_accounts,
    login,
    mail,
    models,
    operators,
    privacy,
    requests,
    separate,
    uninstall,
    up,
)
from cli.exits import CommandFault
from cli.gateway import Refused
from cli.terminal import as_called, soften_output
from stack import doctor
from stack.layout import DATA_FOLDER

_MODELS = "list, import and verify models, and choose the default"

Verb = Callable[[argparse.Namespace, Console], Awaitable[int]]


def main() -> None:
    """Run the verb that the command line names, and end the process with its exit code."""
    soften_output()
    parser = _parser()
    arguments = parser.parse_args()
    errors = Console(stderr=True)
    verb: Verb = arguments.verb
    try:
        code = asyncio.run(_run(verb, arguments))
    except CommandFault as fault:
        text = as_called(f"stripsession: {fault}")
        errors.print(text, style="red", markup=False, highlight=False, soft_wrap=True)
        code = fault.exit_code
    except Refused as refusal:
        errors.print(f"stripsession: {refusal}", style="red", markup=False, highlight=False, soft_wrap=True)
        code = exits.SOME_FAILED
    except KeyboardInterrupt:
        code = exits.INTERRUPTED
    raise SystemExit(code)


async def _run(verb: Verb, arguments: argparse.Namespace) -> int:
    operators.take(arguments)
    return await verb(arguments, Console())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="stripsession", description="Songs in, stems out, on your own machine.")
    parser.add_argument("--version", action="version", version=f"stripsession {_version()}")
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--data",
        type=Path,
        default=Path(os.environ.get("STRIPSESSION_DATA", DATA_FOLDER)),
        help="folder that holds everything (default: ./.data, or STRIPSESSION_DATA)",
    )
    verbs = parser.add_subparsers(required=True, metavar="VERB")

    def add(name: str, text: str, verb: Verb, description: str = "") -> argparse.ArgumentParser:
        sub = verbs.add_parser(name, help=text, description=description or text, parents=[shared])
        sub.set_defaults(verb=verb)
        return sub

    up.add_arguments(add("up", "start everything on this machine", up.run, up.HELP))
    separate.add_arguments(add("separate", "separate songs into stems", separate.run))
    login.add_arguments(add("login", "sign in at a server by a code", login.login, login.LOGIN_HELP))
    login.add_arguments(add("logout", "end the session of `login`", login.logout))
    login.add_arguments(add("whoami", "say whose the session of `login` is", login.whoami))
    local_accounts.add_link_arguments(
        add("link", "print a link that signs in once, within ten minutes", local_accounts.link)
    )
    local_accounts.add_plan_arguments(
        add("plan", "list plans, or put an account on one", local_accounts.plan, local_accounts.PLAN_HELP)
    )
    account_closing.add_arguments(
        verbs.add_parser("account", help=account_closing.HELP, description=account_closing.HELP), shared
    )
    billing.add_arguments(verbs.add_parser("billing", help=billing.HELP, description=billing.HELP), shared)
    models.add_arguments(verbs.add_parser("models", help=_MODELS, description=_MODELS), shared)
    privacy.add_arguments(verbs.add_parser("privacy", help=privacy.HELP, description=privacy.HELP), shared)
    requests.add_arguments(verbs.add_parser("requests", help=requests.HELP, description=requests.DESCRIPTION), shared)
    mail.add_arguments(add("mail", "show mail of this installation that no server took", mail.run, mail.HELP))
    audit.add_arguments(add("audit", "list what operators did here", audit.run, audit.HELP))
    erase.add_arguments(add("erase", "erase a person for good, or once more after a backup", erase.run, erase.HELP))
    uninstall.add_arguments(
        add("uninstall", "remove this installation, its keys first, for good", uninstall.run, uninstall.HELP)
    )
    add("doctor", "say what is wrong with this installation and how to mend it", _doctor)
    return parser


def _version() -> str:
    try:
        return importlib.metadata.version("stripsession")
    except importlib.metadata.PackageNotFoundError:
        return "not installed, run from its folder"


async def _doctor(arguments: argparse.Namespace, console: Console) -> int:
    findings = await doctor.examine(arguments.data)
    for finding in findings:
        mark, style = ("✓", "green") if finding.well else ("✗", "red")
        text = as_called(f"{mark} {finding.subject}: {finding.text}")
        console.print(text, style=style, markup=False, highlight=False, soft_wrap=True)
        if finding.remedy:
            console.print(f"    {as_called(finding.remedy)}", markup=False, highlight=False, soft_wrap=True)
    return exits.DONE if all(finding.well for finding in findings) else exits.SOME_FAILED
