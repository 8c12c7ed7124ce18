"""Every service as it is deployed, each by its own wiring, in one process on real PostgreSQL, NATS and storage."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import time
from collections.abc import AsyncIterator, Coroutine, Sequence
from pathlib import Path
from typing import Any

import asyncpg
import grpc
from google.protobuf import message_factory
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message

from chassis.authority import ensure_certificates
from chassis.identity import OPERATORS, Certificates, dns_name
from chassis.rpc.client import Channel
from chassis.rpc.errors import Refusal, from_error
from chassis.testing.certificates import SERVICES, make_certificates
from chassis.testing.nats import NatsServer, free_port
from chassis.testing.postgres import PostgresServer
from services.auth import wiring as auth
from services.auth.settings import AuthSettings
from services.billing import wiring as billing
from services.billing.settings import BillingSettings
from services.library import wiring as library
from services.library.settings import LibrarySettings
from services.retention import wiring as retention
from services.retention.settings import RetentionSettings
from services.separation import wiring as separation
from services.separation.settings import Settings as SeparationSettings
from stack.stripe.clock import Clock
from tests.integration.auth.clerk_house import PAGE, SECRET_KEY, WEBHOOK_SECRET, issuing
from tests.integration.stripe.shop import KEY, SECRET, Shop, opened
from tests.integration.walks.of_issuer import Vouching
from tests.integration.walks.of_provider import PUBLIC_URL, Provided, providing, written

MODELS = Path(__file__).parents[3] / "inference" / "models"
STRANGER = "stranger"
"""A certificate of our authority that names no service."""
NOBODY = "nobody"
"""No certificate at all."""
FORGER = "forger"
"""A certificate that names the gateway, by another authority."""
HOLDERS = ("auth", "billing", "library", "separation")
"""Services that hold something of people."""
NOTING = ("auth", "billing", "retention")
"""Services on which an operator acts."""
CALLERS = (*SERVICES, *OPERATORS[1:], STRANGER, NOBODY, FORGER)
STARTED_S = 60.0
ORIGIN = "https://strip.example"
"""Of the pages that passkeys are for."""


@dataclasses.dataclass(frozen=True)
class Heard:
    """What came of a call: its answers, or why it was refused."""

    answers: Sequence[Message] = ()
    refusal: Refusal | None = None


class House:
    """Where the services answer, and calls to them under any certificate."""

    def __init__(self, folder: Path, certificates: Path, shop: Shop) -> None:
        self.shop = shop
        self.certificates = certificates
        self.objects_url = f"file://{folder / 'objects'}"
        self.ports = {name: free_port() for name in ("auth", "library", "separation", "billing", "retention")}
        self.signing_key_file = folder / "signing.pem"
        self.receipt_key_file = folder / "receipts.pem"
        self.vouching: Vouching | None = None
        """Stands in for Clerk, while the house stands."""
        self.provided: Provided | None = None
        """Stands in for an OpenID provider, as long."""
        self.urls: dict[str, str] = {}
        """Of each service's database."""
        self.kept = contextlib.AsyncExitStack()
        """Opened once and used as long as the house stands: to connect anew took a third of the walks' time."""
        self._auth: asyncpg.Connection | None = None
        self._forged = make_certificates(folder / "forged")
        self._channels: dict[tuple[str, str], grpc.aio.Channel] = {}

    def address(self, service: str) -> str:
        return f"127.0.0.1:{self.ports[service]}"

    async def call(
        self,
        method: MethodDescriptor,
        requests: Sequence[Message],
        caller: str,
        *,
        service: str = "",
        timeout_s: float = 30.0,
    ) -> Heard:
        """Ask any RPC as any caller. A request stream is all of `requests`, and a unary request their only one.

        `service` is which of several that answer it.
        """
        channel = self._channel(service or services_of(method)[0], caller)
        streams = (method.client_streaming, method.server_streaming)
        make: Any = {
            (False, False): channel.unary_unary,
            (False, True): channel.unary_stream,
            (True, False): channel.stream_unary,
            (True, True): channel.stream_stream,
        }[streams]
        multi = make(
            f"/{method.containing_service.full_name}/{method.name}",
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=message_factory.GetMessageClass(method.output_type).FromString,
        )
        try:
            call = multi(iter(requests) if method.client_streaming else requests[0], timeout=timeout_s)
            answers = [answer async for answer in call] if method.server_streaming else [await call]
        except grpc.aio.AioRpcError as error:
            return Heard(refusal=from_error(error))
        return Heard(answers)

    async def write_auth(self, statement: str, *values: object) -> None:
        """Put something into auth's schema that no RPC gives out."""
        await (await self.auth_rows()).execute(statement, *values)

    async def auth_rows(self) -> asyncpg.Connection:
        """Auth's schema."""
        if self._auth is None:
            self._auth = await asyncpg.connect(self.urls["auth"], server_settings={"search_path": "auth"})
            self.kept.push_async_callback(self._auth.close)
        return self._auth

    async def stop(self) -> None:
        await self.kept.aclose()
        for channel in self._channels.values():
            await channel.close()

    async def ready(self) -> None:
        """Wait until every service answers."""
        async with asyncio.timeout(STARTED_S):
            for service in self.ports:
                await self._channel(service, "console").channel_ready()

    def _channel(self, service: str, caller: str) -> grpc.aio.Channel:
        if (service, caller) not in self._channels:
            self._channels[service, caller] = self._connected(service, caller)
        return self._channels[service, caller]

    def _connected(self, service: str, caller: str) -> grpc.aio.Channel:
        if caller not in (NOBODY, FORGER):
            return Channel(service, self.address(service), Certificates(self.certificates, caller)).grpc
        root = (self.certificates / "ca.pem").read_bytes()
        shown = {
            "private_key": (self._forged / "gateway.key").read_bytes(),
            "certificate_chain": (self._forged / "gateway.pem").read_bytes(),
        }
        credentials = grpc.ssl_channel_credentials(root, **(shown if caller == FORGER else {}))
        options = [("grpc.ssl_target_name_override", dns_name(service))]
        return grpc.aio.secure_channel(self.address(service), credentials, options)


