"""Every operation of the gateway's document, before the real services, with every kind of credentials.

Who may call is read from the operations' own declarations; which there are, from the gateway that is asked.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime
import json
import re
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from chassis.signing_keys import load_or_make
from services.auth.clients.token_signing import JwtSigner
from services.auth.domain.session import Session
from services.gateway.api.endpoint import Endpoint
from services.gateway.api.scopes import SCOPE_WORDS, Scope, scope_of
from services.gateway.settings import GatewaySettings
from services.gateway.wiring import Gateway, build, contract
from stripsession.auth.v1 import api_key_service_pb2 as keys
from tests.integration.gateway.conftest import running
from tests.integration.gateway.example_world import UNHURRIED
from tests.integration.walks.belongings import Belongings, Person, absent
from tests.integration.walks.house import House
from tests.integration.walks.http_examples import OPERATIONS, Operation
from tests.integration.walks.people import OBJECTS, Walk, exchanged, taken
from tests.integration.walks.rpc_examples import Asked
from tests.plain import NO_TLS

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]

NEVER = "A" * 43
"""A secret of the right shape that was never given out."""
OF_EACH_ANSWER = {"x-request-id", "date", "traceparent", "tracestate", "ratelimit", "retry-after"}
Headers = Mapping[str, str]


@dataclasses.dataclass(frozen=True)
class Door:
    """The gateway, and the two people before it."""

    walk: Walk
    gateway: Gateway
    http: httpx.AsyncClient

    async def answer(self, endpoint: Endpoint, asked: Asked, credentials: Headers) -> httpx.Response:
        """Ask an operation's example. Of an event stream the first event is heard."""
        sent = OPERATIONS[endpoint.name].build(asked)
        path = re.sub(r"\{([a-z_]+)\}", lambda match: sent.path[match[1]], endpoint.path)
        request = self.http.build_request(
            endpoint.method,
            path,
            params=sent.params,
            json=sent.json,
            content=sent.content,
            headers={**sent.headers, **credentials},
        )
        response = await self.http.send(request, stream=True)
        if response.headers.get("content-type", "").startswith("text/event-stream"):
            async with asyncio.timeout(10):
                response._content = (await anext(response.aiter_lines())).encode()
            await response.aclose()
        else:
            await response.aread()
        return response


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def door(walk: Walk, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Door]:
    gateway = build(_settings(walk.house, tmp_path_factory.mktemp("web")))
    async with contextlib.AsyncExitStack() as stack:
        for part in gateway.parts:
            await stack.enter_async_context(running(part))
        address = f"http://127.0.0.1:{gateway.http.port}"
        yield Door(
            walk,
            gateway,
            await stack.enter_async_context(httpx.AsyncClient(base_url=address, timeout=30, verify=NO_TLS)),
        )


def _settings(house: House, web_dir: Path) -> GatewaySettings:
    return GatewaySettings(
        certificates=house.certificates,
        nats_url="nats://127.0.0.1:9",
        http_listen="127.0.0.1:0",
        web_dir=web_dir,
        drain_s=1.0,
        auth_address=house.address("auth"),
        library_address=house.address("library"),
        separation_address=house.address("separation"),
        billing_address=house.address("billing"),
        retention_address=house.address("retention"),
        **UNHURRIED,
    )


def bearer(token: str) -> Headers:
    return {"Authorization": f"Bearer {token}"}


def signed(person: Person) -> Headers:
    return bearer(person.access_token)


def expired(house: House, person: Person) -> str:
    """A token that auth itself signed for this person, too long ago."""
    key, life = load_or_make(house.signing_key_file), datetime.timedelta(minutes=10)
    signer = JwtSigner(key, issuer="stripsession", audience="stripsession", life=life)
    then = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=1)
    return signer.sign(Session("ses_1", person.user_id, then, then, then), then).text


def named_in(operation: Operation, asked: Asked) -> list[str]:
    """The belongings that a request names: those whose change it shows."""
    before = operation.build(asked)
    return [name for name in OBJECTS if operation.build(exchanged(asked, **{name: "another"})) != before]


def plain(response: httpx.Response, things: Belongings) -> tuple[int, Any, dict[str, str]]:
    """An answer without what differs from one request to the next, and without the names that were asked about."""
    text = response.text
    for name, value in dataclasses.asdict(things).items():
        # A number is in many a word, and names nobody.
        text = text.replace(value, f"<{name}>") if value and not value.isdigit() else text
    body = json.loads(text) if text else None
    if isinstance(body, dict):
        body.pop("instance", None)
    headers = {name: value for name, value in response.headers.items() if name not in OF_EACH_ANSWER}
    headers.pop("content-length", None)
    return response.status_code, body, headers


def _operations() -> dict[str, bool]:
    """Name of every operation of the document -> whether it asks for an access token."""
    paths: Any = asyncio.run(contract())["paths"]
    operations = [operation for methods in paths.values() for operation in methods.values()]
    return {each["operationId"]: {"bearer": []} in each["security"] for each in operations}


TOLD = _operations()
SIGNED = [name for name, is_signed in TOLD.items() if is_signed]
OPEN = [name for name, is_signed in TOLD.items() if not is_signed]


def found(door: Door, name: str) -> Endpoint:
    return next(endpoint for endpoint in door.gateway.endpoints if endpoint.name == name)


async def test_every_operation_has_an_example() -> None:
    """No operation of the document is left out of the walk."""
    assert set(OPERATIONS) == set(TOLD)


