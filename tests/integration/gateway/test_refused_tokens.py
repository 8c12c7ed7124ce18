"""Bad tokens at the real door."""

from __future__ import annotations

import time

import httpx

from chassis.tokens.rules import built_in
from tests.integration.gateway.conftest import Door, OpenDoor
from tests.integration.gateway.fakes import AUDIENCE, ISSUER
from tests.integration.gateway.test_routes import check_problem
from tests.unit.chassis.tokens.makers import Maker
from tests.unit.chassis.tokens.vectors import VECTORS

GOOD_IN_A_SECOND = {"iat-ahead", "nbf-ahead"}
"""The door's clock goes on."""


def maker_of(door: Door) -> Maker:
    """Signs as the auth behind this door does."""
    now = int(time.time())
    more = {"aud": AUDIENCE, "nbf": now, "sid": "ses_1"}
    return Maker(built_in(ISSUER, AUDIENCE), "EdDSA", door.auth.signing_key, door.auth.kid, more, now)


def can_travel(token: str) -> bool:
    """Whether a header can hold it: what has no visible letter, or others, is refused as a header already."""
    return bool(token) and len(token) < 16_000 and all("\x21" <= letter <= "\x7e" for letter in token)


async def test_every_bad_token_gets_the_same_answer(open_door: OpenDoor) -> None:
    """Whatever is wrong with a token, the door says the same words with 401, so nobody learns from them."""
    async with open_door() as door:
        maker = maker_of(door)
        good = await door.http.get("/v1/tracks", headers={"Authorization": f"Bearer {maker.token()}"})
        assert good.status_code == 200
        tokens = {name: vector.make(maker) for name, vector in VECTORS.items() if "built-in" in vector.kinds}
        sent = {name: token for name, token in tokens.items() if can_travel(token) and name not in GOOD_IN_A_SECOND}
        assert len(sent) >= 100
        said = set()
        for name, token in sent.items():
            answer = await door.http.get("/v1/tracks", headers={"Authorization": f"Bearer {token}"})
            check_problem(answer, 401, "UNAUTHENTICATED")
            said.add(words_of(answer))
            assert token not in answer.text, name
        assert len(said) == 1
        by_cookie = await door.http.get("/v1/tracks", headers={"Cookie": f"stripsession_access={sent['exp-past']}"})
        assert {words_of(by_cookie)} == said


def words_of(answer: httpx.Response) -> tuple[str, ...]:
    """All that is told, but for the request's own id."""
    problem = answer.json()
    del problem["instance"]
    return (*map(str, problem.items()), answer.headers["WWW-Authenticate"])
