"""Signing up where it is not confirmed by mail, in one step."""

from __future__ import annotations

from services.auth.app import sign_up as verb
from services.auth.app.ports import Ports
from services.auth.domain.account import Account
from services.auth.domain.session import SessionTokens


async def sign_up(
    ports: Ports, email: str, password: str, display_name: str, device: str = ""
) -> tuple[Account, SessionTokens]:
    """The account and its first session. Raises what the verb does."""
    opened = await verb.sign_up(ports, verb.new_person(email, password, display_name, device=device, confirms_age=True))
    assert opened is not None
    return opened
