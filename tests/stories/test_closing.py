"""A person closes their account at once, and watches it go."""

from __future__ import annotations

import contextlib

import asyncpg
from playwright.async_api import expect

from tests.browser import WebPage, chromium
from tests.stories.house import House, Listener
from tests.stories.songs import long_song

OVER_MS = 120_000


async def test_an_account_is_closed_at_once_and_its_link_says_when_it_is_over(house: House, listener: Listener) -> None:
    """One with a song closes the account: their session opens nothing, and their link tells of the song that went."""
    listener.wait(listener.add_track("rehearsal.flac", long_song(10)))
    async with chromium() as browser:
        web = await WebPage.open(browser, house.url, deadline_s=60)
        await web.sign_in(listener.email, listener.password)
        await web.page.goto(f"{web.address}/#/account/closing")
        await web.page.get_by_role("radio", name="At once").check()
        await web.page.get_by_role("textbox", name="To erase all of it now, type erase").fill("erase")
        await web.page.get_by_role("button", name="Erase everything now").click()
        await expect(web.page.get_by_role("heading", name="The erasure of an account")).to_be_visible()
        shut_out = web.page.locator("#closing tbody tr").first
        await expect(shut_out).to_contain_text("Done")
        assert listener.http.get("/v1/me").status_code == 401
        signing = {"email": listener.email, "password": listener.password}
        assert listener.http.post("/v1/auth/login", json=signing).status_code == 401
        await _let_tokens_run_out(house)
        await expect(web.page.locator("#closing [data-state=over]")).to_be_visible(timeout=OVER_MS)
        await expect(web.page.locator("#closing")).to_contain_text("songs: 1")
        await web.close()
        assert web.faults == []


async def _let_tokens_run_out(house: House) -> None:
    """As if the ten minutes had passed for which an ended session's last token may be about: auth waits for them."""
    auth = await asyncpg.connect(house.database_url("auth"))
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(auth.close)
        ended = "UPDATE sessions SET ended_at = ended_at - interval '1 hour' WHERE ended_at IS NOT NULL"
        assert await auth.execute(ended) != "UPDATE 0"
