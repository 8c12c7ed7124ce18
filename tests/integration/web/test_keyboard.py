"""Whoever has a keyboard and no mouse, and whoever hears the page instead of seeing it."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser import WebPage
from tests.integration.web.fake_gateway import FakeGateway

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def test_a_row_menu_is_gone_through_with_arrows(web: WebPage, gateway: FakeGateway) -> None:
    """Enter opens a track's menu at its first entry, arrows go round, Escape gives the focus back to its button."""
    await web.choose_bytes("Night Train.flac", b"not really audio" * 1000)
    await web.sees_track("Night Train", "separating")
    gateway.release(gateway.song.segments)
    await web.sees_track("Night Train", "ready")
    opener = web.page.get_by_role("button", name="More for Night Train")
    await opener.focus()
    await web.page.keyboard.press("Enter")
    entries = web.page.get_by_role("menuitem")
    await expect(entries.first).to_be_focused()
    await web.page.keyboard.press("ArrowUp")
    await expect(entries.last).to_be_focused()
    await web.page.keyboard.press("ArrowDown")
    await expect(entries.first).to_be_focused()
    await web.page.keyboard.press("Escape")
    await expect(opener).to_be_focused()
