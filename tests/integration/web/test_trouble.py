"""Every view of what the server holds: that it waits for it, that it did not get it, and how it is asked for again."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

import pytest
from playwright.async_api import Locator, expect

from tests.browser import WebPage
from tests.integration.web.conftest import OpenPage
from tests.integration.web.fake_closing import TOKEN
from tests.integration.web.fake_gateway import PASSWORD, FakeGateway
from tests.integration.web.fake_providers import BOTH
from tests.integration.web.views import SONG

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

AGAIN = {"/#/account/security": (3, 2, 1, 0), "/#/account/plan": (3, 1, 0), "/#/account/privacy": (2, 1, 0)}
"""Of a view whose parts fail apart: how many can be asked for again, at first and after each press."""
SHOWN: dict[str, Callable[[WebPage], Locator]] = {
    "/#/": lambda web: web.track(SONG),
    "/#/track/trk_1": lambda web: web.page.get_by_role("heading", name=SONG),
    "/#/account/security": lambda web: web.page.get_by_role("button", name="Set up the second step"),
    "/#/account/plan": lambda web: web.page.get_by_role("heading", name="Invoices"),
    "/#/account/keys": lambda web: web.page.get_by_text("You have no key."),
    "/#/account/webhooks": lambda web: web.page.get_by_text("You have no webhook."),
    "/#/account/closing": lambda web: web.page.get_by_role("button", name="Close the account"),
    "/#/account/privacy": lambda web: web.page.get_by_role("button", name="Count again"),
    "/#/account/requests": lambda web: web.page.get_by_text("You have sent none."),
    "/#/account/export": lambda web: web.page.get_by_role("button", name="Prepare an export"),
    "/#/account/receipts": lambda web: web.page.get_by_text("Track erased").first,
}
"""By its address: what is there once the server has answered."""
TOLD_AGAIN = ("keys", "plan", "profile", "privacy", "requests", "export", "receipts", "closing")


async def somebody(open_page: OpenPage, gateway: FakeGateway) -> WebPage:
    """A signed-in page of somebody who has a song, sees other ways in, and pays."""
    gateway.providers.offered, gateway.providers.connected = BOTH, ["google"]
    gateway.payments.set_up("active", None)
    web = await open_page()
    await web.sign_up("ada@example.org", PASSWORD)
    await web.choose_bytes(f"{SONG}.flac", b"not really audio")
    await web.sees_track(SONG, "separating")
    gateway.release(gateway.song.segments)
    await web.sees_track(SONG, "ready")
    return web


async def visit(web: WebPage, address: str) -> None:
    """Open the address as a visit that begins with it: a change of the fragment alone would find all that was read."""
    await web.page.goto("about:blank")
    await web.page.goto(web.address + address, wait_until="commit")


def again(web: WebPage) -> Locator:
    """Every button that asks once more."""
    return web.page.locator("main").get_by_role("button", name="Try again")


async def test_what_did_not_come_is_told_and_asked_for_again(open_page: OpenPage, gateway: FakeGateway) -> None:
    """Each view says that it got no answer, and shows what it is for once it was asked again, without a new visit."""
    web = await somebody(open_page, gateway)
    for address, shown in SHOWN.items():
        gateway.trouble.refusal = HTTPStatus.INTERNAL_SERVER_ERROR
        await visit(web, address)
        await expect(web.page.locator("main"), address).to_contain_text("Something went wrong on our side")
        at_first, *after = AGAIN.get(address, (1, 0))
        await expect(again(web), address).to_have_count(at_first)
        await expect(shown(web), address).to_have_count(0)
        gateway.trouble.end()
        for left in after:
            await again(web).first.press("Enter")
            await expect(again(web), address).to_have_count(left)
        await expect(shown(web), address).to_be_visible()
        # What was pressed is gone, and the keyboard goes on near it.
        await expect(web.page.locator("main :focus"), address).to_have_count(1)


async def test_what_does_not_come_again_is_told_again(open_page: OpenPage, gateway: FakeGateway) -> None:
    """Whoever hears the page hears that another try has failed, though what it shows is the same."""
    web = await somebody(open_page, gateway)
    followed = f"/#/closing/{TOKEN}"
    for address in (*(f"/#/account/{name}" for name in TOLD_AGAIN), followed):
        gateway.trouble.refusal, gateway.trouble.spares = HTTPStatus.INTERNAL_SERVER_ERROR, ("/v1/auth/refresh",)
        await visit(web, address)
        await expect(web.page.locator("#announcer"), address).to_have_text("")
        # While it is asked for a press does nothing.
        await expect(again(web).first, address).to_be_enabled()
        await again(web).first.press("Enter")
        await expect(web.page.locator("#announcer"), address).not_to_have_text("")
        await expect(again(web).first, address).to_be_focused()
        gateway.trouble.end()


async def test_what_has_not_come_yet_is_waited_for_aloud(open_page: OpenPage, gateway: FakeGateway) -> None:
    """Each view says that it loads, to eyes and to a screen reader, until the server has answered."""
    web = await somebody(open_page, gateway)
    for address, shown in SHOWN.items():
        gateway.trouble.is_silent = True
        await visit(web, address)
        await expect(web.page.get_by_role("status").filter(has_text="Loading").first, address).to_be_attached()
        await expect(shown(web), address).to_have_count(0)
        gateway.trouble.end()


async def test_what_did_not_come_comes_by_itself_with_the_network(open_page: OpenPage, gateway: FakeGateway) -> None:
    """As the page says while it is offline, what could not be read goes on when the connection is back."""
    web = await somebody(open_page, gateway)
    for address in ("/#/account/privacy", "/#/account/security", f"/#/closing/{TOKEN}"):
        gateway.trouble.refusal, gateway.trouble.spares = HTTPStatus.SERVICE_UNAVAILABLE, ("/v1/auth/refresh",)
        await visit(web, address)
        await expect(again(web).first, address).to_be_enabled()
        gateway.trouble.end()
        await web.page.evaluate("() => window.dispatchEvent(new Event('online'))")
        await expect(again(web), address).to_have_count(0)


async def test_an_unreachable_part_is_no_empty_library(open_page: OpenPage, gateway: FakeGateway) -> None:
    """Who was here before the first song is not told that there is none while the library cannot be asked."""
    web = await somebody(open_page, gateway)
    gateway.trouble.refusal = HTTPStatus.SERVICE_UNAVAILABLE
    await visit(web, "/#/")
    await expect(again(web)).to_be_visible()
    await expect(web.page.get_by_text("No tracks yet")).to_have_count(0)
    gateway.trouble.end()
    await again(web).click()
    await expect(web.track(SONG)).to_be_visible()


async def test_a_shared_song_that_did_not_come_is_asked_for_again(open_page: OpenPage, gateway: FakeGateway) -> None:
    """A link that works is not called ended while the server cannot say so."""
    web = await somebody(open_page, gateway)
    await web.open_track(SONG)
    await web.player.get_by_role("button", name="Share", exact=True).click()
    await web.page.get_by_role("button", name="Make a link").click()
    link = await web.page.get_by_label("The new link").input_value()
    gateway.trouble.refusal = HTTPStatus.INTERNAL_SERVER_ERROR
    await visit(web, link.removeprefix(web.address))
    await expect(again(web)).to_be_visible()
    gateway.trouble.end()
    await again(web).click()
    await expect(web.page.get_by_text("Shared with you")).to_be_visible()
