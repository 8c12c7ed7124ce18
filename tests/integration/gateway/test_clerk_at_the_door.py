"""Clerk from end to end: its stand-in, the gateway, and auth by its own wiring on real PostgreSQL."""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from chassis.clock import SystemClock
from chassis.db.pool import Database
from chassis.lifecycle import Part
from chassis.testing.postgres import PostgresServer
from chassis.tokens.rules import clerk
from services.auth import wiring as auth
from services.auth.settings import AuthSettings
from services.auth.store.store import MIGRATIONS, SCHEMA
from services.gateway.settings import GatewaySettings
from services.gateway.wiring import build
from stack.issuer.app import Issuer
from stack.issuer.people import Person
from stack.issuer.webhooks import deleted
from tests.integration.auth.clerk_house import PAGE, SECRET_KEY, WEBHOOK_SECRET, issuing
from tests.integration.gateway.conftest import NO_NATS, running
from tests.integration.gateway.example_world import UNHURRIED
from tests.integration.gateway.test_refused_tokens import GOOD_IN_A_SECOND, can_travel, words_of
from tests.integration.gateway.test_routes import check_problem
from tests.unit.chassis.tokens.makers import Maker
from tests.unit.chassis.tokens.vectors import VECTORS

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


@pytest.fixture
async def street(postgres: PostgresServer, certificates: Path, tmp_path: Path, web_dir: Path) -> AsyncIterator[Street]:
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
        http = await stack.enter_async_context(httpx.AsyncClient(base_url=address, timeout=15))
        yield Street(issuer, assembly, database, http)


async def test_a_persons_whole_way(street: Street) -> None:
    """A Clerk token opens the door, news that is sent often counts once, and deletion at Clerk asks for erasure."""
    person = street.issuer.people.add("ada@example.org", first_name="Ada")
    street.issuer.webhooks.tell("user.created", person.as_clerk())
    assert await street.issuer.webhooks.deliver(times=3) == [204, 204, 204]
    me = (await street.me(person)).json()
    assert (me["email"], me["display_name"]) == ("ada@example.org", "Ada")
    changed = await street.http.patch(
        "/v1/me", json={"display_name": "Countess"}, headers=bearer(street.issuer.session_token(person.subject))
    )
    assert changed.json()["display_name"] == "Countess"
    assert await street.accounts() == 1
    street.issuer.people.remove(person.subject)
    street.issuer.webhooks.tell("user.deleted", deleted(person.subject))
    assert await street.issuer.webhooks.deliver(times=2) == [204, 204]
    facts = await street.database.pool.fetch("SELECT subject FROM outbox")
    assert sorted(row["subject"].rpartition(".")[2] for row in facts) == ["AccountCreated", "AccountDeletionRequested"]


async def test_a_dropped_webhook_keeps_nobody_out(street: Street) -> None:
    """Who comes before any news of them has an account at once, and the news changes nothing."""
    person = street.issuer.people.add("ada@example.org")
    first = (await street.me(person)).json()
    street.issuer.webhooks.tell("user.created", person.as_clerk())
    assert await street.issuer.webhooks.deliver() == [204]
    assert (await street.me(person)).json() == first
    assert await street.accounts() == 1


async def test_a_new_key_of_the_issuer_is_found(street: Street) -> None:
    """Both keys count while both are published, though neither auth nor the gateway is told of a change."""
    person = street.issuer.people.add("ada@example.org")
    old = street.issuer.session_token(person.subject)
    street.issuer.people.rotate()
    for token in (old, street.issuer.session_token(person.subject)):
        assert (await street.http.get("/v1/me", headers=bearer(token))).status_code == 200


async def test_every_bad_token_of_clerks_shape_gets_the_same_answer(street: Street) -> None:
    """Signed by the trusted key itself or not: what is wrong is refused in one sentence, and makes no account."""
    person = street.issuer.people.add("ada@example.org")
    assert (await street.me(person)).status_code == 200
    key, now = street.issuer.people.keys[0], int(time.time())
    more = {"azp": PAGE, "nbf": now, "sid": "sess_1", "sts": "active"}
    rules = clerk(street.issuer.options.address, frozenset({PAGE}))
    maker = Maker(rules, "RS256", key.private, key.kid, more, now)
    tokens = {name: vector.make(maker) for name, vector in VECTORS.items() if "clerk" in vector.kinds}
    sent = {name: token for name, token in tokens.items() if can_travel(token) and name not in GOOD_IN_A_SECOND}
    assert len(sent) >= 100
    said = set()
    for token in sent.values():
        answer = await street.http.get("/v1/me", headers=bearer(token))
        check_problem(answer, 401, "UNAUTHENTICATED")
        said.add(words_of(answer))
    assert len(said) == 1
    assert await street.accounts() == 1


async def test_what_is_not_signed_is_not_taken(street: Street) -> None:
    """A message without a signature, by another secret, too old or too long is refused with a word for it."""
    message = street.issuer.webhooks.tell("user.deleted", deleted("user_1"))
    good = street.issuer.webhooks.headers(message)

    async def sent(body: bytes, **headers: str) -> httpx.Response:
        told = good | {name.replace("_", "-"): value for name, value in headers.items()}
        return await street.http.post("/v1/webhooks/clerk", content=body, headers=told)

    check_problem(await sent(message.body, svix_signature=""), 401, "WEBHOOK_REFUSED")
    check_problem(await sent(message.body + b" "), 401, "WEBHOOK_REFUSED")
    old = street.issuer.webhooks.headers(message, age_s=400)
    check_problem(
        await street.http.post("/v1/webhooks/clerk", content=message.body, headers=old), 401, "WEBHOOK_REFUSED"
    )
    check_problem(await sent(message.body, content_type="text/plain"), 415, "NOT_JSON")
    check_problem(await sent(b"x" * 70_000), 413, "BODY_TOO_LARGE")
    nothing = street.issuer.webhooks.tell("user.deleted", {"id": 7})
    answer = await street.http.post(
        "/v1/webhooks/clerk", content=nothing.body, headers=street.issuer.webhooks.headers(nothing)
    )
    check_problem(answer, 422, "WEBHOOK_UNREADABLE")
    assert (await sent(message.body)).status_code == 204
