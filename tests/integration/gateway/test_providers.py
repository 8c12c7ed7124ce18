"""The way to a provider and back, as a browser sees it: cookies, redirects, and nothing in an address."""

from __future__ import annotations

import logging

import grpc
import httpx
import pytest

from services.gateway.api.cookies import PROVIDER_COOKIE
from tests.integration.gateway.conftest import Door, OpenDoor
from tests.integration.gateway.fake_providers import GIVEN, ROAD
from tests.integration.gateway.test_routes import check_problem

OURS = {"Sec-Fetch-Site": "same-origin"}
START = "/v1/auth/providers/google/start"
FINISH = "/v1/auth/providers/finish"
LANDING = "/v1/auth/providers/google/callback"
BACK = {**OURS, "Cookie": f"{PROVIDER_COOKIE}={GIVEN}"}


async def test_the_way_there_is_tied_to_the_browser(door: Door, open_door: OpenDoor) -> None:
    """The page is told where to go; what ties the way back is in a cookie that no script reads."""
    answer = await door.http.post(START, headers=OURS)
    assert answer.json() == {"authorization_url": ROAD}
    assert answer.headers["cache-control"] == "no-store"
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{PROVIDER_COOKIE}={GIVEN};")
    for part in ("HttpOnly", "SameSite=lax", "Path=/v1/auth"):
        assert part in cookie
    assert "Secure" not in cookie
    async with open_door(cookie_secure="always") as secure:
        assert "Secure" in (await secure.http.post(START, headers=OURS)).headers["set-cookie"]


@pytest.mark.parametrize("path", [START, FINISH, "/v1/auth/connections/google/start", "/v1/auth/connections"])
async def test_another_site_begins_and_finishes_nothing(door: Door, path: str) -> None:
    """Whatever a page of elsewhere, or none, has the browser send, with a session or without."""
    for site in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {}):
        answer = await door.http.post(path, headers=door.bearer() | site)
        check_problem(answer, 403, "CROSS_SITE")
        assert "set-cookie" not in answer.headers


async def test_what_came_back_is_handed_on_as_it_is(door: Door) -> None:
    """Auth is told by whose address what came, with the browser's cookie; the browser goes on to our page."""
    said = {"state": "s", "code": "c", "iss": "https://accounts.example", "scope": "openid"}
    answer = await door.http.get(LANDING, params=said, headers={"Cookie": f"{PROVIDER_COOKIE}={GIVEN}"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/#/arrived")
    (heard,) = door.providers.answers
    assert (heard.provider, heard.browser_secret, heard.state, heard.code, heard.error, heard.issuer) == (
        *("google", GIVEN, "s", "c", ""),
        "https://accounts.example",
    )
    door.providers.is_connecting = True
    answer = await door.http.get(LANDING, params=said)
    assert answer.headers["location"] == "/#/arrived/connect"


@pytest.mark.parametrize(
    "query",
    [
        "state=s&state=t&code=c",
        f"state={'s' * 5000}&code=c",
        "state=s&code=c&next=https://evil.example",
        "state=s&code=c&redirect_uri=//evil.example",
        "state=s&code=%0d%0aLocation:%20https://evil.example",
        "error=access_denied&error_description=%3Cscript%3E&error_uri=https://evil.example",
    ],
)
async def test_nothing_in_the_answer_chooses_where_the_browser_goes(door: Door, query: str) -> None:
    """Whatever is among it: to our page, with one of our own words."""
    door.providers.refusal = (grpc.StatusCode.NOT_FOUND, "PROVIDER_SIGN_IN_SPENT")
    answer = await door.http.get(f"{LANDING}?{query}", headers={"Host": httpx.URL(door.address).netloc.decode()})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/#/arrived/PROVIDER_SIGN_IN_SPENT"
    assert "evil" not in str(answer.headers)
    if "state=t" in query or "sss" in query:
        assert door.providers.answers[-1].state == ""


@pytest.mark.parametrize(
    ("code", "word", "told"),
    [
        (grpc.StatusCode.PERMISSION_DENIED, "PROVIDER_DENIED", "PROVIDER_DENIED"),
        (grpc.StatusCode.UNAVAILABLE, "PROVIDER_AWAY", "PROVIDER_AWAY"),
        (grpc.StatusCode.FAILED_PRECONDITION, "PROVIDER_ANSWER_REFUSED", "PROVIDER_ANSWER_REFUSED"),
        (grpc.StatusCode.NOT_FOUND, "https://evil.example", "OTHER"),
        (grpc.StatusCode.INTERNAL, "INTERNAL", "INTERNAL"),
    ],
)
async def test_what_went_wrong_comes_to_the_page_as_a_word(
    door: Door, code: grpc.StatusCode, word: str, told: str
) -> None:
    """Never as a document that a person would have to read, and never in words that are not ours."""
    door.providers.refusal = (code, word)
    answer = await door.http.get(LANDING, params={"state": "s", "error": "access_denied"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/#/arrived/{told}")


async def test_who_is_new_is_asked_and_then_signed_in(door: Door) -> None:
    """Without a word on age there is a question and no cookie; with it, a session, and the way back is closed."""
    asked = await door.http.post(FINISH, json={"transport": "cookie"}, headers=BACK)
    assert asked.status_code == 202
    assert asked.json()["email"] == "ada@example.org"
    assert "set-cookie" not in asked.headers
    answer = await door.http.post(FINISH, json={"transport": "cookie", "confirms_age": True}, headers=BACK)
    assert answer.status_code == 200
    assert "refresh_token" not in answer.json()
    cookies = answer.headers.get_list("set-cookie")
    assert [each.partition("=")[0] for each in cookies] == [
        *("stripsession_access", "stripsession_refresh"),
        PROVIDER_COOKIE,
    ]
    assert cookies[2].startswith(f'{PROVIDER_COOKIE}="";')
    assert "Max-Age=0" in cookies[2]
    check_problem(await door.http.post(FINISH, json={}, headers=OURS), 404, "PROVIDER_SIGN_IN_SPENT")


async def test_a_provider_is_connected_listed_and_taken_away(door: Door) -> None:
    """By a person's own session, which a key does not stand for."""
    signed = door.bearer()
    assert (await door.http.get("/v1/auth/connections", headers=signed)).json() == {"connections": []}
    started = await door.http.post("/v1/auth/connections/google/start", headers=signed | OURS)
    assert PROVIDER_COOKIE in started.headers["set-cookie"]
    connected = await door.http.post("/v1/auth/connections", headers=signed | BACK | {"Accept-Language": "de,en;q=0.5"})
    assert connected.json()["provider"]["name"] == "Google"
    assert (await door.http.get("/v1/auth/connections", headers=signed)).json() == {"connections": [connected.json()]}
    gone = await door.http.delete("/v1/auth/connections/google", headers=signed | {"Accept-Language": "en-GB"})
    assert (gone.status_code, door.providers.told) == (204, ["de", "en-GB"])
    again = await door.http.delete("/v1/auth/connections/google", headers=signed)
    check_problem(again, 404, "CONNECTION_NOT_FOUND")


async def test_no_code_and_no_state_is_logged(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    """What a browser comes back with is in no log, and neither is what it keeps."""
    caplog.set_level(logging.DEBUG)
    said = {"state": "the-state", "code": "the-code"}
    await door.http.get(LANDING, params=said, headers={"Cookie": f"{PROVIDER_COOKIE}={GIVEN}"})
    told = "".join(
        record.getMessage() + repr(record.__dict__) for record in caplog.records if "http" not in record.name
    )
    for secret in ("the-state", "the-code", GIVEN):
        assert secret not in told
