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


async def test_a_server_that_is_away_is_asked_again(web: WebPage, gateway: FakeGateway) -> None:
    """What cannot be read is told, with another try that brings it."""
    gateway.trouble.refusal = HTTPStatus.INTERNAL_SERVER_ERROR
    await visit(web)
    await expect(web.page.get_by_text("Something went wrong on our side")).to_be_visible()
    gateway.trouble.end()
    await web.page.get_by_role("button", name="Try again").click()
    await expect(web.page.get_by_text("You have asked for none yet.")).to_be_visible()
