"""All that is held of a person, in the page: asked for, watched, downloaded, and told of when it is over."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser import WebPage
from tests.integration.web.axe import violations
from tests.integration.web.conftest import OpenPage
from tests.integration.web.fake_exports import ARCHIVE
from tests.integration.web.fake_gateway import PASSWORD, FakeGateway
from tests.integration.web.layout import misfits
from tests.integration.web.views import PHONE_PX

LOOK_MS = 3_000
"""How soon one that is being prepared is looked at again."""
RENEW_MS = 300_000
"""How soon the session of a download is renewed."""

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120), pytest.mark.asyncio(loop_scope="module")]


async def visit(web: WebPage) -> None:
    await web.page.goto(f"{web.address}/#/account/export")


async def test_an_export_is_asked_for_watched_and_downloaded(web: WebPage, gateway: FakeGateway) -> None:
    """One press asks for it; it is shown as it is prepared, becomes ready by itself, and comes as a file."""
    await visit(web)
    await expect(web.page.get_by_text("You have asked for none yet.")).to_be_visible()
    await web.page.get_by_role("button", name="Prepare an export").click()
    rows = web.page.locator("#exports li")
    await expect(rows).to_contain_text("12 files, 734 MB so far")
    await expect(web.page.get_by_role("button", name="Prepare")).to_have_count(0)
    assert await violations(web) == []
    gateway.closing.exports.exports.clear()
    gateway.closing.exports.add("ready")
    await expect(web.page.get_by_text(f"stripsession privacy export --server {web.address}")).to_be_visible()
    async with web.page.expect_download() as coming:
        await web.page.get_by_role("button", name="Download the export").click()
    download = await coming.value
    assert download.suggested_filename == "stripsession-2024-01-01.zip"
    saved = Path(await download.path())
    assert await asyncio.to_thread(saved.read_bytes) == ARCHIVE
    assert gateway.closing.exports.downloaded == ["exp_1"]


async def test_what_is_over_says_why_and_another_can_be_asked_for(web: WebPage, gateway: FakeGateway) -> None:
    """Expired, ended by a deletion, and given up are three sentences, none of which can be downloaded."""
    for state, ending in (("expired", None), ("ended", "deleted"), ("ended", "away")):
        gateway.closing.exports.add(state, ending)
    await visit(web)
    rows = web.page.locator("#exports li")
    await expect(rows).to_have_count(3)
    await expect(rows.nth(0)).to_contain_text("could not be asked for a day")
    await expect(rows.nth(1)).to_contain_text("was deleted since")
    await expect(rows.nth(2)).to_contain_text("its time is over")
    await expect(web.page.get_by_role("button", name="Download")).to_have_count(0)
    await expect(web.page.get_by_role("button", name="Prepare another")).to_be_visible()
    assert await violations(web) == []


async def test_it_fits_a_phone_in_german(open_page: OpenPage, gateway: FakeGateway) -> None:
    """In the longer language, in every state, nothing is wider than a narrow screen, and axe finds nothing."""
    web = await open_page(width_px=PHONE_PX)
    await web.sign_up("ada@example.org", PASSWORD)
    for state, ending in (("expired", None), ("ended", "away"), ("ready", None), ("preparing", None)):
        gateway.closing.exports.add(state, ending)
    await web.page.evaluate("localStorage.setItem('stripsession.language', 'de')")
    await web.page.reload()
    await visit(web)
    await expect(web.page.locator("#exports li")).to_have_count(4)
    await expect(web.page.locator("#exports li").nth(0)).to_contain_text("wird vorbereitet")
    assert await misfits(web, PHONE_PX) == []
    assert await violations(web) == []


async def test_whoever_has_not_just_shown_who_they_are_is_asked(web: WebPage, gateway: FakeGateway) -> None:
    """The question comes before anything is prepared, and the press goes on after it; who cancels asks for none."""
    await visit(web)
    gateway.factor.is_fresh = False
    prepare, dialog = web.page.get_by_role("button", name="Prepare an export"), web.page.get_by_role("dialog")
    await prepare.click()
    await expect(dialog).to_contain_text("Show that it is you")
    await dialog.get_by_role("button", name="Cancel").click()
    await expect(web.page.get_by_role("alert")).to_be_visible()
    assert gateway.closing.exports.exports == []
    await prepare.click()
    await dialog.get_by_label("Password").fill(PASSWORD)
    await dialog.get_by_role("button", name="Go on").click()
    await expect(web.page.locator("#exports li")).to_contain_text("being prepared")
    assert len(gateway.closing.exports.exports) == 1
    # What was pressed is there no more.
    await expect(web.page.locator("#section-export")).to_be_focused()


async def test_it_is_watched_on_after_a_server_that_was_away(web: WebPage, gateway: FakeGateway) -> None:
    """One look that fails is not the last one: whoever leaves the page open sees it become ready."""
    await web.page.clock.install()
    gateway.closing.exports.add("preparing")
    await visit(web)
    rows = web.page.locator("#exports li")
    await expect(rows).to_contain_text("so far")
    gateway.trouble.refusal = HTTPStatus.SERVICE_UNAVAILABLE
    again = web.page.get_by_role("button", name="Try again")
    await web.page.clock.fast_forward(LOOK_MS)
    await expect(again).to_be_visible()
    await expect(rows).to_contain_text("so far")
    gateway.trouble.end()
    gateway.closing.exports.exports.clear()
    gateway.closing.exports.add("ready")
    await web.page.clock.fast_forward(LOOK_MS)
    await expect(web.page.get_by_role("button", name="Download the export")).to_be_visible()
    await expect(again).to_have_count(0)


async def test_one_that_is_over_by_now_says_so_to_whoever_presses(web: WebPage, gateway: FakeGateway) -> None:
    """Nothing is downloaded; why is heard, and the keyboard goes on beside it."""
    export = gateway.closing.exports.add("ready")
    await visit(web)
    download = web.page.get_by_role("button", name="Download the export")
    await expect(download).to_be_visible()
    export |= {"state": "ended", "ending": "deleted"}
    await download.press("Enter")
    await expect(web.page.locator("#announcer")).to_contain_text("was deleted since")
    await expect(web.page.get_by_role("button", name="Prepare another")).to_be_focused()
    assert gateway.closing.exports.downloaded == []


async def test_the_session_is_renewed_while_it_may_be_downloading(web: WebPage, gateway: FakeGateway) -> None:
    """What breaks off after hours is asked for again with a cookie that opens it, as long as the page is open."""
    await web.page.clock.install()
    gateway.closing.exports.add("ready")
    await visit(web)
    async with web.page.expect_download():
        await web.page.get_by_role("button", name="Download the export").click()
    await web.page.goto(f"{web.address}/#/")
    for _ in range(3):
        before = gateway.refreshes
        async with web.page.expect_response("**/v1/auth/refresh"):
            await web.page.clock.fast_forward(RENEW_MS)
        assert gateway.refreshes == before + 1
        # What came before this has been looked at by now.
        await web.page.evaluate("() => fetch('/v1/me')")


async def test_a_server_that_is_away_is_asked_again(web: WebPage, gateway: FakeGateway) -> None:
    """What cannot be read is told, with another try that brings it."""
    gateway.trouble.refusal = HTTPStatus.INTERNAL_SERVER_ERROR
    await visit(web)
    await expect(web.page.get_by_text("Something went wrong on our side")).to_be_visible()
    gateway.trouble.end()
    await web.page.get_by_role("button", name="Try again").click()
    await expect(web.page.get_by_text("You have asked for none yet.")).to_be_visible()
