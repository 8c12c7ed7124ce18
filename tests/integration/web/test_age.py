"""The question whether somebody is old enough, in a real Chromium, for an account that was made where nobody asked."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser import WebPage
from tests.integration.web.conftest import OpenPage
from tests.integration.web.fake_gateway import PASSWORD, FakeGateway

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90), pytest.mark.asyncio(loop_scope="module")]

ASKED = "#ask-age"


async def comes_unasked(web: WebPage, gateway: FakeGateway) -> None:
    """Whoever signs in has an account that was made where nobody asked."""
    gateway.account["age_confirmed"] = False
    await web.fill_entry("ada@example.org", PASSWORD, "Sign in")
    await expect(web.page.locator(ASKED).get_by_role("heading")).to_be_focused()


async def test_an_account_of_before_is_asked_before_anything_else(open_page: OpenPage, gateway: FakeGateway) -> None:
    """No address leads past the question; a yes shows what was opened, and nobody is asked again."""
    web = await open_page()
    view = web.page.locator(ASKED)
    await comes_unasked(web, gateway)
    for address in ("#/account/profile", "#/track/trk_1", "#/device"):
        await web.page.goto(f"{web.address}/{address}")
        await expect(view).to_be_visible()
    await web.page.goto(f"{web.address}/#/account/profile")
    await view.get_by_role("button", name="Go on").click()
    await expect(view.get_by_role("alert")).to_contain_text("An account is for people of 13 or older.")
    assert "POST /v1/account/age" not in gateway.asked
    await view.get_by_label("I am 13 or older").check()
    await view.get_by_role("button", name="Go on").click()
    profile = web.page.locator("#section-profile")
    await expect(profile).to_be_visible()
    await web.page.reload()
    await expect(profile).to_be_visible()
    assert gateway.asked.count("POST /v1/account/age") == 1


async def test_who_is_younger_closes_the_account(open_page: OpenPage, gateway: FakeGateway) -> None:
    """The way out is one press away, and what is held of them can be read and kept; no song is taken meanwhile."""
    web = await open_page()
    view = web.page.locator(ASKED)
    await comes_unasked(web, gateway)
    await web.drop("Long Way.flac", b"not really audio", onto="main")
    await view.get_by_role("link", name="Close the account").click()
    close = web.page.get_by_role("button", name="Close the account")
    await expect(close).to_be_visible()
    await expect(web.page.get_by_role("link", name="Change the plan")).to_have_count(0)
    await web.page.get_by_role("link", name="Your data as one file").click()
    await web.page.get_by_role("button", name="Prepare an export").click()
    await expect(web.page.locator("#exports li")).to_have_count(1)
    await web.page.go_back()
    await close.click()
    await expect(web.page.get_by_label("Link to follow it by")).to_be_visible()
    assert [at_once for _, at_once in gateway.closing.asked] == [False]
    await web.page.get_by_role("dialog").get_by_role("button", name="Done").click()
    await web.page.goto(f"{web.address}/#/account/privacy")
    await expect(web.page.get_by_role("button", name="Count again")).to_be_visible()
    await web.page.goto(f"{web.address}/#/")
    await expect(view).to_be_visible()
    assert gateway.uploads == {}


async def test_who_does_not_answer_signs_out(open_page: OpenPage, gateway: FakeGateway) -> None:
    """Signing out leads to the door, and the question waits for the next time."""
    web = await open_page()
    view = web.page.locator(ASKED)
    await comes_unasked(web, gateway)
    await view.get_by_role("button", name="Sign out").click()
    await expect(web.page.get_by_role("heading", name="Sign in")).to_be_visible()
    await web.fill_entry("ada@example.org", PASSWORD, "Sign in")
    await expect(view).to_be_visible()
