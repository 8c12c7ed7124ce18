"""Test clocks: customers who live in a time of their own."""

from __future__ import annotations

from stack.stripe import customers, failures, listing, months, passing, standing
from stack.stripe.clock import DAY_S
from stack.stripe.routing import Call, Route
from stack.stripe.shapes import Resource
from stack.stripe.world import World

KIND = "test_helpers.test_clock"
_LIFE_DAYS = 30
_INTERVALS_MAX = 2


def _create(call: Call) -> Resource:
    at = call.params.integer("frozen_time", at_least=0)
    if at is None:
        raise failures.parameter_missing("frozen_time")
    clock = call.world.new(
        KIND,
        frozen_time=at,
        name=call.params.text("name"),
        deletes_after=call.world.now() + _LIFE_DAYS * DAY_S,
        status="ready",
        status_details={},
    )
    call.world.emit("test_helpers.test_clock.created", clock)
    return clock


def _advance(call: Call) -> Resource:
    world, clock = call.world, call.named(KIND)
    to = call.params.integer("frozen_time")
    if to is None:
        raise failures.parameter_missing("frozen_time")
    if to <= clock["frozen_time"]:
        message = "You cannot advance a test clock to a time at or before its present frozen time."
        raise failures.parameter_invalid("frozen_time", message, "test_clock_advance_invalid")
    if to > _latest(world, clock):
        message = (
            "You can only advance a test clock by up to two intervals of the shortest subscription of its customers "
            "at a time."
        )
        raise failures.parameter_invalid("frozen_time", message, "test_clock_advance_too_far")
    world.update(clock, None, status="advancing", status_details={"advancing": {"target_frozen_time": to}})
    world.emit("test_helpers.test_clock.advancing", clock)
    answer = dict(clock)
    passing.pass_until(world, to, clock)
    world.update(clock, None, status="ready", status_details={})
    world.emit("test_helpers.test_clock.ready", clock)
    return answer


def _latest(world: World, clock: Resource) -> int:
    """How far it may go at once: two intervals of the shortest subscription, or two years without any."""
    now = clock["frozen_time"]
    reaches = [
        months.added(now, recurring["interval"], _INTERVALS_MAX * recurring["interval_count"])
        for subscription in world.all("subscription", test_clock=clock["id"])
        if subscription["status"] not in standing.ENDED
        for recurring in (subscription["items"]["data"][0]["price"]["recurring"],)
    ]
    return min(reaches, default=months.added(now, "year", _INTERVALS_MAX))


def _delete(call: Call) -> Resource:
    clock = call.named(KIND)
    for customer in list(call.world.all("customer", test_clock=clock["id"])):
        customers.delete(call.world, customer)
    call.world.emit("test_helpers.test_clock.deleted", clock)
    call.world.remove(KIND, clock["id"])
    return {"id": clock["id"], "object": KIND, "deleted": True}


_PATH = "/v1/test_helpers/test_clocks"

ROUTES = (
    Route("POST", _PATH, _create, "frozen_time name"),
    Route("GET", _PATH, lambda call: listing.page(call.world.all(KIND), call.params, _PATH), listing.PARAMETERS),
    Route("GET", f"{_PATH}/{{id}}", lambda call: call.named(KIND)),
    Route("DELETE", f"{_PATH}/{{id}}", _delete),
    Route("POST", f"{_PATH}/{{id}}/advance", _advance, "frozen_time"),
)
