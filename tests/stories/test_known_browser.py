"""Somebody who knows an address, and guesses at its password."""

from __future__ import annotations

import httpx

from tests.stories.house import House, Listener, patiently

OURS = {"Sec-Fetch-Site": "same-origin"}
TRIES = 8


def test_a_guesser_does_not_keep_the_owner_out_of_their_own_browser(house: House, listener: Listener) -> None:
    """Where they signed in before the owner comes in at once, also after the gateway began anew; others wait."""
    right = {"email": listener.email, "password": listener.password, "transport": "cookie"}
    with httpx.Client(base_url=house.url, timeout=60, headers=OURS) as own, httpx.Client(base_url=house.url) as other:
        assert own.post("/v1/auth/login", json=right).status_code == 200
        house.kill("gateway")
        patiently(lambda: other.get("/readyz"))
        guess = {"email": listener.email, "password": "a wrong one"}
        guesses = [other.post("/v1/auth/login", json=guess).status_code for _ in range(TRIES)]
        assert guesses == [401] * 6 + [429] * (TRIES - 6)
        assert own.post("/v1/auth/login", json=right).status_code == 200
        assert other.post("/v1/auth/login", json=right, headers=OURS).status_code == 429
