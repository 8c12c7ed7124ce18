"""Signing in and staying signed in, with tokens and with cookies."""

from __future__ import annotations

import httpx
import pytest

from tests.integration.gateway.conftest import Door, OpenDoor
from tests.integration.gateway.test_routes import check_problem, check_schema

SIGN_UP = {"email": "ada@example.org", "password": "correct horse", "display_name": "Ada", "confirms_age": True}
OURS = {"Sec-Fetch-Site": "same-origin"}


async def test_tokens_carry_a_session_from_sign_up_to_sign_out(door: Door) -> None:
    """Sign-up gives tokens that work; a refresh token works once; after sign-out none does."""
    answer = await door.http.post("/v1/auth/signup", json=SIGN_UP)
    assert answer.status_code == 201
    session = answer.json()
    check_schema(door, "Session", session)
    assert "set-cookie" not in answer.headers
    signed = {"Authorization": f"Bearer {session['access_token']}"}
    account = (await door.http.get("/v1/me", headers=signed)).json()
    check_schema(door, "Account", account)
    assert account == session["account"]
    changed = await door.http.patch("/v1/me", json={"display_name": "Countess"}, headers=signed)
    assert changed.json()["display_name"] == "Countess"
    renewed = await door.http.post("/v1/auth/refresh", json={"refresh_token": session["refresh_token"]})
    check_schema(door, "Session", renewed.json())
    spent = await door.http.post("/v1/auth/refresh", json={"refresh_token": session["refresh_token"]})
    check_problem(spent, 401, "SESSION_ENDED")
    last = {"refresh_token": renewed.json()["refresh_token"]}
    assert (await door.http.post("/v1/auth/logout", json=last)).status_code == 204
    check_problem(await door.http.post("/v1/auth/refresh", json=last), 401, "SESSION_ENDED")


async def test_sign_up_and_sign_in_say_what_is_wrong(door: Door) -> None:
    """Refusals of auth come through with their reasons."""
    await door.http.post("/v1/auth/signup", json=SIGN_UP)
    check_problem(await door.http.post("/v1/auth/signup", json=SIGN_UP), 409, "EMAIL_TAKEN")
    weak = {"email": "b@example.org", "password": "short", "confirms_age": True}
    check_problem(await door.http.post("/v1/auth/signup", json=weak), 422, "WEAK_PASSWORD")
    odd = {"email": "nobody", "password": SIGN_UP["password"]}
    for path in ("/v1/auth/signup", "/v1/auth/login"):
        check_problem(await door.http.post(path, json=odd), 422, "INVALID_EMAIL")
    wrong = {"email": SIGN_UP["email"], "password": "wrong horse"}
    check_problem(await door.http.post("/v1/auth/login", json=wrong), 401, "WRONG_CREDENTIALS")
    good = {"email": SIGN_UP["email"], "password": SIGN_UP["password"]}
    check_schema(door, "Session", (await door.http.post("/v1/auth/login", json=good)).json())


async def test_a_link_signs_in_once(door: Door) -> None:
    """A one-time code gives a session, and nothing the second time."""
    door.auth.codes["code-1"] = door.auth.add("you@localhost").user_id
    assert (await door.http.post("/v1/auth/link", json={"code": "code-1"})).status_code == 200
    check_problem(await door.http.post("/v1/auth/link", json={"code": "code-1"}), 401, "LINK_SPENT")


def cookie_flags(answer: httpx.Response) -> dict[str, str]:
    return {cookie.partition("=")[0]: cookie for cookie in answer.headers.get_list("set-cookie")}


async def test_cookies_carry_a_session_that_no_script_sees(door: Door) -> None:
    """With the cookie transport no token is in the answer, and both cookies are HttpOnly and SameSite."""
    answer = await door.http.post("/v1/auth/signup", json={**SIGN_UP, "transport": "cookie"}, headers=OURS)
    assert not {"access_token", "refresh_token"} & set(answer.json())
    cookies = cookie_flags(answer)
    assert set(cookies) == {"stripsession_access", "stripsession_refresh"}
    for cookie in cookies.values():
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert "Secure" not in cookie
    assert "Path=/v1/auth" in cookies["stripsession_refresh"]
    assert (await door.http.get("/v1/me")).json()["email"] == SIGN_UP["email"]
    before = door.http.cookies["stripsession_refresh"]
    renewed = await door.http.post("/v1/auth/refresh", json={"transport": "cookie"}, headers=OURS)
    assert "access_token" not in renewed.json()
    assert door.http.cookies["stripsession_refresh"] != before
    assert (await door.http.post("/v1/auth/logout", json={}, headers=OURS)).status_code == 204
    assert not door.http.cookies
    check_problem(await door.http.post("/v1/auth/refresh", headers=OURS), 401)


async def test_cookies_are_secure_behind_https(open_door: OpenDoor) -> None:
    """Cookies get Secure when the request came by https, as the trusted proxy says."""
    async with open_door(trusted_proxies=1) as door:
        headers = {**OURS, "X-Forwarded-Proto": "https"}
        answer = await door.http.post("/v1/auth/signup", json={**SIGN_UP, "transport": "cookie"}, headers=headers)
        assert all("Secure" in cookie for cookie in cookie_flags(answer).values())


FOREIGN = [
    {},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
async def test_another_site_cannot_act_with_our_cookies(door: Door, headers: dict[str, str]) -> None:
    """A changing request that rides on cookies and does not come from our page is 403; reading is allowed."""
    await door.http.post("/v1/auth/signup", json={**SIGN_UP, "transport": "cookie"}, headers=OURS)
    for path in ("/v1/auth/refresh", "/v1/auth/logout"):
        check_problem(await door.http.post(path, json={}, headers=headers), 403, "CROSS_SITE")
    check_problem(await door.http.patch("/v1/me", json={}, headers=headers), 403, "CROSS_SITE")
    opening = {"email": SIGN_UP["email"], "password": SIGN_UP["password"], "transport": "cookie"}
    check_problem(await door.http.post("/v1/auth/login", json=opening, headers=headers), 403, "CROSS_SITE")
    assert (await door.http.get("/v1/me", headers=headers)).status_code == 200
    own = {"Origin": door.address}
    assert (await door.http.patch("/v1/me", json={}, headers=own)).status_code == 200


async def test_a_bearer_token_needs_no_origin_and_wins_over_a_cookie(door: Door) -> None:
    """Tokens are never sent by a browser unasked, so their requests may come from anywhere."""
    await door.http.post("/v1/auth/signup", json={**SIGN_UP, "transport": "cookie"}, headers=OURS)
    other = door.auth.add("other@example.org")
    headers = door.bearer(other.user_id)
    assert (await door.http.patch("/v1/me", json={}, headers=headers)).json()["email"] == "other@example.org"
    check_problem(await door.http.get("/v1/me", headers={"Authorization": "Basic eDp5"}), 401)


async def test_sign_in_is_unavailable_while_auth_is_away(door: Door) -> None:
    """Without keys a token can neither be believed nor refused: 503, and known keys go on working."""
    await door.servers["auth"].stop()
    check_problem(await door.http.get("/v1/tracks", headers=door.bearer()), 503, "UNREACHABLE")
