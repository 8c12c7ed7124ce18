"""Which reasons an endpoint may be refused for: its own, and those that its declaration brings with it."""

from __future__ import annotations

from services.gateway.api.endpoint import Access, Endpoint, Rate
from services.gateway.api.of_age import OF_AGE
from services.gateway.api.schema import Number
from services.gateway.api.scopes import Scope, scope_of
from services.gateway.api.step_up import STEP_UP

OF_ANY = ("INTERNAL", "MALFORMED_HTTP")
"""Whatever is asked for."""
OF_LOAD_AND_NAME = ("BUSY", "WRONG_ADDRESS")
"""Of all but the probes, which are answered under any load and name."""
OF_ASKING = ("DEADLINE", "DEPENDENCY_UNAVAILABLE", "UNREACHABLE")
OF_SIGNED = ("TOO_FAST", "TOO_MANY_AT_ONCE", "UNAUTHENTICATED", "UNREACHABLE")
OF_BODIES = (
    "BODY_CUT_OFF",
    "BODY_TOO_LARGE",
    "BODY_TOO_SLOW",
    "INVALID_FIELD",
    "MALFORMED_JSON",
    "NOT_JSON",
)
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


def reasons_of(endpoint: Endpoint) -> tuple[str, ...]:
    """All of them, in order of the alphabet."""
    reasons = {*OF_ANY, *endpoint.refusals}
    if endpoint.rate is not Rate.FREE:
        reasons |= {*OF_LOAD_AND_NAME, "TOO_FAST"}
    if endpoint.rate is Rate.GUEST:
        reasons |= {"TOO_MANY_AT_ONCE"}
    if endpoint.access is Access.SIGNED:
        reasons |= {*OF_SIGNED}
        if endpoint.method not in _READING:
            reasons |= {"CROSS_SITE"}
        reasons |= {"SESSION_REQUIRED" if scope_of(endpoint.name) is Scope.SESSION else "SCOPE_MISSING"}
        if endpoint.name in STEP_UP:
            reasons |= {"STEP_UP_REQUIRED"}
        if endpoint.name in OF_AGE:
            reasons |= {"ACCOUNT_NOT_FOUND", "AGE_NOT_CONFIRMED", *OF_ASKING}
    if endpoint.asks:
        reasons |= {*OF_ASKING}
    if endpoint.body is not None:
        reasons |= {*OF_BODIES}
    if endpoint.query:
        reasons |= {"INVALID_FIELD"}
    if any(isinstance(parameter, Number) for parameter in endpoint.query):
        reasons |= {"MALFORMED_QUERY"}
    if "{" in endpoint.path:
        reasons |= {"NOT_FOUND"}
    return tuple(sorted(reasons))
