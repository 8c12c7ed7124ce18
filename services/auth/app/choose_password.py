"""Whether a password may be chosen."""

from __future__ import annotations

from services.auth.app.ports import Ports
from services.auth.domain.email_address import EmailAddress
from services.auth.domain.errors import WeakPassword
from services.auth.domain.password import check_password


async def check_choice(ports: Ports, password: str, email: EmailAddress) -> None:
    """Raises WeakPassword, which says what to do, unless the password may be chosen for it, or HashingBusy."""
    check_password(password, email)
    await refuse_known(ports, password)


async def refuse_known(ports: Ports, password: str) -> None:
    """Raises WeakPassword for one that guessers know already, or HashingBusy."""
    if await ports.known_passwords.has(password):
        raise WeakPassword(
            "known",
            "This password is one that guessers try: it was stolen elsewhere, or follows a usual pattern."
            " Choose several words that only you would put together.",
        )
