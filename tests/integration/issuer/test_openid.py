"""The stand-in as an OpenID provider: a whole sign-in, and everything that it refuses on the way."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from chassis.tokens.keys import Keys
from chassis.tokens.rules import id_token
from chassis.tokens.verifying import verify
from stack.issuer.app import Issuer
from stack.issuer.openid import CODE_LIFE_S, Client, challenge_of
from tests.integration.auth.clerk_house import PAGE, issuing

CLIENT = Client("stripsession", "a secret of the client", (f"{PAGE}/back",))
VERIFIER = "v" * 43
ASKED = {
    "client_id": CLIENT.client_id,
    "redirect_uri": CLIENT.redirect_uris[0],
    "response_type": "code",
    "scope": "openid email profile",
    "state": "a state",
    "nonce": "a nonce",
    "code_challenge": challenge_of(VERIFIER),
    "code_challenge_method": "S256",
}


class Browser:
    """Somebody at the provider's page."""

    def __init__(self, issuer: Issuer, http: httpx.AsyncClient) -> None:
        self.issuer = issuer
        self.http = http

    async def chosen(self, subject: str, **changed: str) -> dict[str, str]:
        """What comes back to the client when this person is chosen."""
        answer = await self.http.post("/authorize", params=ASKED | changed, data={"subject": subject})
        assert answer.status_code == 303, answer.text
        return dict(parse_qsl(urlsplit(answer.headers["location"]).query))

    async def bought(self, code: str, *, secret: str = CLIENT.secret, **changed: str) -> httpx.Response:
        """What a code buys."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CLIENT.redirect_uris[0],
            "code_verifier": VERIFIER,
        } | changed
        return await self.http.post("/token", data=form, auth=(CLIENT.client_id, secret))


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with issuing(CLIENT) as issuer, httpx.AsyncClient(base_url=issuer.options.address, trust_env=False) as http:
        yield Browser(issuer, http)


async def test_a_sign_in_ends_with_an_id_token_that_holds(browser: Browser) -> None:
    """Discovery names the endpoints, the page its people, and the code buys a token that the one verifier believes."""
    person = browser.issuer.people.add("ada@example.org", first_name="Ada")
    told = (await browser.http.get("/.well-known/openid-configuration")).json()
    assert told["issuer"] == browser.issuer.options.address
    page = (await browser.http.get(told["authorization_endpoint"], params=ASKED)).text
    assert "ada@example.org" in page
    back = await browser.chosen(person.subject)
    assert (back["state"], back["iss"]) == (ASKED["state"], told["issuer"])
    token = (await browser.bought(back["code"])).json()["id_token"]

    async def fetch(deadline_s: float, kid: str) -> str:
        return json.dumps((await browser.http.get(told["jwks_uri"])).json())

    rules = id_token(told["issuer"], CLIENT.client_id)
    keys = Keys(fetch, rules.algorithms, issuer=rules.issuer)
    verified = await verify(token, rules, keys, now_s=time.time(), nonce=ASKED["nonce"])
    assert verified.subject == person.subject
    assert (verified.claims["email"], verified.claims["email_verified"]) == ("ada@example.org", True)


async def test_a_code_is_good_once_and_for_its_asker(browser: Browser) -> None:
    """A second use, another verifier, another address, a wrong secret and a code that is too old buy nothing."""
    person = browser.issuer.people.add("ada@example.org")

    async def code() -> str:
        return (await browser.chosen(person.subject))["code"]

    spent = await code()
    assert (await browser.bought(spent)).status_code == 200
    wrong: list[dict[str, str]] = [
        {"code": spent},
        {"code": "made up"},
        {"code": await code(), "code_verifier": "w" * 43},
        {"code": await code(), "redirect_uri": "https://evil.example"},
        {"code": await code(), "grant_type": "refresh_token"},
    ]
    for changed in wrong:
        answer = await browser.bought(**changed)
        assert (answer.status_code, answer.json()) == (400, {"error": "invalid_grant"})
    assert (await browser.bought(await code(), secret="wrong")).status_code == 401
    old, now_s = await code(), time.time()
    browser.issuer.people.now_s = lambda: now_s + CODE_LIFE_S + 1
    assert (await browser.bought(old)).status_code == 400


async def test_nobody_is_sent_where_the_client_is_not(browser: Browser) -> None:
    """A request for another address, or without PKCE or nonce, is told so on the page and redirected nowhere."""
    person = browser.issuer.people.add("ada@example.org")
    for changed in (
        {"redirect_uri": "https://evil.example/back"},
        {"client_id": "somebody"},
        {"code_challenge_method": "plain"},
        {"code_challenge": ""},
        {"nonce": ""},
        {"response_type": "token"},
    ):
        answer = await browser.http.post("/authorize", params=ASKED | changed, data={"subject": person.subject})
        assert (answer.status_code, answer.headers.get("location")) == (400, None)


async def test_who_says_no_comes_back_without_a_code(browser: Browser) -> None:
    """Nobody chosen is an error of the protocol's own."""
    assert await browser.chosen("") == {
        "state": ASKED["state"],
        "iss": browser.issuer.options.address,
        "error": "access_denied",
    }
