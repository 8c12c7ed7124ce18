"""A provider from end to end: its stand-in, the gateway, and auth by its own wiring on real PostgreSQL."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from chassis.clock import SystemClock
from chassis.db.pool import Database
from chassis.lifecycle import Part
from chassis.testing.nats import free_port
from chassis.testing.postgres import PostgresServer
from services.auth import wiring as auth
from services.auth.settings import AuthSettings
from services.auth.store.store import MIGRATIONS, SCHEMA
from services.gateway.settings import GatewaySettings
from services.gateway.wiring import build
from stack.issuer.app import Issuer
from stack.issuer.openid import Client
from tests.integration.auth.clerk_house import issuing
from tests.integration.gateway.conftest import NO_NATS, running
from tests.integration.gateway.example_world import UNHURRIED
from tests.integration.gateway.test_routes import check_problem
from tests.plain import NO_TLS

AWAY = "127.0.0.1:9"
OURS = {"Sec-Fetch-Site": "same-origin"}
SECRET = "a-secret-that-is-nowhere-else"


@dataclasses.dataclass(frozen=True)
class Street:
    """Everything that a browser meets."""

    issuer: Issuer
    database: Database
    address: str

    def browser(self) -> httpx.AsyncClient:
        """One with a jar of its own."""
        return httpx.AsyncClient(base_url=self.address, timeout=30, headers=OURS, verify=NO_TLS)

    async def goes(
        self, browser: httpx.AsyncClient, subject: str, start: str = "providers", asked: dict[str, bool] | None = None
    ) -> str:
        """To the provider and back, as whom it is; where our server sends the browser then."""
        begun = await browser.post(f"/v1/auth/{start}/home/start", json=asked)
        assert begun.status_code == 200, begun.text
        url = begun.json()["authorization_url"]
        async with httpx.AsyncClient(verify=NO_TLS) as there:
            back = await there.post(url, data={"subject": subject})
        landed = await browser.get(back.headers["location"], headers={"Sec-Fetch-Site": "cross-site"})
        assert landed.status_code == 303
        return landed.headers["location"]

    async def count(self, table: str) -> int:
        """Rows."""
        query = {"accounts": "SELECT count(*) FROM accounts", "waiting": "SELECT count(*) FROM provider_sign_ins"}
        return int(await self.database.pool.fetchval(query[table]))


@pytest.fixture
async def street(postgres: PostgresServer, certificates: Path, tmp_path: Path, web_dir: Path) -> AsyncIterator[Street]:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    client = Client("ours", SECRET, (f"{address}/v1/auth/providers/home/callback",))
    async with contextlib.AsyncExitStack() as stack:
        database = await stack.enter_async_context(postgres.database(SCHEMA, MIGRATIONS))
        issuer = await stack.enter_async_context(issuing(client))
        (tmp_path / "secret").write_text(SECRET + "\n")
        home = {"provider": "home", "name": "Home", "issuer": issuer.options.address, "client_id": client.client_id}
        (tmp_path / "providers.json").write_text(json.dumps([home | {"client_secret_file": str(tmp_path / "secret")}]))
        settings = AuthSettings(
            certificates=certificates,
            nats_url=NO_NATS,
            signing_key_file=tmp_path / "key.pem",
            public_url=address,
            providers_file=tmp_path / "providers.json",
            hashing_memory_kib=1024,
            hashing_passes=1,
            drain_s=0.1,
        )
        assembly = auth.assemble(settings, database, SystemClock())
        parts: list[Part] = [assembly.hasher, assembly.provider_documents, assembly.server, assembly.readiness]
        for part in parts:
            await stack.enter_async_context(running(part))
        gateway = build(
            GatewaySettings(
                certificates=certificates,
                nats_url=NO_NATS,
                http_listen=f"127.0.0.1:{port}",
                web_dir=web_dir,
                drain_s=1.0,
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
        yield Street(issuer, database, address)


async def test_somebody_new_signs_in_and_comes_again(street: Street, caplog: pytest.LogCaptureFixture) -> None:
    """There and back, asked for their age, signed in by cookies; later by the button alone. No secret is in any log."""
    caplog.set_level(logging.DEBUG)
    ada = street.issuer.people.add("ada@example.org", first_name="Ada")
    async with street.browser() as browser:
        listed = (await browser.get("/v1/auth/providers")).json()
        assert listed == {"providers": [{"provider": "home", "kind": "oidc", "name": "Home"}]}
        assert await street.goes(browser, ada.subject) == "/#/arrived"
        kept = browser.cookies["stripsession_provider"]
        asked = await browser.post("/v1/auth/providers/finish", json={"transport": "cookie"})
        assert (asked.status_code, asked.json()["email"]) == (202, "ada@example.org")
        assert await street.count("accounts") == 0
        finish = {"transport": "cookie", "confirms_age": True}
        made = await browser.post("/v1/auth/providers/finish", json=finish)
        assert made.json()["account"] | {"user_id": "", "created_at": ""} == {
            "user_id": "",
            "email": "ada@example.org",
            "display_name": "Ada",
            "created_at": "",
            "age_confirmed": True,
            "email_verified": True,
        }
        me = (await browser.get("/v1/me")).json()
        again = await browser.post("/v1/auth/providers/finish", json=finish)
        check_problem(again, 404, "PROVIDER_SIGN_IN_SPENT")
    async with street.browser() as other:
        await street.goes(other, ada.subject)
        assert (await other.post("/v1/auth/providers/finish", json={"transport": "cookie"})).status_code == 200
        assert (await other.get("/v1/me")).json() == me
        (connection,) = (await other.get("/v1/auth/connections")).json()["connections"]
        assert connection["is_last_way_in"]
        silent = await other.delete("/v1/auth/connections/home")
        check_problem(silent, 403, "STEP_UP_REQUIRED")
        assert silent.json()["facts"]["methods"] == "provider"
        await street.goes(other, ada.subject, asked={"again": True})
        assert (await other.post("/v1/auth/providers/finish", json={"transport": "cookie"})).status_code == 200
        check_problem(await other.delete("/v1/auth/connections/home"), 409, "LAST_WAY_IN")
    assert (await street.count("accounts"), await street.count("waiting")) == (1, 0)
    ours = [record for record in caplog.records if not record.name.startswith(("http", "asyncio"))]
    told = "".join(record.getMessage() + repr(record.__dict__) for record in ours)
    for secret in (SECRET, kept, "ada@example.org", ada.subject):
        assert secret not in told


async def test_an_account_with_the_address_is_signed_in_to_first(street: Street) -> None:
    """Then the provider is connected there, by the session that began it, and leads to it from then on."""
    ada = street.issuer.people.add("ada@example.org")
    async with street.browser() as browser:
        await street.goes(browser, ada.subject)
        signing_up = {
            "email": "ada@example.org",
            "password": "nineteen-cellos",
            "confirms_age": True,
            "transport": "cookie",
        }
        account = (await browser.post("/v1/auth/signup", json=signing_up)).json()["account"]
        refused = await browser.post("/v1/auth/providers/finish", json={"confirms_age": True})
        check_problem(refused, 409, "PROVIDER_EMAIL_TAKEN")
        assert await street.goes(browser, ada.subject, "connections") == "/#/arrived/connect"
        check_problem(await browser.post("/v1/auth/providers/finish", json={}), 404, "PROVIDER_SIGN_IN_SPENT")
        connected = await browser.post("/v1/auth/connections")
        assert (connected.status_code, connected.json()["is_last_way_in"]) == (200, False)
    async with street.browser() as other:
        await street.goes(other, ada.subject)
        found = (await other.post("/v1/auth/providers/finish", json={"transport": "cookie"})).json()
        assert found["account"]["user_id"] == account["user_id"]
        check_problem(await other.delete("/v1/auth/connections/home"), 403, "STEP_UP_REQUIRED")
        assert (await other.post("/v1/auth/step-up", json={"password": "nineteen-cellos"})).status_code == 200
        assert (await other.delete("/v1/auth/connections/home")).status_code == 204


async def test_another_browser_comes_back_in_vain(street: Street) -> None:
    """Whoever is made to follow somebody else's way back is signed in as nobody, and the first one goes on."""
    eve = street.issuer.people.add("eve@example.org")
    async with street.browser() as hers, street.browser() as ours:
        url = (await hers.post("/v1/auth/providers/home/start")).json()["authorization_url"]
        async with httpx.AsyncClient(verify=NO_TLS) as there:
            back = (await there.post(url, data={"subject": eve.subject})).headers["location"]
        await ours.post("/v1/auth/providers/home/start")
        landed = await ours.get(back)
        assert landed.headers["location"] == "/#/arrived/PROVIDER_SIGN_IN_SPENT"
        check_problem(await ours.post("/v1/auth/providers/finish", json={}), 404, "PROVIDER_SIGN_IN_SPENT")
        assert urlsplit((await hers.get(back)).headers["location"]).fragment == "/arrived"
        assert (await hers.get(back)).headers["location"] == "/#/arrived/PROVIDER_SIGN_IN_SPENT"


async def test_what_goes_wrong_at_the_provider_comes_back_in_a_word(street: Street) -> None:
    """A no, an answer that is not believed, and a provider that is away leave passwords working."""
    async with street.browser() as browser:
        assert await street.goes(browser, "") == "/#/arrived/PROVIDER_DENIED"
        ada = street.issuer.people.add("ada@example.org")
        street.issuer.openid.misbehaviour.claims = {"nonce": "another"}
        assert await street.goes(browser, ada.subject) == "/#/arrived/PROVIDER_ANSWER_REFUSED"
        street.issuer.openid.misbehaviour.token_status = 500
        assert await street.goes(browser, ada.subject) == "/#/arrived/PROVIDER_AWAY"
        check_problem(await browser.post("/v1/auth/providers/nobody/start"), 404, "PROVIDER_UNKNOWN")
        signing_up = {
            "email": "grace@example.org",
            "password": "nineteen-cellos",
            "confirms_age": True,
            "transport": "cookie",
        }
        assert (await browser.post("/v1/auth/signup", json=signing_up)).status_code == 201
