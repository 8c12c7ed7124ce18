"""The player where there is little width: a phone, and a window that was made narrow."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser import WebPage
from tests.integration.web.conftest import OpenPage
from tests.integration.web.fake_gateway import PASSWORD, FakeGateway

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90), pytest.mark.asyncio(loop_scope="module")]

_TOPS = "() => [...document.querySelectorAll('.presets button')].map((it) => it.getBoundingClientRect().top)"
_ENDS = "() => [...document.querySelectorAll('.presets button')].map((it) => it.getBoundingClientRect().right)"


async def _open_song(web: WebPage, gateway: FakeGateway) -> None:
    await web.sign_up("ada@example.org", PASSWORD)
    await web.choose_bytes("Night Train.flac", b"not really audio" * 1000)
    await web.sees_track("Night Train", "separating")
    gateway.release(3)
    await web.open_track("Night Train")


async def test_a_phone_has_the_mixes_in_one_row_and_is_told_of_no_keys(
    open_page: OpenPage, gateway: FakeGateway
) -> None:
    """Where there is a finger and no keyboard, nothing stands beside the row that the finger moves."""
    web = await open_page(width_px=360)
    await _open_song(web, gateway)
    await expect(web.player.get_by_role("button", name="Keyboard shortcuts")).to_be_hidden()
    assert len(set(await web.page.evaluate(_TOPS))) == 1


async def test_a_narrow_window_has_every_mix_in_sight_clear_of_the_way_to_the_keys(
    open_page: OpenPage, gateway: FakeGateway
) -> None:
    """Where there is a mouse, which moves no row, the mixes take as many rows as they need."""
    web = await open_page()
    await web.page.set_viewport_size({"width": 360, "height": 800})
    await _open_song(web, gateway)
    keys = web.player.get_by_role("button", name="Keyboard shortcuts")
    box = await keys.bounding_box()
    assert box is not None
    assert max(await web.page.evaluate(_ENDS)) <= box["x"]
    assert await web.page.evaluate("document.documentElement.scrollWidth <= 360")
    await keys.click()
    await expect(web.page.get_by_role("dialog")).to_be_visible()
