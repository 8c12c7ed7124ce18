"""Whoever goes through the page with a keyboard sees where they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser import WebPage
from tests.integration.web.conftest import OpenPage
from tests.integration.web.fake_gateway import FakeGateway
from tests.integration.web.views import DESK_PX, PHONE_PX, themed, walk

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.asyncio(loop_scope="module")]

_FOCUS = Path(__file__).with_name("focus.js").read_text()
# Until it is drawn: what lies over what has the focus now gives way.
_DRAWN = "() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))"
_TABS_MAX = 150


async def _unseen(web: WebPage) -> list[str]:
    """Stops of the Tab key at which nothing shows that they have the focus, or that something lies over."""
    found: list[str] = []
    async for theme in themed(web):
        key = str(await web.page.evaluate(_FOCUS, "begin"))
        stops = 0
        for _ in range(_TABS_MAX):
            await web.page.keyboard.press(key)
            await web.page.evaluate(_DRAWN)
            stop: dict[str, Any] | None = await web.page.evaluate(_FOCUS, "look")
            if stop is None:
                continue
            if stop["isAgain"]:
                break
            stops += 1
            found += [f"{theme}: {one}" for one in stop["wrong"]]
        assert stops > 0
    return found


@pytest.mark.parametrize("width_px", [PHONE_PX, DESK_PX])
async def test_the_focus_is_seen_at_every_stop(open_page: OpenPage, gateway: FakeGateway, width_px: int) -> None:
    """In every view, light and dark, each stop of the Tab key has a whole outline that stands out, under no bar."""
    web = await open_page(width_px=width_px)
    found: dict[str, list[str]] = {}

    async def look(view: str) -> None:
        if unseen := await _unseen(web):
            found[view] = unseen

    await walk(web, gateway, look)
    assert found == {}


@pytest.mark.parametrize(
    ("style", "fault"),
    [
        (":focus-visible { outline: none !important }", "no focus is seen"),
        (":focus-visible { outline: 1px solid !important }", "no focus is seen"),
        (":focus-visible { outline: 3px solid color-mix(in srgb, var(--ground), #888 9%) !important }", "no focus"),
        ("#entry-form { overflow: hidden }", "no focus is seen"),
        ("body::after { content: ''; position: fixed; inset: 0; z-index: 99 }", "covered"),
    ],
    ids=["none", "thin", "faint", "cut", "covered"],
)
async def test_a_focus_that_is_not_seen_is_found(open_page: OpenPage, style: str, fault: str) -> None:
    """A page whose focus is not drawn, thin, faint, cut off or covered is told of: the check above can fail."""
    web = await open_page()
    await expect(web.page.get_by_role("heading", name="Sign in")).to_be_visible()
    await web.page.evaluate(
        """(text) => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(text);
          document.adoptedStyleSheets = [sheet];
        }""",
        style,
    )
    assert any(fault in one for one in await _unseen(web))
