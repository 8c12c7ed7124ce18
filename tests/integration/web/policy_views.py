"""Views of the privacy policy."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus

from playwright.async_api import expect

from tests.browser import WebPage
from tests.integration.web.fake_gateway import FakeGateway

Look = Callable[[str], Awaitable[None]]


async def policy(web: WebPage, gateway: FakeGateway, look: Look) -> None:
    """In force, and an earlier version that does not come."""
    gateway.policy.has_next = True
    await web.page.get_by_role("link", name="Privacy policy").click()
    text = web.page.locator("#policy")
    await expect(text).to_be_visible()
    await look("policy")
    gateway.trouble.refusal = HTTPStatus.INTERNAL_SERVER_ERROR
    await text.get_by_role("button", name="Version 1").click()
    await expect(text).to_contain_text("Something went wrong on our side")
    await look("policy-version-away")
    gateway.trouble.end()
    gateway.policy.has_next = False
    await web.page.goto(f"{web.address}/#/")
    await expect(web.page.get_by_role("heading", name="Sign in")).to_be_visible()
