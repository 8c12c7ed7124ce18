"""Passkeys over HTTP: added and kept by whoever is signed in, and a way in for whoever is not."""

from __future__ import annotations

import logging

import pytest

from services.gateway.api.passkey_schemas import CREATED, PASSKEY_ID, USED
from tests.integration.gateway.conftest import OWNER, STRANGER, Door, OpenDoor
from tests.integration.gateway.test_routes import check_problem

ALL = "/v1/auth/passkeys"


async def test_a_passkeys_whole_way(door: Door) -> None:
    """A browser is asked, what it made is named and listed, it signs in, and it is gone once it is removed."""
    ada = door.auth.add("ada@example.org")
    signed = door.bearer(ada.user_id)
    question = (await door.http.post(f"{ALL}/options", headers=signed)).json()
    assert question["options"]["user"] == {"id": "b3BhcXVl"}
    made = await door.http.post(
        ALL, json={"name": "This phone", "credential": CREATED, "language": "de"}, headers=signed
    )
    assert made.status_code == 201
    passkey = made.json()
    assert (passkey["name"], passkey["last_used_at"], door.passkeys.asked[-1].language) == ("This phone", None, "de")
    one = f"{ALL}/{passkey['passkey_id']}"
    assert (await door.http.patch(one, json={"name": "Phone"}, headers=signed)).json()["name"] == "Phone"
    listed = (await door.http.get(ALL, headers=signed)).json()
    assert (listed["passkeys"], listed["is_offered"]) == ([passkey | {"name": "Phone"}], True)
    assert (await door.http.post("/v1/auth/passkey/options")).json()["options"]["rpId"] == "us.example"
    session = await door.http.post("/v1/auth/passkey", json={"credential": USED}, headers={"User-Agent": "curl/8"})
    assert session.json()["account"]["email"] == "ada@example.org"
    bearer = {"Authorization": f"Bearer {session.json()['access_token']}"}
    assert (await door.http.get("/v1/me", headers=bearer)).json()["user_id"] == ada.user_id
    assert (await door.http.delete(one, params={"language": "de"}, headers=signed)).status_code == 204
    assert door.passkeys.asked[-1].language == "de"
    check_problem(await door.http.delete(one, headers=signed), 404, "PASSKEY_NOT_FOUND")


async def test_a_page_gets_its_session_in_cookies(door: Door) -> None:
    """A page of this origin sees no token, and another site signs nobody in."""
    door.passkeys.credentials[str(USED["id"])] = door.auth.add("ada@example.org").user_id
    body = {"credential": USED, "transport": "cookie"}
    check_problem(
        await door.http.post("/v1/auth/passkey", json=body, headers={"Sec-Fetch-Site": "cross-site"}), 403, "CROSS_SITE"
    )
    opened = await door.http.post("/v1/auth/passkey", json=body, headers={"Sec-Fetch-Site": "same-origin"})
    assert "access_token" not in opened.json()
    assert {"stripsession_access", "stripsession_refresh"} == set(opened.cookies)


async def test_only_a_person_who_is_signed_in_keeps_passkeys(door: Door) -> None:
    """No key adds a way in, and another's passkey is not there."""
    _, key = door.api_keys.add(OWNER, "tracks:read", "tracks:write", "downloads", "shares", "billing:read")
    door.passkeys.add(OWNER, PASSKEY_ID)
    by_key = {"Authorization": f"Bearer {key}"}
    for method, path in (("POST", f"{ALL}/options"), ("GET", ALL), ("DELETE", f"{ALL}/{PASSKEY_ID}")):
        check_problem(await door.http.request(method, path), 401, "UNAUTHENTICATED")
        check_problem(await door.http.request(method, path, headers=by_key), 403, "SESSION_REQUIRED")
    theirs = await door.http.delete(f"{ALL}/{PASSKEY_ID}", headers=door.bearer(STRANGER))
    check_problem(theirs, 404, "PASSKEY_NOT_FOUND")


async def test_tries_are_held_to_the_pace_of_signing_in(open_door: OpenDoor) -> None:
    """Questions and answers of one address count as its other sign-ins do, and an answer that is none is refused."""
    async with open_door(sign_ins_per_minute=1.0, sign_ins_burst=2) as door:
        check_problem(await door.http.post("/v1/auth/passkey", json={"credential": {}}), 401, "PASSKEY_REFUSED")
        assert (await door.http.post("/v1/auth/passkey/options")).status_code == 200
        for path in ("/v1/auth/passkey/options", "/v1/auth/passkey"):
            check_problem(await door.http.post(path, json={"credential": {}}), 429, "TOO_FAST")


async def test_no_answer_of_a_browser_is_logged(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing that a browser made or answered is in any log."""
    caplog.set_level(logging.DEBUG)
    await door.http.post(ALL, json={"name": "This phone", "credential": CREATED}, headers=door.bearer())
    await door.http.post("/v1/auth/passkey", json={"credential": USED})
    said = "".join(
        record.getMessage() + repr(record.__dict__) for record in caplog.records if "httpx" not in record.name
    )
    assert str(USED["id"]) not in said