def services_of(method: MethodDescriptor) -> Sequence[str]:
    """The deployables that answer an RPC: `stripsession.<service>.v1`, but what several of them answer alike."""
    name = str(method.containing_service.file.package).split(".")[1]
    return {"privacy": HOLDERS, "audit": NOTING}.get(name, (name,))


@contextlib.asynccontextmanager
async def standing(postgres: PostgresServer, certificates: Path, folder: Path) -> AsyncIterator[House]:
    """All services, started and stopped."""
    ensure_certificates(certificates, (STRANGER, *OPERATORS))
    (folder / "master.key").write_bytes(bytes(range(32)))
    (folder / "stripe.key").write_text(KEY)
    (folder / "stripe.webhook").write_text(SECRET)
    nats = NatsServer(folder / "nats", certificates=certificates)
    async with contextlib.AsyncExitStack() as stack:
        shop = await stack.enter_async_context(opened(clock=Clock(time.time)))
        house = House(folder, certificates, shop)
        await nats.start()
        stack.callback(nats.kill)
        house.vouching = Vouching(await stack.enter_async_context(issuing()))
        house.provided = await stack.enter_async_context(providing())
        urls = {name: (await stack.enter_async_context(postgres.database(name)))._url for name in house.ports}
        house.urls = urls
        stack.push_async_callback(house.stop)
        for work in _works(house, urls, nats.url, folder):
            await stack.enter_async_context(_running(work))
        await house.ready()
        yield house


def _works(house: House, urls: dict[str, str], nats_url: str, folder: Path) -> list[Coroutine[Any, Any, None]]:
    def told(name: str) -> dict[str, Any]:
        return {
            "listen": house.address(name),
            "certificates": house.certificates,
            "nats_url": nats_url,
            "database_url": urls[name],
            "drain_s": 0.1,
        }

    assert house.provided is not None
    return [
        auth.serve(
            AuthSettings(
                **told("auth"),
                signing_key_file=house.signing_key_file,
                mail_dir=folder / "mail",
                passkey_origins=(ORIGIN,),
                issuer="stripsession",
                public_url=PUBLIC_URL,
                providers_file=written(folder, house.provided.issuer),
                # Hashing is tested by itself; here it need only be real.
                hashing_memory_kib=1024,
                hashing_passes=1,
                **_clerk(house, folder),
            )
        ),
        billing.serve(
            BillingSettings(
                **told("billing"),
                default_plan="studio",
                stripe_secret_key_file=folder / "stripe.key",
                stripe_webhook_secret_file=folder / "stripe.webhook",
                stripe_api_url=house.shop.address,
                public_url="http://strip.example",
            )
        ),
        library.serve(
            LibrarySettings(
                **told("library"),
                separation_address=house.address("separation"),
                objects_url=house.objects_url,
                master_key_file=folder / "master.key",
                open_uploads_max=1000,
                webhook_loopback=True,
            )
        ),
        separation.serve(
            SeparationSettings(
                **told("separation"),
                library_address=house.address("library"),
                billing_address=house.address("billing"),
                objects_url=house.objects_url,
                models_dir=MODELS,
            )
        ),
        retention.serve(
            RetentionSettings(
                **told("retention"),
                library_address=house.address("library"),
                separation_address=house.address("separation"),
                billing_address=house.address("billing"),
                auth_address=house.address("auth"),
                receipt_key_file=house.receipt_key_file,
                reconcile_every_s=0.5,
            )
        ),
    ]


def _clerk(house: House, folder: Path) -> dict[str, Any]:
    assert house.vouching is not None
    address = house.vouching.issuer.options.address
    (folder / "clerk_api").write_text(SECRET_KEY)
    (folder / "clerk_webhooks").write_text(WEBHOOK_SECRET)
    return {
        "clerk_issuer": address,
        "clerk_api_url": address,
        "clerk_authorized_parties": (PAGE,),
        "clerk_secret_key_file": folder / "clerk_api",
        "clerk_webhook_secret_file": folder / "clerk_webhooks",
    }


@contextlib.asynccontextmanager
async def _running(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        # A service that fell over while it should have run fails the test.
        with contextlib.suppress(asyncio.CancelledError):
            await task
