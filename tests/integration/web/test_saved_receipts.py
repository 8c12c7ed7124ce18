"""Saving a signed receipt in the page."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Route, expect

from tests.browser import WebPage
from tests.integration.web.fake_gateway import FakeGateway
from tests.integration.web.fake_receipts import SIGNED_RECEIPT
from tests.integration.web.told import RECEIPTS

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120), pytest.mark.asyncio(loop_scope="module")]

ADDRESS = "/#/account/receipts"


async def test_a_receipt_is_saved_byte_for_byte(web: WebPage, tmp_path: Path) -> None:
    """The file is what the server signed, under the number of its entry, and the page says that it is saved."""
    await web.page.goto(web.address + ADDRESS)
    save = web.page.get_by_role("button", name="Save receipt: trk_0")
    async with web.page.expect_download() as saving:
        await save.click()
    download = await saving.value
    assert download.suggested_filename == "receipt-12.json"
    await download.save_as(tmp_path / "receipt.json")
    assert (tmp_path / "receipt.json").read_bytes() == SIGNED_RECEIPT
    await expect(web.page.get_by_text("Entry 12 of the chain")).to_be_visible()


async def test_a_receipt_that_is_not_signed_yet_says_so(web: WebPage, gateway: FakeGateway) -> None:
    """It has no button; once it is signed, looking again brings one."""
    gateway.receipts = [{**RECEIPTS[0], "sequence": None}, RECEIPTS[1]]
    await web.page.goto(web.address + ADDRESS)
    await expect(web.page.get_by_text("is not signed")).to_have_count(1)
    await expect(web.page.get_by_role("button", name="Save receipt")).to_have_count(1)
    gateway.receipts = RECEIPTS
    await web.page.get_by_role("button", name="Look again").click()
    await expect(web.page.get_by_role("button", name="Save receipt")).to_have_count(2)
    await expect(web.page.get_by_text("is not signed")).to_have_count(0)


async def test_a_receipt_is_asked_for_once_and_a_failure_is_told_beside_it(web: WebPage) -> None:
    """While it is fetched its button is busy and a second press asks for nothing; what went wrong stands beside it."""
    asked, answered = 0, asyncio.Event()

    async def slow(route: Route) -> None:
        nonlocal asked
        asked += 1
        await answered.wait()
        await route.abort()

    await web.page.route("**/v1/privacy/receipts/*", slow)
    await web.page.goto(web.address + ADDRESS)
    save = web.page.get_by_role("button", name="Save receipt: upl_0")
    await save.click()
    await expect(save).to_have_attribute("aria-busy", "true")
    await save.click(force=True)
    answered.set()
    await expect(web.page.get_by_role("alert").get_by_text("cannot be reached")).to_be_visible()
    assert asked == 1
    await web.page.unroute("**/v1/privacy/receipts/*")
    async with web.page.expect_download():
        await save.click()
    await expect(web.page.get_by_role("alert")).to_have_count(0)
