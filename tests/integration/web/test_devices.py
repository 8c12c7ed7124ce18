"""A program is signed in on its page: seen, then approved or refused."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser import WebPage
from tests.integration.web.conftest import OpenPage
from tests.integration.web.fake_devices import USER_CODE
from tests.integration.web.fake_gateway import PASSWORD, FakeGateway

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90), pytest.mark.asyncio(loop_scope="module")]


async def test_the_link_of_a_program_leads_to_its_approval(open_page: OpenPage, gateway: FakeGateway) -> None:
    """Who follows the link signs in first, sees what asks and from where, approves, and the code leaves the address."""
    web = await open_page(f"/#/device/{USER_CODE}")
    await web.fill_entry("ada@example.org", PASSWORD, "Sign in")
    view = web.page.locator("#device")
    await expect(view).to_contain_text("stripsession@ada-laptop")
    await expect(view).to_contain_text("203.0.113.7")
    await expect(view).to_contain_text(USER_CODE)
    await expect(view).to_contain_text("ada@example.org")
    assert gateway.devices.answers == []
    await view.get_by_role("button", name="Sign it in").click()
    await expect(view.get_by_role("heading", name="The program is signed in")).to_be_focused()
    assert gateway.devices.answers == [True]
    assert USER_CODE not in web.page.url


async def test_a_typed_code_is_looked_up_and_may_be_refused(web: WebPage, gateway: FakeGateway) -> None:
    """A wrong code is told, a right one in any spelling shows the program, and a refusal is final."""
    await web.page.goto(f"{web.address}/#/device")
    view = web.page.locator("#device")
    await view.get_by_role("button", name="Continue").click()
    await expect(view.get_by_role("alert")).to_have_text("Type the code first.")
    await view.get_by_label("Code").fill("BBBB-BBBB")
    await view.get_by_role("button", name="Continue").click()
    await expect(view.get_by_role("alert")).to_contain_text("This code has run out")
    await view.get_by_label("Code").fill(USER_CODE.lower())
    await view.get_by_role("button", name="Continue").click()
    await view.get_by_role("button", name="Refuse").click()
    await expect(view.get_by_role("heading", name="The program is refused")).to_be_focused()
    assert gateway.devices.answers == [False]
