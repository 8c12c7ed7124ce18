"""A stolen refresh token, before a real auth, PostgreSQL and NATS, each with its certificates."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from chassis.testing.nats import NatsServer, free_port
from chassis.testing.postgres import PostgresServer
from services.auth import wiring as auth
from services.auth.settings import AuthSettings
from services.auth.store.store import SCHEMA
from services.gateway.settings import GatewaySettings
from services.gateway.wiring import build
from tests.integration.gateway.conftest import running
from tests.integration.gateway.example_world import UNHURRIED
from tests.integration.gateway.test_routes import check_problem
from tests.plain import NO_TLS

ACCOUNT = {"email": "ada@example.org", "password": "a long enough secret"}
FELT_S = 1.0
"""The promise."""
STARTED_S = 30.0


@pytest.fixture
async def doors(postgres: PostgresServer, certificates: Path, tmp_path: Path) -> AsyncIterator[list[httpx.AsyncClient]]:
    """Two gateways before one auth."""
    nats = NatsServer(tmp_path / "nats", certificates=certificates)
    address, away = f"127.0.0.1:{free_port()}", "127.0.0.1:9"
    async with contextlib.AsyncExitStack() as stack:
        await nats.start()
        stack.callback(nats.kill)
        database = await stack.enter_async_context(postgres.database(SCHEMA))
        settings = AuthSettings(
            certificates=certificates,
            nats_url=nats.url,
            listen=address,
            database_url=database._url,
            signing_key_file=tmp_path / "key.pem",
            # Hashing is tested by itself; here it need only be real.
            hashing_memory_kib=1024,
            hashing_passes=1,
            drain_s=0.1,
        )
        serving = asyncio.create_task(auth.serve(settings))
        stack.push_async_callback(_ended, serving)
        clients = []
        for _ in range(2):
            gateway = build(
                GatewaySettings(
                    certificates=certificates,
                    nats_url=nats.url,
                    http_listen="127.0.0.1:0",
                    web_dir=tmp_path,
                    drain_s=1.0,
                    auth_address=address,
                    library_address=away,
                    separation_address=away,
                    billing_address=away,
                    retention_address=away,
                    **UNHURRIED,
                )
            )
            for part in gateway.parts:
                await stack.enter_async_context(running(part))
            await asyncio.wait_for(gateway.session_facts.listening(), STARTED_S)
            base = f"http://127.0.0.1:{gateway.http.port}"
            clients.append(
                await stack.enter_async_context(httpx.AsyncClient(base_url=base, timeout=STARTED_S, verify=NO_TLS))
            )
        yield clients


async def _ended(serving: asyncio.Task[None]) -> None:
    serving.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await serving


async def test_a_stolen_refresh_token_ends_its_whole_family_everywhere(doors: list[httpx.AsyncClient]) -> None:
    """Used a second time it ends every access token of its family at every gateway within a second, and no other's."""
    door, other_door = doors
    stolen = (await door.post("/v1/auth/signup", json=ACCOUNT | {"confirms_age": True})).json()
    other = (await door.post("/v1/auth/login", json=ACCOUNT)).json()
    renewed = (await door.post("/v1/auth/refresh", json={"refresh_token": stolen["refresh_token"]})).json()
    family = [{"Authorization": f"Bearer {each['access_token']}"} for each in (stolen, renewed)]
    for headers in family:
        for each in doors:
            assert (await each.get("/v1/me", headers=headers)).status_code == 200
    replayed = await door.post("/v1/auth/refresh", json={"refresh_token": stolen["refresh_token"]})
    began_s = time.monotonic()
    check_problem(replayed, 401, "SESSION_ENDED")
    while (refused := await other_door.get("/v1/me", headers=family[1])).status_code == 200:
        assert time.monotonic() - began_s < FELT_S
    check_problem(refused, 401, "UNAUTHENTICATED")
    assert time.monotonic() - began_s < FELT_S
    for headers in family:
        for each in doors:
            check_problem(await each.get("/v1/me", headers=headers), 401, "UNAUTHENTICATED")
    untouched = {"Authorization": f"Bearer {other['access_token']}"}
    sessions = (await door.get("/v1/auth/sessions", headers=untouched)).json()["sessions"]
    assert [session["is_current"] for session in sessions] == [True]


async def test_signing_out_ends_access_tokens(doors: list[httpx.AsyncClient]) -> None:
    """So do signing out, ending a session from another, and ending all others."""
    door, other_door = doors
    kept = (await door.post("/v1/auth/signup", json=ACCOUNT | {"confirms_age": True})).json()
    left, ended, last = [(await door.post("/v1/auth/login", json=ACCOUNT)).json() for _ in range(3)]
    headers = {"Authorization": f"Bearer {kept['access_token']}"}
    await door.post("/v1/auth/logout", json={"refresh_token": left["refresh_token"]})
    sessions = (await door.get("/v1/auth/sessions", headers=headers)).json()["sessions"]
    assert len(sessions) == 3
    # The last used first, and of those that were never renewed the last opened.
    names = [session["session_id"] for session in sessions if not session["is_current"]]
    assert (await door.delete(f"/v1/auth/sessions/{names[1]}", headers=headers)).status_code == 204
    assert (await door.delete("/v1/auth/sessions", headers=headers)).json() == {"ended": 1}
    for each in (left, ended, last):
        async with asyncio.timeout(STARTED_S):
            token = {"Authorization": f"Bearer {each['access_token']}"}
            while (await other_door.get("/v1/me", headers=token)).status_code == 200:
                pass
    assert (await other_door.get("/v1/me", headers=headers)).status_code == 200
