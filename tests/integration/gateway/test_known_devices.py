"""A browser that was signed in to an account has tries of its own there, whatever strangers do."""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.gateway.api.passkey_schemas import USED
from tests.integration.gateway.conftest import Door, OpenDoor
from tests.integration.gateway.fake_factors import CODE
from tests.integration.gateway.test_paces import GUARDED
from tests.integration.gateway.test_routes import check_problem

ADA = {"email": "ada@example.org", "password": "correct horse"}
WRONG = ADA | {"password": "wrong horse"}
BY_COOKIE = {"transport": "cookie"}
OURS = {"Sec-Fetch-Site": "same-origin"}
LOGIN = "/v1/auth/login"
FREE = GUARDED["sign_in_tries_free"] + 1
"""Tries that are taken before the first wait."""
NO_KEY: dict[str, Any] = {"device_key_file": None}


@pytest.fixture
def guarded(tmp_path: Path) -> dict[str, Any]:
    key = tmp_path / "device-key"
    key.write_bytes(bytes(range(32)))
    return GUARDED | {"device_key_file": key}


@pytest.fixture
async def door(open_door: OpenDoor, guarded: dict[str, Any]) -> AsyncIterator[Door]:
    async with open_door(**guarded) as opened:
        yield opened


@contextlib.asynccontextmanager
async def browser(door: Door) -> AsyncIterator[httpx.AsyncClient]:
    """One with no cookies yet."""
    async with httpx.AsyncClient(base_url=door.address, timeout=15, headers=OURS) as client:
        yield client


async def exhaust(door: Door, email: str = ADA["email"]) -> list[Any]:
    """What a stranger who guesses is answered until they have to wait, and then."""
    async with browser(door) as stranger:
        answers = [await stranger.post(LOGIN, json=WRONG | {"email": email}) for _ in range(FREE + 1)]
    assert [answer.status_code for answer in answers] == [401] * FREE + [429]
    return [_told(answer) for answer in answers]


async def test_a_stranger_keeps_nobody_out_where_they_signed_in_before(door: Door) -> None:
    """Signed out or not, the owner comes in at once on their own browser; the stranger, and any other, still waits."""
    door.auth.add(ADA["email"], ADA["password"])
    async with browser(door) as own, browser(door) as new:
        assert (await own.post(LOGIN, json=ADA | BY_COOKIE)).status_code == 200
        assert (await own.post("/v1/auth/logout", json={})).status_code == 204
        assert set(own.cookies) == {"stripsession_device"}
        await exhaust(door)
        for _ in range(3):
            assert (await own.post(LOGIN, json=ADA | BY_COOKIE)).status_code == 200
            check_problem(await new.post(LOGIN, json=ADA | BY_COOKIE), 429, "TOO_FAST")
        # It is another account's browser to everybody else.
        await exhaust(door, "bob@example.org")
        check_problem(await own.post(LOGIN, json=ADA | {"email": "bob@example.org"}), 429, "TOO_FAST")


async def test_a_known_browser_that_guesses_waits_with_everybody(door: Door) -> None:
    """Its own tries are few; then it is counted as a stranger, and told what a stranger is told."""
    door.auth.add(ADA["email"], ADA["password"])
    async with browser(door) as own, browser(door) as new:
        await own.post(LOGIN, json=ADA | BY_COOKIE)
        guesses = [await own.post(LOGIN, json=WRONG) for _ in range(2 * FREE + 1)]
        assert [answer.status_code for answer in guesses] == [401] * (2 * FREE) + [429]
        told = await new.post(LOGIN, json=WRONG)
        assert _told(told) == _told(guesses[-1])


async def test_a_cookie_tells_nothing_of_an_account(door: Door) -> None:
    """Whoever shows a stamp of another address, or nonsense, hears the same of a known and of an unknown one."""
    door.auth.add(ADA["email"], ADA["password"])
    door.auth.add("bob@example.org", "a long enough secret")
    async with browser(door) as bob:
        body = {"email": "bob@example.org", "password": "a long enough secret"} | BY_COOKIE
        stamp = (await bob.post(LOGIN, json=body)).cookies["stripsession_device"]
    heard = []
    for email, cookie in (
        (ADA["email"], stamp),
        ("nobody@example.org", stamp),
        ("noone@example.org", "nonsense"),
        ("none@example.org", ""),
    ):
        headers = OURS | {"Cookie": f"stripsession_device={cookie}"}
        async with browser(door) as guest:
            tries = [await guest.post(LOGIN, json=WRONG | {"email": email}, headers=headers) for _ in range(FREE + 1)]
        heard.append([_told(answer) for answer in tries])
    assert heard[1:] == heard[:1] * 3


async def test_a_stamp_of_nobody_any_more_leads_nowhere(door: Door) -> None:
    """Of an account that was erased it has tries that are answered as ever, and then waits."""
    account = door.auth.add(ADA["email"], ADA["password"])
    async with browser(door) as own:
        await own.post(LOGIN, json=ADA | BY_COOKIE)
        del door.auth.accounts[account.user_id], door.auth.passwords[ADA["email"]]
        answers = [await own.post(LOGIN, json=ADA) for _ in range(2 * FREE + 1)]
    assert [answer.status_code for answer in answers] == [401] * (2 * FREE) + [429]


