"""Clerk's stand-in, the gateway, and auth by its own wiring on real PostgreSQL."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path

import httpx

from chassis.clock import SystemClock
from chassis.db.pool import Database
from chassis.lifecycle import Part
from chassis.testing.postgres import PostgresServer
from services.auth import wiring as auth
from services.auth.settings import AuthSettings
from services.auth.store.store import MIGRATIONS, SCHEMA
from services.gateway.settings import GatewaySettings
from services.gateway.wiring import build
from stack.issuer.app import Issuer
from stack.issuer.people import Person
from tests.integration.auth.clerk_house import PAGE, SECRET_KEY, WEBHOOK_SECRET, issuing
from tests.integration.gateway.conftest import NO_NATS, running
from tests.integration.gateway.example_world import UNHURRIED
from tests.plain import NO_TLS

AWAY = "127.0.0.1:9"


@dataclasses.dataclass(frozen=True)
class Street:
    """Everything that a person of Clerk meets."""

    issuer: Issuer
    assembly: auth.Assembly
    database: Database
    http: httpx.AsyncClient

    async def me(self, person: Person) -> httpx.Response:
        return await self.http.get("/v1/me", headers=bearer(self.issuer.session_token(person.subject)))

    async def accounts(self) -> int:
        return int(await self.database.pool.fetchval("SELECT count(accounts.user_id) FROM accounts"))


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@contextlib.asynccontextmanager
async def street_of(
    postgres: PostgresServer, certificates: Path, tmp_path: Path, web_dir: Path
) -> AsyncIterator[Street]:
    """All of it, standing."""
    (tmp_path / "api").write_text(SECRET_KEY + "\n")
    (tmp_path / "webhooks").write_text(WEBHOOK_SECRET + "\n")
    async with contextlib.AsyncExitStack() as stack:
        database = await stack.enter_async_context(postgres.database(SCHEMA, MIGRATIONS))
        issuer = await stack.enter_async_context(issuing())
        settings = AuthSettings(
            certificates=certificates,
            nats_url=NO_NATS,
            signing_key_file=tmp_path / "key.pem",
            public_url=PAGE,
            clerk_issuer=issuer.options.address,
            clerk_api_url=issuer.options.address,
            clerk_secret_key_file=tmp_path / "api",
            clerk_webhook_secret_file=tmp_path / "webhooks",
            drain_s=0.1,
        )
        assembly = auth.assemble(settings, database, SystemClock())
        parts: list[Part] = [*assembly.federated.parts, assembly.server, assembly.readiness]
        for part in parts:
            await stack.enter_async_context(running(part))
        gateway = build(
            GatewaySettings(
                certificates=certificates,
                nats_url=NO_NATS,
                http_listen="127.0.0.1:0",
                web_dir=web_dir,
                drain_s=0.5,
                auth_address=f"127.0.0.1:{assembly.server.port}",
                library_address=AWAY,
                separation_address=AWAY,
                billing_address=AWAY,
                retention_address=AWAY,
                **UNHURRIED,
            )
        )
        for part in gateway.parts:
            await stack.enter_async_context(running(part))
        address = f"http://127.0.0.1:{gateway.http.port}"
        issuer.webhooks.url = f"{address}/v1/webhooks/clerk"
        http = await stack.enter_async_context(httpx.AsyncClient(base_url=address, timeout=15, verify=NO_TLS))
        yield Street(issuer, assembly, database, http)
