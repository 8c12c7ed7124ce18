"""Views of somebody who was not asked for their age when their account was made."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from playwright.async_api import expect

from tests.browser import WebPage
from tests.integration.web.fake_gateway import FakeGateway

Look = Callable[[str], Awaitable[None]]


async def asked(web: WebPage, gateway: FakeGateway, look: Look) -> None:
    """The question, without an answer, and what can be seen before it; ends in the library."""
    gateway.account["age_confirmed"] = False
    await web.page.goto(f"{web.address}/#/")
    await web.page.reload()
    view = web.page.locator("#ask-age")
    await expect(view).to_be_visible()
    await look("age-asked")
    await view.get_by_role("button", name="Go on").click()
    await expect(view.get_by_role("alert")).to_be_visible()
    await look("age-unanswered")
    await view.get_by_label("I am 13 or older").check()
    await view.get_by_role("button", name="Go on").click()
    await web.sees_library()
