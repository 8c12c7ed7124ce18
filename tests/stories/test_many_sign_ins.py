"""Two hundred people sign in at one moment, and whoever is in already notices nothing."""

from __future__ import annotations

import asyncio

import httpx

from tests.stories.house import House, Listener

SIGN_INS = 200
CONNECTIONS = httpx.Limits(max_connections=SIGN_INS + 10)


async def test_many_sign_ins_at_once_leave_the_other_routes_alone(house: House, listener: Listener) -> None:
    """While two hundred sign-ins wait for their hashes others are answered; each is answered, or told when to come."""
    # Each of an address of its own, as one address is made to wait after some tries; an unknown one costs the same.
    asked = [{"email": f"crowd-{number}@example.com", "password": "a wrong one"} for number in range(SIGN_INS)]
    signed = {"Authorization": str(listener.http.headers["Authorization"])}
    async with httpx.AsyncClient(base_url=house.url, timeout=60, limits=CONNECTIONS) as http:
        storm = [asyncio.create_task(http.post("/v1/auth/login", json=each)) for each in asked]
        answered_meanwhile = 0
        while not all(each.done() for each in storm):
            assert (await http.get("/v1/tracks", headers=signed)).status_code == 200
            # One that had to wait for them all is answered after the last.
            answered_meanwhile += not all(each.done() for each in storm)
        answers = await asyncio.gather(*storm)
    assert answered_meanwhile >= 2
    statuses = {answer.status_code for answer in answers}
    assert 401 in statuses
    assert statuses <= {401, 503}
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in answers if answer.status_code == 503)
