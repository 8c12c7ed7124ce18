"""Receipts in the page: what was erased of a person's, uploads and tracks."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser import WebPage
from tests.integration.web.fake_gateway import FakeGateway
from tests.integration.web.told import RECEIPTS, track_receipt

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120), pytest.mark.asyncio(loop_scope="module")]


async def test_a_tracks_receipt_stands_beside_its_uploads(web: WebPage) -> None:
    """Each says in its own words what is gone, when, why and how much; that of a track names no title."""
    await web.page.goto(f"{web.address}/#/account/receipts")
    receipts = web.page.locator("#account li").filter(has=web.page.locator("code"))
    await expect(receipts).to_have_count(2)
    track, upload = receipts.nth(0), receipts.nth(1)
    await expect(track).to_contain_text("because you deleted it")
    await expect(track).to_contain_text("4 stems in 172 stored pieces, 172 waveforms, 1 cover, 2 links removed")
    await expect(track).to_contain_text("trk_0")
    await expect(upload).to_contain_text("Upload erased")
    await expect(upload).to_contain_text("2 stored pieces removed")


async def test_receipts_that_are_not_there_yet_are_looked_for_again(web: WebPage, gateway: FakeGateway) -> None:
    """A track's receipt comes after its upload's: the page says so, and reads the list anew when it is told to."""
    gateway.receipts = RECEIPTS[1:]
    await web.page.goto(f"{web.address}/#/account/receipts")
    receipts = web.page.locator("#account li").filter(has=web.page.locator("code"))
    await expect(receipts).to_have_count(1)
    await expect(web.page.locator("#account")).to_contain_text("may take a while")
    again = web.page.get_by_role("button", name="Look again")
    await again.click()
    await expect(web.page.get_by_text("Nothing new yet.")).to_be_visible()
    await expect(again).to_be_focused()
    gateway.receipts = RECEIPTS
    await again.click()
    await expect(receipts).to_have_count(2)
    await expect(receipts.nth(0)).to_contain_text("Track erased")
    await expect(web.page.get_by_text("1 new receipt.")).to_be_visible()
    await expect(again).to_be_focused()
    await web.page.route("**/v1/privacy/receipts*", lambda route: route.abort())
    await again.click()
    await expect(web.page.locator("#account")).to_contain_text("cannot be reached")
    await expect(receipts).to_have_count(2)
    await expect(again).to_be_focused()


async def test_receipts_come_by_the_page(web: WebPage, gateway: FakeGateway) -> None:
    """Older ones are asked for, stand below those that are here, and are not lost by a failure on the way."""
    gateway.receipts = [track_receipt(f"trk_{number}") for number in range(12)]
    await web.page.goto(f"{web.address}/#/account/receipts")
    receipts = web.page.locator("#account li").filter(has=web.page.locator("code"))
    more = web.page.get_by_role("button", name="Show more")
    await expect(receipts).to_have_count(10)
    await web.page.route("**/v1/privacy/receipts*", lambda route: route.abort())
    await more.click()
    await expect(web.page.locator("#account")).to_contain_text("cannot be reached")
    await expect(more).to_be_focused()
    await web.page.unroute("**/v1/privacy/receipts*")
    await more.click()
    await expect(receipts.locator("code")).to_have_text([f"trk_{number}" for number in range(12)])
    await expect(more).to_have_count(0)
    await expect(receipts.nth(10)).to_be_focused()


async def test_a_page_of_new_receipts_is_not_all_of_them(web: WebPage, gateway: FakeGateway) -> None:
    """Where each one that came is new, there may be more of those below, and the number is told as the least."""
    gateway.receipts = []
    await web.page.goto(f"{web.address}/#/account/receipts")
    await expect(web.page.get_by_text("Nothing was erased yet.")).to_be_visible()
    gateway.receipts = [track_receipt(f"trk_{number}") for number in range(12)]
    await web.page.get_by_role("button", name="Look again").click()
    await expect(web.page.get_by_text("10 or more new receipts.")).to_be_visible()
