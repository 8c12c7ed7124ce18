"""The notice of a new version of the privacy policy, in a real Chromium: once, beside all else, and in nobody's way."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser import WebPage
from tests.integration.web.axe import violations
from tests.integration.web.conftest import OpenPage
from tests.integration.web.fake_gateway import PASSWORD, FakeGateway
from tests.integration.web.layout import misfits

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90), pytest.mark.asyncio(loop_scope="module")]

BAR = "#policy-bar"


async def comes_to_a_new_version(web: WebPage, gateway: FakeGateway) -> None:
    """Whoever signs in accepted version 2, and version 3 is in force by now."""
    gateway.policy.acceptance.in_force = 3
    await web.fill_entry("ada@example.org", PASSWORD, "Sign in")
    await web.sees_library()
    await expect(web.page.locator(BAR)).to_be_visible()


async def test_a_new_version_is_accepted_by_a_button(open_page: OpenPage, gateway: FakeGateway) -> None:
    """The notice says what is new and leads to all of it; once it is accepted none is there, in no view and no tab."""
    web = await open_page()
    await comes_to_a_new_version(web, gateway)
    bar = web.page.locator(BAR)
    await expect(bar).to_contain_text("Version 3 of the privacy policy is in force. It names one thing more")
    assert await bar.get_by_role("link", name="Read it").get_attribute("href") == "/privacy?version=3&lang=en"
    await bar.get_by_role("button", name="Accept").click()
    await expect(bar).to_have_count(0)
    await expect(web.page.locator("#content")).to_be_focused()
    assert gateway.policy.acceptance.accepted == {2: True, 3: False}
    await web.page.goto(f"{web.address}/#/account/privacy")
    await web.page.reload()
    await expect(web.page.get_by_text("Version 3, accepted on")).to_be_visible()
    await expect(web.page.get_by_text("Version 2, accepted by signing up on")).to_be_visible()
    await expect(bar).to_have_count(0)


async def test_it_asks_once_and_holds_nothing_up(open_page: OpenPage, gateway: FakeGateway) -> None:
    """Beside it the page works as ever; who puts it off is asked no more, and can accept it among their data later."""
    web = await open_page()
    await comes_to_a_new_version(web, gateway)
    await web.choose_bytes("Night Train.flac", b"not really audio" * 1000)
    await web.sees_track("Night Train", "separating")
    bar = web.page.locator(BAR)
    await bar.get_by_role("button", name="Not now").click()
    await expect(bar).to_have_count(0)
    assert (gateway.policy.acceptance.noticed, gateway.policy.acceptance.accepted) == ({3}, {2: True})
    await web.page.reload()
    await web.sees_library()
    await web.page.goto(f"{web.address}/#/account/privacy")
    await expect(bar).to_have_count(0)
    await web.page.get_by_role("button", name="Accept version 3").click()
    await expect(web.page.get_by_text("Version 3, accepted on")).to_be_visible()
    await expect(web.page.get_by_role("button", name="Accept version 3")).to_have_count(0)


async def test_what_is_coming_is_told_once(open_page: OpenPage, gateway: FakeGateway) -> None:
    """The day from which it counts and what is new stand there until they were seen; nothing is accepted by that."""
    gateway.policy.acceptance.coming = 3
    web = await open_page()
    await web.fill_entry("ada@example.org", PASSWORD, "Sign in")
    bar = web.page.locator(BAR)
    await expect(bar).to_contain_text("Version 3 of the privacy policy comes into force on May 1, 2031. It names one")
    await expect(bar.get_by_role("button", name="Accept")).to_have_count(0)
    await bar.get_by_role("button", name="Got it").click()
    await expect(bar).to_have_count(0)
    await web.page.reload()
    await web.sees_library()
    await expect(bar).to_have_count(0)
    assert (gateway.policy.acceptance.noticed, gateway.policy.acceptance.accepted) == ({3}, {2: True})


async def test_another_version_that_came_meanwhile_is_asked_for_instead(
    open_page: OpenPage, gateway: FakeGateway
) -> None:
    """An answer to what is in force no more is refused in words, and the notice is of the version that is."""
    web = await open_page()
    await comes_to_a_new_version(web, gateway)
    gateway.policy.acceptance.in_force = 4
    bar = web.page.locator(BAR)
    await bar.get_by_role("button", name="Accept").click()
    await expect(web.page.get_by_text("This version of the policy is not the one in force.")).to_be_visible()
    await expect(bar).to_contain_text("Version 4 of the privacy policy is in force.")
    assert gateway.policy.acceptance.accepted == {2: True}


async def test_a_notice_that_stood_open_over_the_day_asks_instead(open_page: OpenPage, gateway: FakeGateway) -> None:
    """What was to come is in force by the time it is put away: nobody counts as asked, and the same notice asks."""
    gateway.policy.acceptance.coming = 3
    web = await open_page()
    await web.fill_entry("ada@example.org", PASSWORD, "Sign in")
    bar = web.page.locator(BAR)
    await expect(bar).to_contain_text("Version 3 of the privacy policy comes into force on")
    gateway.policy.acceptance.coming, gateway.policy.acceptance.in_force = None, 3
    await bar.get_by_role("button", name="Got it").click()
    await expect(bar).to_contain_text("Version 3 of the privacy policy is in force.")
    assert (gateway.policy.acceptance.noticed, gateway.policy.acceptance.accepted) == (set(), {2: True})
    await bar.get_by_role("button", name="Accept").click()
    await expect(bar).to_have_count(0)


async def test_who_signs_up_reads_what_they_accept(open_page: OpenPage) -> None:
    """Below the form for a new account, and not below that for an old one, stands that the policy is accepted by it."""
    web = await open_page()
    words = web.page.get_by_text("By creating an account you accept the Privacy policy")
    await expect(web.page.get_by_role("heading", name="Sign in")).to_be_visible()
    await expect(words).to_have_count(0)
    await web.page.get_by_role("button", name="Create an account").click()
    await expect(words).to_be_visible()


async def test_the_notice_fits_and_is_told_to_everybody(open_page: OpenPage, gateway: FakeGateway) -> None:
    """On a phone, in the longer language, nothing runs over, and whoever hears the page hears the notice."""
    web = await open_page(width_px=360)
    await comes_to_a_new_version(web, gateway)
    await web.page.evaluate("localStorage.setItem('stripsession.language', 'de')")
    await web.page.reload()
    await expect(web.page.locator(BAR)).to_contain_text("Fassung 3 der Datenschutzerklärung gilt.")
    assert await misfits(web, 360) == []
    assert await violations(web) == []
