"""Acts that need somebody who has just shown who they are: asked for where the server wants it, and done again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from cli import exits
from cli.exits import CommandFault
from cli.gateway import Gateway, Json, Refused

Ask = Callable[[str], str]
"""Asks a person, who types unseen."""


async def proved(gateway: Gateway, act: Callable[[], Awaitable[Json]], ask: Ask, page: str) -> Json:
    """What the act gives; `page` is where a browser does the same. Raises CommandFault and Refused."""
    try:
        return await act()
    except Refused as refusal:
        if refusal.reason != "STEP_UP_REQUIRED":
            raise
        await _prove(gateway, refusal.facts.get("methods", "").split(), ask, page)
        return await act()


async def _prove(gateway: Gateway, methods: list[str], ask: Ask, page: str) -> None:
    if "password" in methods:
        shown = {"password": await _typed(ask, "Password: ")}
    elif {"totp", "recovery_code"} & set(methods):
        shown = {"code": (await _typed(ask, "Code of your authenticator, or a recovery code: ")).strip()}
    else:
        raise CommandFault(f"this account shows who it is in a browser alone; open {gateway.address}/{page}")
    await gateway.prove(shown)


async def _typed(ask: Ask, question: str) -> str:
    try:
        return await asyncio.to_thread(ask, question)
    except EOFError as error:
        text = "nothing was asked for: you have to show first who you are; run it in a terminal"
        raise CommandFault(text, exits.USAGE) from error