@pytest.mark.parametrize("name", SIGNED)
async def test_a_signed_operation_needs_a_token_that_holds(door: Door, name: str) -> None:
    """Without a token, with one that has expired, or with a link's, whose owner's objects stay closed."""
    endpoint, walk = found(door, name), door.walk
    asked = await walk.shown(OPERATIONS[name].state)
    credentials: list[Headers] = [
        {},
        bearer(expired(walk.house, walk.ada)),
        bearer(asked.secrets.share_token or NEVER),
        {"X-Share-Token": asked.secrets.share_token or NEVER},
        bearer(asked.secrets.refresh_token),
        {"Cookie": f"stripsession_access={expired(walk.house, walk.ada)}", "Sec-Fetch-Site": "same-origin"},
    ]
    for shown in credentials:
        answer = await door.answer(endpoint, asked, shown)
        assert answer.status_code == 401, shown
        if endpoint.method != "HEAD":
            assert answer.json()["reason"] == "UNAUTHENTICATED"


@pytest.mark.parametrize("name", SIGNED)
async def test_another_persons_is_answered_as_absent(door: Door, name: str) -> None:
    """Another's object is answered as one that is not, to the last header; the owner's own is given."""
    endpoint, operation, walk = found(door, name), OPERATIONS[name], door.walk
    mine, bobs = await walk.asked(operation, walk.ada), await walk.asked(operation, walk.bob)
    names = named_in(operation, mine)
    if not names or names == ["page_token"]:
        answer = await door.answer(endpoint, mine, signed(walk.bob))
        assert answer.is_success, answer.text
        assert walk.silent_about(walk.ada, answer.text)
    else:
        for each in (names, *([name] for name in names if len(names) > 1)):
            crossing = taken(bobs, each, mine.things)
            missing = taken(bobs, each, absent())
            told = plain(await door.answer(endpoint, crossing, signed(walk.bob)), crossing.things)
            assert told[0] == (200 if operation.leaves_out else 404)
            assert told == plain(await door.answer(endpoint, missing, signed(walk.bob)), missing.things)
    answer = await door.answer(endpoint, mine, signed(walk.ada))
    assert answer.is_success, answer.text
    assert walk.silent_about(walk.bob, answer.text)


@pytest.mark.parametrize("name", SIGNED)
async def test_a_key_opens_what_it_is_for(door: Door, name: str) -> None:
    """A key does what its scopes name and its person's session could, and nothing of the account, or in a cookie."""
    endpoint, operation, walk, scope = found(door, name), OPERATIONS[name], door.walk, scope_of(name)
    asked = await walk.asked(operation, walk.ada, "api_key")
    every = bearer(asked.secrets.api_key)
    if scope is Scope.SESSION:
        check_refused(endpoint, await door.answer(endpoint, asked, every), 403, "SESSION_REQUIRED")
        return
    _, others = await walk.maker.api_key(walk.ada, *(word for word in SCOPE_WORDS if word != scope.value))
    check_refused(endpoint, await door.answer(endpoint, asked, bearer(others)), 403, "SCOPE_MISSING")
    key_id, revoked = await walk.maker.api_key(walk.ada, scope.value)
    ending = keys.RevokeApiKeyRequest(user_id=walk.ada.user_id, key_id=key_id)
    await walk.maker.ask("auth.v1.ApiKeyService.RevokeApiKey", ending, "gateway")
    cookie = {"Cookie": f"stripsession_access={asked.secrets.api_key}", "Sec-Fetch-Site": "same-origin"}
    for shown in (bearer(revoked), cookie):
        check_refused(endpoint, await door.answer(endpoint, asked, shown), 401, "UNAUTHENTICATED")
    if set(named_in(operation, asked)) - {"page_token"}:
        _, bobs = await walk.maker.api_key(walk.bob, scope.value)
        told = plain(await door.answer(endpoint, asked, bearer(bobs)), asked.things)
        by_session = plain(await door.answer(endpoint, asked, signed(walk.bob)), asked.things)
        assert (told[0], told[1]) == (200 if operation.leaves_out else 404, by_session[1])
    _, only = await walk.maker.api_key(walk.ada, scope.value)
    answer = await door.answer(endpoint, asked, bearer(only))
    assert answer.is_success, answer.text
    assert walk.silent_about(walk.bob, answer.text)


def check_refused(endpoint: Endpoint, answer: httpx.Response, status: int, word: str) -> None:
    assert answer.status_code == status, answer.text
    if endpoint.method != "HEAD":
        assert answer.json()["reason"] == word


@pytest.mark.parametrize("name", OPEN)
async def test_an_open_operation_heeds_no_credentials(door: Door, name: str) -> None:
    """What asks for no token gives the same with any; what stands on a secret opens to nothing else."""
    endpoint, operation, walk = found(door, name), OPERATIONS[name], door.walk
    for shown in ({}, signed(walk.ada), signed(walk.bob), bearer(expired(walk.house, walk.ada))):
        asked = await walk.asked(operation, walk.ada)
        if operation.secret:
            nothing = "nobody@example.org" if operation.secret == "email" else NEVER
            changed: dict[str, Any] = {operation.secret: nothing}
            secrets = dataclasses.replace(asked.secrets, **changed)
            refused = await door.answer(endpoint, dataclasses.replace(asked, secrets=secrets), shown)
            assert refused.status_code in (401, 404), refused.text
            assert walk.silent_about(walk.ada, refused.text)
        answer = await door.answer(endpoint, asked, shown)
        assert answer.is_success, answer.text
        assert walk.silent_about(walk.bob, answer.text)
