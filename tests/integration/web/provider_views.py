"""Views of somebody who comes back from a provider."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from playwright.async_api import expect

from tests.browser import WebPage
from tests.integration.web.fake_providers import answer_as

Look = Callable[[str], Awaitable[None]]


async def back(web: WebPage, look: Look) -> None:
    """Who said no there, and who is new here; ends at the sign-in."""
    await web.page.get_by_role("button", name="Continue with Google").click()
    await answer_as(web.page, "Nobody")
    await expect(web.page.get_by_text("The sign-in was cancelled.")).to_be_visible()
    await look("arrived-denied")
    await web.page.get_by_role("link", name="To sign-in").click()
    await web.page.get_by_role("button", name="Continue with Google").click()
    await answer_as(web.page, "Ada")
    await expect(web.page.get_by_role("heading", name="One more thing")).to_be_visible()
    await look("arrived-newcomer")
    await web.page.get_by_role("link", name="Cancel").click()
