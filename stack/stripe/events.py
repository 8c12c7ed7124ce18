"""The list of events, which a reconciliation reads: thirty days of them, newest first."""

from __future__ import annotations

from stack.stripe import failures, listing
from stack.stripe.clock import DAY_S
from stack.stripe.routing import Call, Route
from stack.stripe.shapes import Resource
from stack.stripe.world import World

KEPT_DAYS = 30
_TYPES_MAX = 20


def forget_old(world: World) -> None:
    """Let go of events that are listed no more, so that an account's file does not grow for ever."""
    oldest, table = world.clock.now() - KEPT_DAYS * DAY_S, world.table("event")
    for event in list(table.values()):
        if event["created"] >= oldest:
            break
        table.pop(event["id"])


def _list(call: Call) -> Resource:
    params, oldest = call.params, call.world.clock.now() - KEPT_DAYS * DAY_S
    kind, kinds, success = params.text("type"), params.words("types"), params.flag("delivery_success")
    if kind is not None and kinds:
        raise failures.refused("You may only specify one of these parameters: type, types.")
    if len(kinds) > _TYPES_MAX:
        raise failures.parameter_invalid("types", f"You may pass at most {_TYPES_MAX} types.")
    wanted = [kind] if kind is not None else kinds
    found = [
        each
        for each in call.world.all("event")
        if each["created"] >= oldest
        and (not wanted or any(_matches(each["type"], pattern) for pattern in wanted))
        and (success is None or (each["pending_webhooks"] == 0) is success)
    ]
    return listing.page(found, params, "/v1/events")


def _matches(kind: str, pattern: str) -> bool:
    """Whether a type is the one named, or lies under `customer.subscription.*`."""
    return kind.startswith(pattern[:-1]) if pattern.endswith(".*") else kind == pattern


ROUTES = (
    Route("GET", "/v1/events", _list, f"type types delivery_success {listing.PARAMETERS}"),
    Route("GET", "/v1/events/{id}", lambda call: call.named("event")),
)
