"""Receipts in the page: what was erased of a person's, uploads and tracks."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser import WebPage

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
