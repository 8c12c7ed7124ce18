"""Which operations take somebody who has confirmed that they are old enough: one table, beside that of scopes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from services.gateway.api.problems import Problem, Refused
from services.gateway.domain.identity import Identity

OF_AGE: frozenset[str] = frozenset(
    {
        # What takes in something new of theirs, gives it to strangers, or takes their money.
        "changePlan",
        "createShare",
        "createTrack",
        "createUpload",
        "setCover",
        "startCheckout",
    }
)
"""Names of operations. What somebody has can be read, taken along and erased without: to be asked is no loss of it."""

Confirmed = Callable[[str], Awaitable[bool]]
"""Whether a person has confirmed it. Raises Refused."""


async def require_age(operation: str, caller: Identity, confirmed: Confirmed) -> None:
    """Let pass what is not in the table, and whoever has confirmed their age. Raises Refused."""
    if operation not in OF_AGE or await confirmed(caller.user_id):
        return
    raise Refused(
        Problem(
            409,
            "AGE_NOT_CONFIRMED",
            "Whose account this is has not said yet that they are 13 or older. Sign in on the page, which asks once.",
        )
    )
