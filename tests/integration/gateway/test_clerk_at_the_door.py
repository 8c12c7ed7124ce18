"""Clerk from end to end: its stand-in, the gateway, and auth by its own wiring on real PostgreSQL."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from chassis.testing.postgres import PostgresServer
from chassis.tokens.rules import clerk
from stack.issuer.webhooks import deleted
from tests.integration.auth.clerk_house import PAGE
from tests.integration.gateway.clerk_street import Street, bearer, street_of
from tests.integration.gateway.test_refused_tokens import GOOD_IN_A_SECOND, can_travel, words_of
from tests.integration.gateway.test_routes import check_problem
from tests.unit.chassis.tokens.makers import Maker
from tests.unit.chassis.tokens.vectors import VECTORS


@pytest.fixture
async def street(postgres: PostgresServer, certificates: Path, tmp_path: Path, web_dir: Path) -> AsyncIterator[Street]:
    async with street_of(postgres, certificates, tmp_path, web_dir) as standing:
        yield standing


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
