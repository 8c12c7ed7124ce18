"""The stand-in put together: the API, the hosted pages, the controls, and the deliverer beside them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route as Path

from stack.stripe import (
    checkout,
    checkout_page,
    checkout_sessions,
    coupons,
    customers,
    disputing,
    entitlements,
    events,
    faults,
    forms,
    html,
    idempotency,
    invoice_page,
    invoices,
    passing,
    payment_intents,
    payment_methods,
    portal_page,
    portals,
    previews,
    prices,
    products,
    promotion_codes,
    refunds,
    subscriptions,
    tax_ids,
    test_clocks,
    webhook_endpoints,
)
from stack.stripe.control import Control
from stack.stripe.deliverer import Deliverer, Sender
from stack.stripe.expanding import Expander
from stack.stripe.http_api import Api
from stack.stripe.parameters import Parameters
from stack.stripe.routing import Route, Router
from stack.stripe.shapes import Resource
from stack.stripe.world import World

# The first route that fits answers, so that previews come before invoices by their ids.
_MODULES = (
    previews,
    checkout_sessions,
    coupons,
    customers,
    disputing,
    entitlements,
    events,
    invoices,
    payment_intents,
    payment_methods,
    portals,
    prices,
    products,
    promotion_codes,
    refunds,
    subscriptions,
    tax_ids,
    test_clocks,
    webhook_endpoints,
)
ROUTES: tuple[Route, ...] = tuple(route for module in _MODULES for route in module.ROUTES)
INCLUDABLES = {
    ("customer", "subscriptions"): customers.subscriptions_of,
    ("customer", "tax_ids"): customers.tax_ids_of,
    ("invoice", "payments"): invoices.payments_of,
    ("invoice", "confirmation_secret"): invoices.confirmation_secret_of,
    ("checkout.session", "line_items"): checkout.line_items,
    ("charge", "refunds"): refunds.of_charge,
}


@dataclass(frozen=True)
class StandIn:
    """The parts that whoever runs it looks at."""

    app: Starlette
    world: World
    deliverer: Deliverer
    answers: idempotency.Answers


class Pages:
    """The hosted pages. Their addresses hold ids that cannot be guessed; that is all it takes, as with Stripe's."""

    def __init__(self, world: World, changed: Callable[[], None]) -> None:
        self._world = world
        self._changed = changed

    async def checkout(self, request: Request) -> Response:
        """Answer /pay/{id}."""
        return await self._page(request, "checkout.session", checkout_page.show, checkout_page.act)

    async def portal(self, request: Request) -> Response:
        """Answer /portal/{id}."""

        def show(world: World, session: Resource) -> Response:
            return portal_page.show(world, session, done=request.query_params.get("done", ""))

        return await self._page(request, portals.SESSION, show, portal_page.act)

    async def invoice(self, request: Request) -> Response:
        """Answer /invoices/{id}."""
        return await self._page(request, "invoice", lambda _, invoice: invoice_page.show(invoice), invoice_page.act)

    async def invoice_pdf(self, request: Request) -> Response:
        """Answer /invoices/{id}/pdf."""
        invoice = self._world.table("invoice").get(request.path_params["id"])
        if invoice is None or invoice["status"] == "draft":
            return _not_here()
        return Response(invoice_page.pdf(invoice), media_type="application/pdf")

    async def receipt(self, request: Request) -> Response:
        """Answer /receipts/{id}."""
        charge = self._world.table("charge").get(request.path_params["id"])
        return invoice_page.receipt(charge) if charge is not None and charge["paid"] else _not_here()

    async def style(self, _: Request) -> Response:
        """Answer /_pages/style.css."""
        return html.stylesheet()

    async def _page(
        self,
        request: Request,
        kind: str,
        show: Callable[[World, Resource], Response],
        act: Callable[[World, Resource, Parameters], Response],
    ) -> Response:
        body = await request.body()
        passing.pass_until(self._world, self._world.clock.now())
        found = self._world.table(kind).get(request.path_params["id"])
        if found is None:
            return _not_here()
        if request.method != "POST":
            self._changed()
            return show(self._world, found)
        try:
            params = Parameters(forms.parse(body.decode()))
        except (forms.FormMalformed, UnicodeDecodeError):
            return html.page("This form cannot be read", status=400)
        answer = act(self._world, found, params)
        self._changed()
        return answer


def _not_here() -> Response:
    return html.page("There is nothing here", status=404)


def build(world: World, sender: Sender, *, secret_key: str, changed: Callable[[], None] = lambda: None) -> StandIn:
    """Put it together. `changed` is called after everything that may have changed the state."""
    deliverer, trouble, answers = Deliverer(world, sender), faults.Faults(), idempotency.Answers()
    api = Api(
        world,
        Router(ROUTES),
        Expander(world, INCLUDABLES),
        secret_key=secret_key,
        trouble=trouble,
        answers=answers,
        changed=changed,
    )
    control = Control(world, api, deliverer, trouble, changed)
    pages = Pages(world, changed)
    both = ["GET", "POST"]
    app = Starlette(
        routes=[
            Path("/_pages/style.css", pages.style),
            Path("/_test/{verb:path}", control.answer, methods=["POST"]),
            Path("/v1/{rest:path}", api.answer, methods=["GET", "POST", "DELETE"]),
            Path("/pay/{id}", pages.checkout, methods=both),
            Path("/portal/{id}", pages.portal, methods=both),
            Path("/invoices/{id}", pages.invoice, methods=both),
            Path("/invoices/{id}/pdf", pages.invoice_pdf),
            Path("/receipts/{id}", pages.receipt),
            Path("/healthz", _healthy),
        ]
    )
    return StandIn(app, world, deliverer, answers)


async def _healthy(_: Request) -> Response:
    return Response("ok\n", media_type="text/plain")
