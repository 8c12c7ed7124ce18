"""A shop for tests: the stand-in served over HTTP, Stripe's own SDK to ask it, and an endpoint that takes webhooks."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import stripe
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stack.stripe import app, catalogue, posting, webhook_endpoints
from stack.stripe.clock import Clock
from stack.stripe.world import World
from tests.plain import NO_TLS

KEY = "sk_test_made_up_for_tests"
SECRET = "whsec_made_up_for_tests"
START = 1_800_000_000
"""15 January 2027, 08:00 UTC."""
DAY_S = 86_400
_BEARER = {"Authorization": f"Bearer {KEY}"}


@contextlib.asynccontextmanager
async def served(application: Starlette) -> AsyncIterator[str]:
    """An application on a port of its own; its address."""
    config = uvicorn.Config(
        application, host="127.0.0.1", port=0, ws="none", lifespan="off", log_config=None, access_log=False
    )
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    ticking = asyncio.create_task(server.main_loop())
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await ticking
        await server.shutdown()


class Mailbox:
    """A webhook endpoint: it verifies as the SDK does, and keeps what it took."""

    def __init__(self) -> None:
        self.secret = SECRET
        self.status = 200
        self.taken: list[Any] = []
        self.headers: list[str] = []
        self.now = START

    @property
    def types(self) -> list[str]:
        """The types of what arrived, in order."""
        return [each["type"] for each in self.taken]

    def application(self) -> Starlette:
        return Starlette(routes=[Route("/webhooks", self._take, methods=["POST"])])

    async def _take(self, request: Request) -> Response:
        body, header = await request.body(), request.headers["stripe-signature"]
        self.headers.append(header)
        # The age is compared with the tests' time, so only the signature itself is checked here.
        stripe.WebhookSignature.verify_header(body.decode(), header, self.secret, tolerance=None)
        if self.status == 200:
            self.taken.append(json.loads(body))
        return Response(status_code=self.status)


@dataclasses.dataclass
class Shop:
    """Everything a test talks to."""

    client: stripe.StripeClient
    http: httpx.AsyncClient
    world: World
    mailbox: Mailbox
    address: str

    async def control(self, verb: str, **given: object) -> Any:
        """Ask a `/_test` verb; its answer. Fails the test where it is refused."""
        answer = await self.http.post(f"/_test/{verb}", json=given)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def customer(self, card: str | None = "pm_card_visa", **fields: Any) -> stripe.Customer:
        """A customer, with a card that everything is charged to."""
        params: dict[str, Any] = {"email": "listener@example.com", **fields}
        if card is not None:
            params |= {"payment_method": card}
        made = await self.client.v1.customers.create_async(params)  # type: ignore[arg-type]  # assembled here
        if card is not None:
            methods = await self.client.v1.payment_methods.list_async({"customer": made.id})
            settings: Any = {"invoice_settings": {"default_payment_method": methods.data[0].id}}
            made = await self.client.v1.customers.update_async(made.id, settings)
        return made

    async def subscription(self, customer: str, price: str = "price_pro_monthly", **fields: Any) -> stripe.Subscription:
        """A subscription to one price."""
        params: Any = {"customer": customer, "items": [{"price": price}], **fields}
        return await self.client.v1.subscriptions.create_async(params)

    async def invoices(self, customer: str) -> list[Any]:
        """A customer's invoices, oldest first."""
        listed = await self.client.v1.invoices.list_async({"customer": customer, "limit": 100})
        return list(reversed(listed.data))

    async def paid(self, customer: str) -> list[int]:
        """What a customer paid, invoice by invoice, oldest first."""
        return [each.amount_paid for each in await self.invoices(customer) if each.status == "paid"]

    async def events(self, **params: Any) -> list[Any]:
        """Events, oldest first."""
        listed = await self.client.v1.events.list_async({"limit": 100, **params})  # type: ignore[arg-type]  # as above
        return list(reversed(listed.data))


@contextlib.asynccontextmanager
async def client_of(address: str, key: str = KEY, *, retries: int = 0) -> AsyncIterator[stripe.StripeClient]:
    """The SDK, asking this address."""
    # Loading authorities, of which loopback needs none, takes longer than most tests.
    transport = stripe.HTTPXClient(verify_ssl_certs=False)
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(transport.close_async)
        yield stripe.StripeClient(
            key, base_addresses={"api": address}, http_client=transport, max_network_retries=retries
        )


@contextlib.asynccontextmanager
async def opened(*, seed: str = "tests", clock: Clock | None = None) -> AsyncIterator[Shop]:
    """A shop with the bundled catalogue; its clock stands unless another is given."""
    world = World(clock or Clock(lambda: START, frozen_at=START), seed=seed, address="")
    mailbox, sender = Mailbox(), posting.HttpSender()
    stand_in = app.build(world, sender, secret_key=KEY)
    async with contextlib.AsyncExitStack() as stack:
        address = await stack.enter_async_context(served(stand_in.app))
        hooks = await stack.enter_async_context(served(mailbox.application()))
        stack.push_async_callback(sender.close)
        world.address = address
        catalogue.seed(world, catalogue.read(catalogue.DEFAULT))
        world.table("event").clear()
        webhook_endpoints.make(world, f"{hooks}/webhooks", secret=SECRET, identifier=webhook_endpoints.CONFIGURED)
        client = await stack.enter_async_context(client_of(address))
        http = await stack.enter_async_context(
            httpx.AsyncClient(base_url=address, headers=_BEARER, trust_env=False, verify=NO_TLS)
        )
        yield Shop(client, http, world, mailbox, address)
