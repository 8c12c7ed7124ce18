"""What eyes and fingers meet: nothing wider than its window, cut off, one over the other, or too small to be hit."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
from playwright.async_api import expect

from tests.browser import PHONE_WIDTH_PX_MAX, WebPage
from tests.integration.web.conftest import OpenPage
from tests.integration.web.fake_gateway import FakeGateway
from tests.integration.web.views import DESK_PX, PHONE_PX, WIDTHS_PX, walk

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180), pytest.mark.asyncio(loop_scope="module")]

_LAYOUT = Path(__file__).with_name("layout.js").read_text()
_TURNED = """() => new Promise((go) => {
  document.documentElement.dir = "rtl";
  requestAnimationFrame(() => requestAnimationFrame(go));
})"""


async def _faults(web: WebPage, width_px: int) -> list[str]:
    asked = {"width_px": width_px, "isTouch": width_px < PHONE_WIDTH_PX_MAX}
    return cast(list[str], await web.page.evaluate(_LAYOUT, asked))


@pytest.mark.long
@pytest.mark.parametrize("width_px", WIDTHS_PX)
async def test_every_view_fits(open_page: OpenPage, gateway: FakeGateway, width_px: int) -> None:
    """In every view all is in the window and in sight, no control lies over another, and a finger can hit each."""
    web = await open_page(width_px=width_px)
    assert await web.page.evaluate("matchMedia('(pointer: coarse)').matches") == (width_px < PHONE_WIDTH_PX_MAX)
    found: dict[str, list[str]] = {}

    async def look(view: str) -> None:
        if faults := await _faults(web, width_px):
            found[view] = faults

    await walk(web, gateway, look)
    assert found == {}


@pytest.mark.long
@pytest.mark.parametrize("width_px", [PHONE_PX, DESK_PX])
async def test_every_view_fits_from_right_to_left(open_page: OpenPage, gateway: FakeGateway, width_px: int) -> None:
    """The same where writing goes from right to left."""
    web = await open_page(width_px=width_px)
    found: dict[str, list[str]] = {}

    async def look(view: str) -> None:
        await web.page.evaluate(_TURNED)
        if faults := await _faults(web, width_px):
            found[view] = faults

    await walk(web, gateway, look)
    assert found == {}


@pytest.mark.parametrize(
    ("markup", "fault"),
    [
        ("<div style='width: 500px'>wide</div>", "px wide: "),
        (
            "<p style='width: 60px; overflow: hidden; white-space: nowrap'>longer than that</p>",
            "cut off without a mark",
        ),
        (
            "<p style='width: 60px; overflow: hidden; text-overflow: ellipsis; text-wrap: nowrap'>longer than that</p>",
            "told whole nowhere",
        ),
        ("<p style='height: 10px; overflow: hidden'>higher than that</p>", "cut off without a mark"),
        (
            "<button style='padding: 20px'>a</button><button style='padding: 20px; margin-left: -20px'>b</button>",
            "one over the other",
        ),
        ("<button style='width: 43px; height: 60px'>a</button>", "too small, 43 x 60 px"),
        ("<p><a href='#/a'>a</a> <a href='#/b'>b</a></p>", "too small, "),
    ],
)
async def test_what_does_not_fit_is_found(open_page: OpenPage, markup: str, fault: str) -> None:
    """Each fault is told of where it is planted: the checks above can fail."""
    web = await open_page(width_px=PHONE_PX)
    await expect(web.page.get_by_role("heading", name="Sign in")).to_be_visible()
    plant = "(text) => document.getElementById('content').insertAdjacentHTML('beforeend', text)"
    # Styles in the markup are what the policy forbids the page, and a test may not weaken it.
    await web.page.evaluate(plant, markup.replace("style=", "data-style="))
    await web.page.evaluate(
        "document.querySelectorAll('[data-style]').forEach((it) => (it.style.cssText = it.dataset.style))"
    )
    assert any(fault in one for one in await _faults(web, PHONE_PX))
