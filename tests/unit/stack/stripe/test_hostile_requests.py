"""Any request to any route is answered or refused, never a fault of the stand-in's own."""

from __future__ import annotations

import contextlib
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stack.stripe import (
    app,
    catalogue,
    checkout,
    customers,
    failures,
    forms,
    passing,
    payment_methods,
    webhook_endpoints,
)
from stack.stripe.cards import BY_NAME
from stack.stripe.clock import Clock
from stack.stripe.expanding import Expander
from stack.stripe.parameters import Parameters
from stack.stripe.routing import Call, Route, Router
from stack.stripe.world import World

START = 1_800_000_000
WORDS = [
    "",
    "true",
    "false",
    "0",
    "1",
    "-1",
    "12",
    "now",
    "usd",
    "auto",
    "card",
    "none",
    "\x00",
    "é",
    "x" * 600,
    "9" * 30,
]
MOMENTS = [str(START + 3600), str(START + 86_400), str(START - 5)]
INSIDE = [
    "id",
    "price",
    "quantity",
    "deleted",
    "enabled",
    "type",
    "coupon",
    "promotion_code",
    "gte",
    "0",
    "1",
    "subscription",
]


def _account() -> World:
    """An account with something of most kinds."""
    world = World(Clock(lambda: 0, frozen_at=START), seed="hostile", address="http://test")
    catalogue.seed(world, catalogue.read(catalogue.DEFAULT))
    customer = customers.make(world, email="listener@example.com")
    method = payment_methods.make(world, BY_NAME["success"], None, customer["id"])
    customers.set_default_card(world, customer, method)
    webhook_endpoints.make(world, "http://test/hooks")
    line = {"0": {"price": "price_pro_monthly", "quantity": "1"}}
    given_session: Any = {
        "mode": "subscription",
        "line_items": line,
        "customer": customer["id"],
        "success_url": "http://x",
    }
    for _ in range(2):
        _ask(world, "POST", "/v1/checkout/sessions", given_session)
    checkout.complete(world, next(world.all("checkout.session")), checkout.Filled(BY_NAME["success"]))
    _ask(world, "POST", "/v1/billing_portal/sessions", {"customer": customer["id"]})
    _ask(world, "POST", "/v1/test_helpers/test_clocks", {"frozen_time": str(START)})
    _ask(world, "POST", "/v1/invoices", {"customer": customer["id"]})
    return world


def _ask(world: World, method: str, path: str, params: dict[str, forms.Value]) -> Any:
    route, ids = Router(app.ROUTES).find(method, path)
    read = Parameters(params)
    read.refuse_unknown(route.known())
    told = route.handler(Call(world, read, ids, path))
    return Expander(world, app.INCLUDABLES).expanded(told, read.words("expand"))


ACCOUNT = _account()
KEPT = json.dumps([ACCOUNT.tables, ACCOUNT.notes])
IDS = [identifier for kind, table in ACCOUNT.tables.items() if kind != "event" for identifier in table]
values = st.sampled_from([*WORDS, *MOMENTS]) | st.sampled_from(IDS) | st.text(max_size=6)
# Parameters that mean something, so that requests get further than their first refusal.
SENSIBLE = [
    ("customer", next(iter(ACCOUNT.table("customer")))),
    ("subscription", next(iter(ACCOUNT.table("subscription")))),
    ("items[0][price]", "price_pro_monthly"),
    ("items[0][id]", next(ACCOUNT.all("subscription"))["items"]["data"][0]["id"]),
    ("line_items[0][price]", "price_minutes_100"),
    ("line_items[0][quantity]", "2"),
    ("mode", "payment"),
    ("success_url", "http://x"),
    ("amount", "500"),
    ("currency", "usd"),
    ("unit_amount", "700"),
    ("product", "prod_pro"),
    ("recurring[interval]", "week"),
    ("payment_method", "pm_card_visa"),
    ("default_payment_method", "pm_card_failsAtRenewal"),
    ("charge", next(iter(ACCOUNT.table("charge")))),
    ("discounts[0][coupon]", "first-month-half"),
    ("percent_off", "12.5"),
    ("promotion[type]", "coupon"),
    ("promotion[coupon]", "first-month-half"),
    ("frozen_time", str(START + 86_400)),
    ("trial_period_days", "2"),
    ("features[subscription_cancel][enabled]", "true"),
    ("subscription_details[items][0][price]", "price_studio_monthly"),
]
# The first word of a path that says whose ids it takes.
KINDS = {
    "customers": "customer",
    "products": "product",
    "prices": "price",
    "coupons": "coupon",
    "promotion_codes": "promotion_code",
    "subscriptions": "subscription",
    "invoices": "invoice",
    "payment_intents": "payment_intent",
    "payment_methods": "payment_method",
    "charges": "charge",
    "sessions": "checkout.session",
    "configurations": "billing_portal.configuration",
    "test_clocks": "test_helpers.test_clock",
    "webhook_endpoints": "webhook_endpoint",
}


def _bodies(route: Route) -> st.SearchStrategy[str]:
    names = st.sampled_from(sorted(route.known()))
    inside = st.lists(st.sampled_from([*INSIDE, ""]), max_size=3).map(
        lambda parts: "".join(f"[{part}]" for part in parts)
    )
    wild = st.lists(st.tuples(st.tuples(names, st.just("") | inside).map("".join), values), max_size=3)
    fitting = [each for each in SENSIBLE if each[0].partition("[")[0] in route.known()]
    sensible = st.lists(st.sampled_from(fitting), unique=True) if fitting else st.just([])
    # By name, as a name that is given twice would be refused before anything is read.
    return st.tuples(sensible, wild).map(lambda both: urlencode(dict([*both[0], *both[1]])))


def _paths(route: Route) -> st.SearchStrategy[str]:
    parts, before = [], ""
    for part in route.path.split("/"):
        own = list(ACCOUNT.table(KINDS[before])) if before in KINDS else []
        parts.append(st.sampled_from(own or IDS) | st.sampled_from(IDS) if "{" in part else st.just(part))
        before = part
    return st.tuples(*parts).map("/".join)


@pytest.mark.parametrize("route", app.ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_never_its_own_fault(route: Route) -> None:
    """Parameters of any shape at a route are answered or refused, and the account can still be kept and goes on."""

    @settings(max_examples=max(15, settings().max_examples // 6))
    @given(_paths(route), _bodies(route))
    def ask(path: str, body: str) -> None:
        world = World(Clock(lambda: 0, frozen_at=START), seed="hostile", address="http://test")
        world.tables, world.notes = json.loads(KEPT)
        world.serial = ACCOUNT.serial
        with contextlib.suppress(failures.Refused, forms.FormMalformed):
            _ask(world, route.method, path, forms.parse(body))
        if route.method != "GET":
            passing.pass_until(world, START + 40 * 86_400)
        json.dumps([world.tables, world.notes])

    ask()
