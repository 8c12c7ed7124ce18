"""What must hold in every view of the page, whoever looks at it and with what; one walk tells it all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from tests.browser import PHONE_WIDTH_PX_MAX, WebPage
from tests.integration.web.axe import violations
from tests.integration.web.conftest import OpenPage
from tests.integration.web.fake_gateway import FakeGateway
from tests.integration.web.layout import misfits
from tests.integration.web.tabbing import astray, unnamed
from tests.integration.web.views import DESK_PX, PHONE_PX, THEMES, WIDTHS_PX, Theme, turn_to, walk

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.asyncio(loop_scope="module")]

Faults = Callable[[], Awaitable[list[str]]]

_FROM_RIGHT_TO_LEFT = """() => new Promise((go) => {
  document.documentElement.dir = "rtl";
  requestAnimationFrame(() => requestAnimationFrame(go));
})"""


async def _found(web: WebPage, gateway: FakeGateway, faults: Faults) -> dict[str, list[str]]:
    """What is wrong, by view."""
    found: dict[str, list[str]] = {}

    async def look(view: str) -> None:
        if wrong := await faults():
            found[view] = wrong

    await walk(web, gateway, look)
    return found


@pytest.mark.parametrize(("width_px", "tabbed"), [(PHONE_PX, "light"), (DESK_PX, "dark")])
async def test_every_view_can_be_used_by_everyone(
    open_page: OpenPage, gateway: FakeGateway, width_px: int, tabbed: Theme
) -> None:
    """In every view axe finds nothing, light or dark; all fits; Tab leads to each control, which is named and seen."""
    web = await open_page(width_px=width_px)
    assert await web.page.evaluate("matchMedia('(pointer: coarse)').matches") == (width_px < PHONE_WIDTH_PX_MAX)

    order = list(THEMES)

    async def faults() -> list[str]:
        found: list[str] = []
        for theme in order:
            await turn_to(web, theme)
            found += [f"{theme}: {one}" for one in await violations(web)]
            if theme == tabbed:
                found += await misfits(web, width_px) + await unnamed(web) + await astray(web)
        # The next view begins as this one ends: to turn the theme is to draw all of it anew.
        order.reverse()
        return found

    assert await _found(web, gateway, faults) == {}


@pytest.mark.long
@pytest.mark.parametrize(("width_px", "tabbed"), [(PHONE_PX, "dark"), (DESK_PX, "light")])
async def test_the_focus_is_seen_in_the_other_theme(
    open_page: OpenPage, gateway: FakeGateway, width_px: int, tabbed: Theme
) -> None:
    """In every view the Tab key leads to each control, and each is seen to have the focus, in the other theme, too."""
    web = await open_page(width_px=width_px)

    async def faults() -> list[str]:
        await turn_to(web, tabbed)
        return await astray(web)

    assert await _found(web, gateway, faults) == {}


@pytest.mark.long
@pytest.mark.parametrize("width_px", WIDTHS_PX)
async def test_every_view_fits(open_page: OpenPage, gateway: FakeGateway, width_px: int) -> None:
    """In every view all is in the window and in sight, no control lies over another, and a finger can hit each."""
    web = await open_page(width_px=width_px)
    assert await _found(web, gateway, lambda: misfits(web, width_px)) == {}


@pytest.mark.long
@pytest.mark.parametrize("width_px", [PHONE_PX, DESK_PX])
async def test_every_view_fits_from_right_to_left(open_page: OpenPage, gateway: FakeGateway, width_px: int) -> None:
    """The same where writing goes from right to left."""
    web = await open_page(width_px=width_px)

    async def faults() -> list[str]:
        await web.page.evaluate(_FROM_RIGHT_TO_LEFT)
        return await misfits(web, width_px)

    assert await _found(web, gateway, faults) == {}
