"""Which operations take somebody who has just shown who they are: one table, beside that of scopes."""

from __future__ import annotations

import datetime
from collections.abc import Awaitable, Callable, Sequence

from services.gateway.api.problems import Problem, Refused
from services.gateway.domain.identity import Identity

FRESH_S = 600
"""How long ago that may be."""

STEP_UP: frozenset[str] = frozenset(
    {
        # Whoever finds an open page, or steals a session, could stay by these: other ways in, the real one shut, or
        # word of every track from then on.
        "answerDeviceSignIn",
        # Nor may they have everything erased.
        "askClosing",
        # Nor have all that is held of the person put together.
        "beginExport",
        "changePassword",
        "createApiKey",
        "createWebhookEndpoint",
        "disconnectProvider",
        "makeRecoveryCodes",
        "removePasskey",
        "removeSecondFactor",
        "requestEmailChange",
        "rotateWebhookSecret",
        "startConnecting",
        "startPasskey",
        "startSecondFactor",
        "updateWebhookEndpoint",
    }
)
"""Names of operations. Ending sessions and keys is not among them: it takes nothing that cannot be had again, and who
fears a thief must not be held up."""

Methods = Callable[[str], Awaitable[Sequence[str]]]
"""How a person can show who they are. Raises Refused."""


def is_fresh(caller: Identity, now: datetime.datetime) -> bool:
    """Whether the caller showed within FRESH_S who they are, as their token says."""
    at = caller.authenticated_at
    return at is not None and (now - at).total_seconds() <= FRESH_S


async def require_fresh(operation: str, caller: Identity, methods: Methods, now: datetime.datetime) -> None:
    """Let pass what is not in the table, and whoever is fresh. Raises Refused, which names how to become it."""
    if operation not in STEP_UP or is_fresh(caller, now):
        return
    named = await methods(caller.user_id)
    action = "Call stepUp with one of the methods in facts, and send the request again with the token that it gives."
    if not named:
        action = "Sign in again, and send the request again."
    elif tuple(named) == ("provider",):
        action = "Sign in again by startProviderSignIn with `again`, and send the request again."
    # RFC 9470, 3.
    challenge = f'Bearer realm="stripsession", error="insufficient_user_authentication", max_age="{FRESH_S}"'
    raise Refused(
        Problem(
            403,
            "STEP_UP_REQUIRED",
            "This needs you to have shown within the last ten minutes who you are.",
            action,
            headers={"WWW-Authenticate": challenge},
            facts={"methods": " ".join(named)},
        )
    )
