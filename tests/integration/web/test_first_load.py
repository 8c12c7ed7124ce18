"""What a first visit costs in bytes, and that what is shown first can be used on a slow machine.

How long it takes until then is a figure of `make bench`.
"""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable

import pytest
from playwright.async_api import Browser, Route, expect

from tests.integration.web.conftest import OpenPage
from tests.integration.web.fake_gateway import PASSWORD, WEB, FakeGateway
from tests.integration.web.slow_load import ENTRY, LIBRARY, loaded_slowly

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90), pytest.mark.asyncio(loop_scope="module")]

Record = Callable[[str, object], None]

SCRIPTS_BYTES_MAX = 150_000


async def test_the_scripts_before_the_player_are_small(
    open_page: OpenPage, gateway: FakeGateway, record_property: Record
) -> None:
    """Until a track is opened, a first visit sends for at most 150 kB of scripts, gzipped, its service worker's too."""
    web = await open_page()
    await web.sign_up("ada@example.org", PASSWORD)
    await expect(web.page.locator("#list-state")).to_contain_text("No tracks yet")
    # It sends for its own files until it is ready.
    await web.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    scripts = {name: _gzipped_bytes(name) for name in gateway.files if name.endswith(".js")}
    assert "service-worker.js" in scripts
    assert any(name.startswith("assets/") for name in scripts)
    record_property("scripts_bytes", sum(scripts.values()))
    assert sum(scripts.values()) <= SCRIPTS_BYTES_MAX, scripts


def _gzipped_bytes(name: str) -> int:
    return len(gzip.compress((WEB / name).read_bytes()))


async def test_the_sign_in_form_works_as_soon_as_it_is_shown(browser: Browser, gateway: FakeGateway) -> None:
    """On a cold cache and a slow CPU the form that is shown first answers: the way to an account opens."""
    async with loaded_slowly(browser, gateway.address, ENTRY) as (page, _):
        await page.get_by_role("button", name="Create an account").click()
        await expect(page.get_by_label("I am 13 or older")).to_be_visible()


async def test_the_library_works_as_soon_as_it_is_shown(
    browser: Browser, open_page: OpenPage, gateway: FakeGateway
) -> None:
    """The same of whoever is signed in: the library's first button opens the choice of songs."""
    web = await open_page()
    await web.sign_up("ada@example.org", PASSWORD)
    known = await web.page.context.storage_state()
    async with loaded_slowly(browser, gateway.address, LIBRARY, known) as (page, _), page.expect_file_chooser():
        await page.get_by_role("button", name="Choose songs").click()


async def test_the_library_is_asked_for_before_the_scripts_are_here(
    browser: Browser, open_page: OpenPage, gateway: FakeGateway
) -> None:
    """Whoever is signed in waits for the page's scripts and for its answers at once, and each is asked for once."""
    web = await open_page()
    await web.sign_up("ada@example.org", PASSWORD)
    context = await browser.new_context(storage_state=await web.page.context.storage_state())
    page = await context.new_page()
    come, known = asyncio.Event(), len(gateway.asked)

    async def held(route: Route) -> None:
        await come.wait()
        await route.continue_()

    await page.route("**/assets/index-*.js", held)
    async with page.expect_response("**/v1/me"), page.expect_response("**/v1/tracks?*"):
        await page.goto(gateway.address, wait_until="commit")
    assert await page.locator("#app > *").count() == 0
    come.set()
    await expect(page.locator("#list-state")).to_contain_text("No tracks yet")
    await expect(page.locator("#account-usage")).to_be_visible()
    asked = gateway.asked[known:]
    for one in ("me", "tracks", "billing/usage", "models"):
        assert asked.count(f"GET /v1/{one}") == 1, asked
    await context.close()


async def test_a_session_that_is_too_old_is_renewed_once(open_page: OpenPage, gateway: FakeGateway) -> None:
    """What was asked ahead and refused for the session's age is asked again behind one renewal, and shown."""
    web = await open_page()
    await web.sign_up("ada@example.org", PASSWORD)
    gateway.is_access_stale = True
    await web.page.reload()
    await expect(web.page.locator("#list-state")).to_contain_text("No tracks yet")
    await expect(web.page.locator("#account-usage")).to_be_visible()
    assert gateway.refreshes == 1
