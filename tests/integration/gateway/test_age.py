"""That somebody is old enough, over real HTTP: asked at every sign-up, once of each account, needed for what is new."""

from __future__ import annotations

from collections.abc import Mapping

import httpx
import pytest

from services.gateway.api.of_age import OF_AGE
from tests.contract.openapi_document import Json, operations
from tests.integration.gateway.conftest import OWNER, STRANGER, Door
from tests.integration.gateway.example_requests import request_of
from tests.integration.gateway.test_routes import TUS, check_problem, check_schema
from tests.integration.gateway.test_sessions import SIGN_UP

AGE = "/v1/account/age"
NEW = {**TUS, "Upload-Length": "4"}
NEEDING = [each for each in operations() if each[2]["operationId"] in OF_AGE]


def unasked(door: Door, user_id: str = OWNER) -> Mapping[str, str]:
    """A bearer whose account was made where nobody asked."""
    door.auth.accounts[user_id].age_confirmed = False
    return door.bearer(user_id)


async def upload(door: Door, headers: Mapping[str, str]) -> httpx.Response:
    return await door.http.post("/v1/uploads", headers={**headers, **NEW})


async def test_a_sign_up_says_so(door: Door) -> None:
    """Who does not say that they are old enough has no account made; who does is told so in theirs."""
    for said in ({}, {"confirms_age": False}, {"confirms_age": None}):
        body = {name: value for name, value in SIGN_UP.items() if name != "confirms_age"} | said
        check_problem(await door.http.post("/v1/auth/signup", json=body), 409, "AGE_NOT_CONFIRMED")
    odd = await door.http.post("/v1/auth/signup", json={**SIGN_UP, "confirms_age": "yes"})
    check_problem(odd, 422, "INVALID_FIELD")
    assert door.auth.passwords == {}
    made = await door.http.post("/v1/auth/signup", json=SIGN_UP)
    assert made.json()["account"]["age_confirmed"] is True


async def test_an_account_of_before_is_asked_once(door: Door) -> None:
    """It says that it was not asked; a no is refused, a yes is noted as often as it is said, and of nobody else."""
    headers = unasked(door)
    unasked(door, STRANGER)
    told = await door.http.get("/v1/me", headers=headers)
    assert told.json()["age_confirmed"] is False
    check_problem(await door.http.post(AGE, json={"confirms_age": False}, headers=headers), 409, "AGE_NOT_CONFIRMED")
    check_problem(await door.http.post(AGE, json={}, headers=headers), 422, "INVALID_FIELD")
    for _ in range(2):
        answer = await door.http.post(AGE, json={"confirms_age": True}, headers=headers)
        assert answer.status_code == 200
        check_schema(door, "Account", answer.json())
        assert answer.json()["age_confirmed"] is True
    assert (await door.http.get("/v1/me", headers=headers)).json()["age_confirmed"] is True
    assert not door.auth.accounts[STRANGER].age_confirmed


async def test_no_program_says_how_old_somebody_is(door: Door) -> None:
    """A key of whatever scope is refused, and changes nothing."""
    unasked(door)
    _, secret = door.api_keys.add(OWNER, "tracks:write")
    by_key = await door.http.post(AGE, json={"confirms_age": True}, headers={"Authorization": f"Bearer {secret}"})
    check_problem(by_key, 403, "SESSION_REQUIRED")
    assert not door.auth.accounts[OWNER].age_confirmed


@pytest.mark.parametrize(("method", "path", "operation"), NEEDING, ids=[each[2]["operationId"] for each in NEEDING])
async def test_nothing_new_is_taken_before(door: Door, method: str, path: str, operation: Json) -> None:
    """Each act of the table is refused until its person has said so, and the refusal says what to do."""
    headers = unasked(door)
    request = request_of(method.upper(), path, operation)
    request.url = request.url.copy_with(host="127.0.0.1", port=door.gateway.http.port)
    request.headers.update(headers)
    problem = check_problem(await door.http.send(request), 409, "AGE_NOT_CONFIRMED")
    assert problem["action"] == "Sign in on the page, which asks once."
    door.auth.accounts[OWNER].age_confirmed = True
    assert "AGE_NOT_CONFIRMED" not in (await door.http.send(request)).text


async def test_a_key_is_no_way_around(door: Door) -> None:
    """What a key sends is its person's, who has not said so yet."""
    unasked(door)
    _, secret = door.api_keys.add(OWNER, "tracks:write")
    check_problem(await upload(door, {"Authorization": f"Bearer {secret}"}), 409, "AGE_NOT_CONFIRMED")
    assert door.library.uploads == {}


async def test_what_is_there_can_be_read_and_erased_before(door: Door) -> None:
    """Who was not asked yet reads, downloads, exports and deletes what they have, and can close their account."""
    headers = unasked(door)
    track = door.library.add_track(OWNER, segments=1)
    path = f"/v1/tracks/{track.track_id}"
    for reading in ("/v1/tracks", path, f"{path}/manifest", "/v1/privacy/census", "/v1/account/closing"):
        assert (await door.http.get(reading, headers=headers)).status_code == 200, reading
    assert (await door.http.get(f"{path}/stems/vocals.wav", headers=headers)).status_code == 200
    assert (await door.http.post("/v1/privacy/exports", headers=headers)).status_code == 202
    assert (await door.http.delete(path, headers=headers)).is_success
    assert (await door.http.post("/v1/account/closing", json={}, headers=headers)).status_code == 201


async def test_whoever_has_said_so_goes_on(door: Door) -> None:
    """From the moment that it is noted everything is taken; auth is asked no more about who said so."""
    headers = unasked(door)
    check_problem(await upload(door, headers), 409, "AGE_NOT_CONFIRMED")
    await door.http.post(AGE, json={"confirms_age": True}, headers=headers)
    for _ in range(2):
        assert (await upload(door, headers)).status_code == 201
    del door.auth.accounts[OWNER]
    assert (await upload(door, headers)).status_code == 201


async def test_while_nobody_can_be_asked_nothing_is_taken(door: Door) -> None:
    """With auth away it is not known whether somebody said so: that is an outage to come back after."""
    assert (await upload(door, door.bearer())).status_code == 201
    await door.servers["auth"].stop()
    assert (await upload(door, door.bearer())).status_code == 201
    answer = await upload(door, door.bearer(STRANGER))
    assert answer.status_code in (503, 504)
    assert "retry-after" in answer.headers


async def test_an_auth_from_before_asks_nobody(door: Door) -> None:
    """Beside an auth that does not know the question, as in a deployment under way, all goes on as it did."""
    door.auth.accounts[OWNER].ClearField("age_confirmed")
    assert (await door.http.get("/v1/me", headers=door.bearer())).json()["age_confirmed"] is True
    assert (await upload(door, door.bearer())).status_code == 201
    check_problem(await upload(door, unasked(door)), 409, "AGE_NOT_CONFIRMED")
