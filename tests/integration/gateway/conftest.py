"""A gateway on a free port, with a served fake behind each of its channels."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from chassis.health import Readiness
from chassis.identity import Certificates
from chassis.lifecycle import Part
from chassis.rpc.server import Registration, RpcServer
from services.gateway.app.watch_track import WatchTimes
from services.gateway.settings import GatewaySettings
from services.gateway.wiring import Gateway, build
from stripsession.auth.v1 import (
    account_pb2,
    api_key_service_pb2_grpc,
    auth_service_pb2_grpc,
    device_service_pb2_grpc,
    federation_service_pb2_grpc,
    passkey_service_pb2_grpc,
    provider_service_pb2_grpc,
)
from stripsession.auth.v1 import account_security_service_pb2_grpc as security_grpc
from stripsession.auth.v1 import policy_acceptance_service_pb2_grpc as acceptance_grpc
from stripsession.billing.v1 import billing_service_pb2_grpc, payment_service_pb2_grpc
from stripsession.library.v1 import (
    cover_service_pb2_grpc,
    library_service_pb2_grpc,
    listing_service_pb2_grpc,
    share_service_pb2_grpc,
    webhook_service_pb2_grpc,
)
from stripsession.retention.v1 import census_service_pb2_grpc
from stripsession.separation.v1 import separation_service_pb2_grpc
from tests.integration.gateway.declared import holding
from tests.integration.gateway.fake_acceptances import FakeAcceptances
from tests.integration.gateway.fake_api_keys import FakeApiKeys
from tests.integration.gateway.fake_billing import FakeBilling
from tests.integration.gateway.fake_census import FakeCensus
from tests.integration.gateway.fake_closings import FakeClosings
from tests.integration.gateway.fake_covers import FakeCovers
from tests.integration.gateway.fake_devices import FakeDevices
from tests.integration.gateway.fake_exports import FakeExports
from tests.integration.gateway.fake_factors import FakeFactors
from tests.integration.gateway.fake_federation import FakeFederation
from tests.integration.gateway.fake_jobs import FakeJobs
from tests.integration.gateway.fake_listing import FakeListing
from tests.integration.gateway.fake_passkeys import FakePasskeys
from tests.integration.gateway.fake_payments import FakePayments
from tests.integration.gateway.fake_providers import FakeProviders
from tests.integration.gateway.fake_receipts import published
from tests.integration.gateway.fake_requests import FakeRequests
from tests.integration.gateway.fake_retention import FakeRetention
from tests.integration.gateway.fake_sessions import FakeSessions
from tests.integration.gateway.fake_shares import FakeShares
from tests.integration.gateway.fake_webhooks import FakeWebhooks
from tests.integration.gateway.fakes import FakeAuth, FakeLibrary
from tests.plain import NO_TLS

OWNER = "usr_owner"
STRANGER = "usr_stranger"
NO_NATS = "nats://127.0.0.1:9"


@dataclasses.dataclass
class Door:
    """The gateway and what is behind it."""

    gateway: Gateway
    auth: FakeAuth
    federation: FakeFederation
    sessions: FakeSessions
    api_keys: FakeApiKeys
    devices: FakeDevices
    passkeys: FakePasskeys
    providers: FakeProviders
    factors: FakeFactors
    library: FakeLibrary
    shares: FakeShares
    webhooks: FakeWebhooks
    jobs: FakeJobs
    billing: FakeBilling
    payments: FakePayments
    retention: FakeRetention
    census: FakeCensus
    acceptances: FakeAcceptances
    http: httpx.AsyncClient
    servers: dict[str, RpcServer]

    def bearer(self, user_id: str = OWNER, **claims: Any) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.auth.token(user_id, **claims)}"}

    @property
    def closings(self) -> FakeClosings:
        return self.retention.closings

    @property
    def exports(self) -> FakeExports:
        return self.retention.exports

    @property
    def requests(self) -> FakeRequests:
        return self.retention.requests

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.gateway.http.port}"


OpenDoor = Callable[..., contextlib.AbstractAsyncContextManager[Door]]


@contextlib.asynccontextmanager
async def running(part: Part) -> AsyncIterator[None]:
    await part.start()
    try:
        yield
    finally:
        await part.stop()


def _server(certificates: Path, name: str, services: list[Registration]) -> RpcServer:
    return RpcServer(
        "127.0.0.1:0",
        Certificates(certificates, name),
        statuses={},
        registrations=services,
        readiness=Readiness(),
        drain_s=0.1,
    )


def _of_retention(retention: FakeRetention, census: FakeCensus) -> list[Registration]:
    return [
        *retention.registrations(),
        *published(),
        lambda server: census_service_pb2_grpc.add_CensusServiceServicer_to_server(census, server),
    ]


def _of_library(
    library: FakeLibrary, listing: FakeListing, shares: FakeShares, webhooks: FakeWebhooks
) -> list[Registration]:
    return [
        lambda server: library_service_pb2_grpc.add_LibraryServiceServicer_to_server(library, server),
        lambda server: cover_service_pb2_grpc.add_CoverServiceServicer_to_server(FakeCovers(library), server),
        lambda server: listing_service_pb2_grpc.add_ListingServiceServicer_to_server(listing, server),
        lambda server: share_service_pb2_grpc.add_ShareServiceServicer_to_server(shares, server),
        lambda server: webhook_service_pb2_grpc.add_WebhookServiceServicer_to_server(webhooks, server),
    ]


def _values(certificates: Path, web_dir: Path) -> dict[str, Any]:
    return {
        "certificates": certificates,
        "nats_url": NO_NATS,
        "http_listen": "127.0.0.1:0",
        "web_dir": web_dir,
        "drain_s": 3.0,
    }


@contextlib.asynccontextmanager
async def opened(
    certificates: Path, web_dir: Path, *, times: WatchTimes | None = None, **settings: Any
) -> AsyncIterator[Door]:
    auth, library, jobs, billing, retention = FakeAuth(), FakeLibrary(), FakeJobs(), FakeBilling(), FakeRetention()
    shares, sessions, listing, payments = FakeShares(library), FakeSessions(auth), FakeListing(library), FakePayments()
    federation, api_keys, devices, factors = FakeFederation(), FakeApiKeys(), FakeDevices(auth), FakeFactors(auth)
    for user_id in (OWNER, STRANGER):
        auth.accounts[user_id] = account_pb2.Account(user_id=user_id, age_confirmed=True)
    webhooks, passkeys, providers, census = FakeWebhooks(), FakePasskeys(auth), FakeProviders(auth), FakeCensus()
    acceptances = FakeAcceptances()
    served: dict[str, list[Registration]] = {
        "auth": [
            lambda server: auth_service_pb2_grpc.add_AuthServiceServicer_to_server(auth, server),
            lambda server: security_grpc.add_AccountSecurityServiceServicer_to_server(sessions, server),
            lambda server: federation_service_pb2_grpc.add_FederationServiceServicer_to_server(federation, server),
            lambda server: api_key_service_pb2_grpc.add_ApiKeyServiceServicer_to_server(api_keys, server),
            lambda server: device_service_pb2_grpc.add_DeviceServiceServicer_to_server(devices, server),
            lambda server: passkey_service_pb2_grpc.add_PasskeyServiceServicer_to_server(passkeys, server),
            lambda server: provider_service_pb2_grpc.add_ProviderServiceServicer_to_server(providers, server),
            lambda server: acceptance_grpc.add_PolicyAcceptanceServiceServicer_to_server(acceptances, server),
            *factors.registrations(),
        ],
        "library": _of_library(library, listing, shares, webhooks),
        "separation": [
            lambda server: separation_service_pb2_grpc.add_JobReadingServiceServicer_to_server(jobs, server)
        ],
        "billing": [
            lambda server: billing_service_pb2_grpc.add_BillingServiceServicer_to_server(billing, server),
            lambda server: payment_service_pb2_grpc.add_PaymentServiceServicer_to_server(payments, server),
        ],
        "retention": _of_retention(retention, census),
    }
    async with AsyncExitStack() as stack:
        servers = {name: _server(certificates, name, services) for name, services in served.items()}
        for server in servers.values():
            await stack.enter_async_context(running(server))
        addresses = {f"{name}_address": f"127.0.0.1:{server.port}" for name, server in servers.items()}
        values = _values(certificates, web_dir) | addresses
        gateway = build(GatewaySettings(**(values | settings)), times)
        for part in gateway.parts:
            await stack.enter_async_context(running(part))
        hooks = {"response": [holding(gateway.endpoints)]}
        url = f"http://127.0.0.1:{gateway.http.port}"
        http = httpx.AsyncClient(base_url=url, timeout=15, event_hooks=hooks, verify=NO_TLS)
        client = await stack.enter_async_context(http)
        yield Door(
            gateway,
            auth,
            federation,
            sessions,
            api_keys,
            devices,
            passkeys,
            providers,
            factors,
            library,
            shares,
            webhooks,
            jobs,
            billing,
            payments,
            retention,
            census,
            acceptances,
            client,
            servers,
        )


@pytest.fixture
def web_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "web"
    (folder / "js").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>StripSession</title>")
    (folder / "js" / "main.js").write_text("export {};")
    (folder / ".secret.js").write_text("hidden")
    (folder / "page.tar").write_text("{}")
    (tmp_path / "outside.js").write_text("outside")
    return folder


@pytest.fixture
def open_door(certificates: Path, web_dir: Path) -> OpenDoor:
    def opener(**settings: Any) -> contextlib.AbstractAsyncContextManager[Door]:
        return opened(certificates, web_dir, **settings)

    return opener


@pytest.fixture
async def door(open_door: OpenDoor) -> AsyncIterator[Door]:
    async with open_door() as opened_door:
        yield opened_door
