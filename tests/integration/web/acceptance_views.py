"""The notice of a version of the privacy policy that is to be accepted, and of one that is to come."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from playwright.async_api import expect

from tests.browser import WebPage
from tests.integration.web.fake_gateway import FakeGateway

Look = Callable[[str], Awaitable[None]]


async def notices(web: WebPage, gateway: FakeGateway, look: Look) -> None:
    """Both, and what was accepted; ends in the library without one."""
    acceptance, page = gateway.policy.acceptance, web.page
    acceptance.in_force, acceptance.coming = 3, 4
    await page.goto(f"{web.address}/#/account/privacy")
    await page.reload()
    await expect(page.locator("#policy-bar").get_by_role("button", name="Accept")).to_be_visible()
    await expect(page.get_by_role("button", name="Accept version 3")).to_be_visible()
    await look("policy-asked")
    await page.locator("#policy-bar").get_by_role("button", name="Accept").click()
    await expect(page.locator("#policy-bar").get_by_role("button", name="Got it")).to_be_visible()
    await look("policy-announced")
    await page.locator("#policy-bar").get_by_role("button", name="Got it").click()
    await expect(page.locator("#policy-bar")).to_have_count(0)
    acceptance.in_force, acceptance.coming = 2, None
    await page.goto(f"{web.address}/#/")
    await web.sees_library()