async def test_all_gateways_know_a_browser_also_after_a_change_of_key(
    door: Door, open_door: OpenDoor, guarded: dict[str, Any], tmp_path: Path
) -> None:
    """The key is in a file that they share and may be followed by another; without it a cookie is nothing."""
    door.auth.add(ADA["email"], ADA["password"])
    async with browser(door) as own:
        await own.post(LOGIN, json=ADA | BY_COOKIE)
        cookie = {"Cookie": f"stripsession_device={own.cookies['stripsession_device']}"}
    newer = tmp_path / "newer"
    newer.write_bytes(bytes(32))
    changed = {"device_key_file": newer, "retired_device_key_files": (guarded["device_key_file"],)}
    for settings, status in (({}, 200), (changed, 200), ({"device_key_file": newer}, 429), (NO_KEY, 429)):
        async with open_door(**guarded | settings) as other:
            other.auth.add(ADA["email"], ADA["password"])
            await exhaust(other)
            answer = await other.http.post(LOGIN, json=ADA | BY_COOKIE, headers=OURS | cookie)
            assert answer.status_code == status
            assert ("stripsession_device" in answer.cookies) == (status == 200)


async def test_every_way_in_by_cookies_makes_a_browser_known(door: Door) -> None:
    """A second step, a passkey, a link and a new account do; a challenge, a renewed session and a wrong word do not."""
    account = door.auth.add(ADA["email"], ADA["password"])
    door.passkeys.credentials[str(USED["id"])] = account.user_id
    door.auth.codes["code-1"] = account.user_id
    door.auth.challenge = door.factors.challenge(account.user_id)
    first = await door.http.post(LOGIN, json=ADA | BY_COOKIE, headers=OURS)
    assert (first.status_code, first.cookies) == (202, httpx.Cookies())
    assert not (await door.http.post(LOGIN, json=WRONG | BY_COOKIE, headers=OURS)).cookies
    step = {"challenge": first.json()["challenge"], "code": CODE}
    for path, body in (
        ("/v1/auth/login/second-step", step),
        ("/v1/auth/passkey", {"credential": USED}),
        ("/v1/auth/link", {"code": "code-1"}),
        ("/v1/auth/signup", {"email": "new@example.org", "password": "a long enough secret", "confirms_age": True}),
    ):
        answer = await door.http.post(path, json=body | BY_COOKIE, headers=OURS)
        assert "stripsession_device" in answer.cookies, path
    renewed = await door.http.post("/v1/auth/refresh", json={}, headers=OURS)
    assert set(renewed.cookies) == {"stripsession_access", "stripsession_refresh"}


async def test_a_known_browser_stays_known_when_the_address_changes(door: Door) -> None:
    """Where an account was signed in to, its new address is known as well once it is confirmed; elsewhere it is not."""
    account = door.auth.add(ADA["email"], ADA["password"])
    for known in (True, False):
        email = f"ada{known}@new.example.org"
        changed = ADA | {"email": email}
        async with browser(door) as reader:
            if known:
                await reader.post(LOGIN, json=ADA | {"email": door.auth.account(account.user_id).email} | BY_COOKIE)
            door.factors.changes.codes["code"] = (account.user_id, email)
            done = await reader.post("/v1/auth/email/change/confirm", json={"code": "code"})
            assert (done.status_code, "set-cookie" in done.headers) == (204, known)
            door.auth.passwords[email] = ADA["password"]
            await exhaust(door, email)
            answer = await reader.post(LOGIN, json=changed | BY_COOKIE)
            assert answer.status_code == (200 if known else 429)


async def test_who_asks_for_tokens_gets_no_cookie(door: Door) -> None:
    """Programs are as they were."""
    door.auth.add(ADA["email"], ADA["password"])
    answer = await door.http.post(LOGIN, json=ADA)
    assert (answer.status_code, "set-cookie" in answer.headers) == (200, False)


@pytest.mark.parametrize(
    ("secure", "form"),
    [
        ("auto", r"stripsession_device=1\.[^;~]+; HttpOnly; Max-Age=31536000; Path=/; SameSite=strict"),
        (
            "always",
            r"__Host-stripsession_device=1\.[^;~]+; HttpOnly; Max-Age=31536000; Path=/; SameSite=strict; Secure",
        ),
    ],
)
async def test_the_cookie_is_for_this_host_alone(
    open_door: OpenDoor, guarded: dict[str, Any], secure: str, form: str
) -> None:
    """No script reads it, no other site sends it, and by https no other name under ours can set it."""
    async with open_door(**guarded, cookie_secure=secure) as door:
        door.auth.add(ADA["email"], ADA["password"])
        answer = await door.http.post(LOGIN, json=ADA | BY_COOKIE, headers=OURS)
        cookie = answer.headers.get_list("set-cookie")[-1]
        assert re.fullmatch(form, cookie)
        name, _, value = cookie.partition(";")[0].partition("=")
        other = name.removeprefix("__Host-") if secure == "always" else f"__Host-{name}"
        await exhaust(door)
        for shown, status in ((name, 200), (other, 429)):
            headers = OURS | {"Cookie": f"{shown}={value}"}
            assert (await door.http.post(LOGIN, json=ADA, headers=headers)).status_code == status


def _told(answer: httpx.Response) -> tuple[int, dict[str, Any], str | None, bool]:
    body = {name: value for name, value in answer.json().items() if name != "instance"}
    return answer.status_code, body, answer.headers.get("retry-after"), "set-cookie" in answer.headers
