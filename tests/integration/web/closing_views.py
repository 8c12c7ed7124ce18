"""The views of an account that is closed, for the walk through every view."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from playwright.async_api import expect

from tests.browser import WebPage
from tests.integration.web.fake_closing import TOKEN
from tests.integration.web.fake_gateway import FakeGateway

Look = Callable[[str], Awaitable[None]]


async def closing(web: WebPage, gateway: FakeGateway, look: Look) -> None:
    """Asked for, waiting in every view, taken back, and followed; ends as it began."""
    page, form = web.page, web.page.locator("#close-account")
    await page.goto(f"{web.address}/#/account/closing")
    await form.get_by_role("radio", name="At once").check()
    await form.get_by_role("button", name="Erase everything now").click()
    await expect(form.get_by_text("Type erase as it stands there.")).to_be_visible()
    await look("closing-at-once")
    await form.get_by_role("radio", name="In 7 days").check()
    await form.get_by_role("button", name="Close the account").click()
    await expect(page.get_by_label("Link to follow it by")).to_be_focused()
    await look("closing-link")
    await page.get_by_role("dialog").get_by_role("button", name="Done").click()
    await look("closing-waiting")
    await page.goto(f"{web.address}/#/")
    await expect(page.locator("#closing-bar")).to_be_visible()
    await look("closing-bar")
    await page.locator("#closing-bar").get_by_role("button", name="Keep my account").click()
    await expect(page.locator("#closing-bar")).to_have_count(0)
    for state in ("waiting", "withdrawn", "erasing", "over"):
        gateway.closing.followed = state
        await page.goto(f"{web.address}/#/closing/{TOKEN}")
        await page.reload()
        await expect(page.locator(f"#closing [data-state={state}]")).to_be_visible()
        await look(f"closing-followed-{state}")
    await page.goto(f"{web.address}/#/closing/{'x' * 43}")
    await expect(page.locator("#closing-gone")).to_be_visible()
    await look("closing-gone")
    gateway.closing.followed = "waiting"
