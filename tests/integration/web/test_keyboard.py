"""Whoever has a keyboard and no mouse, and whoever hears the page instead of seeing it."""

from __future__ import annotations

from typing import cast

import pytest
from playwright.async_api import expect

from tests.browser import WebPage
from tests.integration.web.conftest import OpenPage
from tests.integration.web.fake_gateway import FakeGateway
from tests.integration.web.views import DESK_PX, PHONE_PX, walk

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.asyncio(loop_scope="module")]

_TABS_MAX = 150

# Every control that is seen and takes part. Of radio buttons the group is one; a menu is gone through with arrows.
_CONTROLS = """() => {
  const wanted = "a[href], button, input, select, textarea, summary, [tabindex='0']";
  const stands = (element) =>
    element.checkVisibility({ visibilityProperty: true }) && !element.matches(":disabled, [role=menuitem]");
  // Behind a dialog nothing takes part.
  const view = document.querySelector("dialog[open]") ?? document;
  const controls = [...view.querySelectorAll(wanted)].filter(stands);
  window.left = new Map(controls.map((it) => [it.type === "radio" ? it.name : it, it]));
  return window.left.size;
}"""
_REACHED = """() => {
  const now = document.activeElement;
  window.left.delete(now.type === "radio" ? now.name : now);
  return window.left.size;
}"""
_LEFT = "() => [...window.left.values()].map((it) => it.outerHTML.slice(0, 120))"
# Chromium's own computation, which is what a screen reader is told.
_ROLES = frozenset(
    {
        *("button", "checkbox", "combobox", "link", "listbox", "menuitem", "radio"),
        *("searchbox", "slider", "spinbutton", "switch", "tab", "textbox"),
    }
)


async def _unreached(web: WebPage) -> list[str]:
    """Controls of the view that no number of Tabs leads to."""
    await web.page.evaluate("document.activeElement.blur()")
    left = cast(int, await web.page.evaluate(_CONTROLS))
    assert left > 0
    for _ in range(_TABS_MAX):
        if not left:
            return []
        await web.page.keyboard.press("Tab")
        left = cast(int, await web.page.evaluate(_REACHED))
    return cast(list[str], await web.page.evaluate(_LEFT))


async def _unnamed(web: WebPage) -> list[str]:
    """Controls of the view that a screen reader could not call by any name, or that share one with another."""
    cdp = await web.page.context.new_cdp_session(web.page)
    nodes = (await cdp.send("Accessibility.getFullAXTree"))["nodes"]
    await cdp.detach()
    named = [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes if not node["ignored"]]
    controls = [(role, name) for role, name in named if role in _ROLES]
    assert controls
    # Both of a dialog that has two do the same.
    several = {control for control in controls if controls.count(control) > 1 and control != ("button", "Close")}
    return [f"{role} {name!r}" for role, name in controls if not name.strip() or (role, name) in several]


@pytest.mark.parametrize("width_px", [PHONE_PX, DESK_PX])
async def test_every_control_is_reached_and_named(open_page: OpenPage, gateway: FakeGateway, width_px: int) -> None:
    """In every view the Tab key comes to each control, and each has a name that no other of its kind has."""
    web = await open_page(width_px=width_px)
    strange: dict[str, list[str]] = {}

    async def look(view: str) -> None:
        found = await _unreached(web) + await _unnamed(web)
        if found:
            strange[view] = found

    await walk(web, gateway, look)
    assert strange == {}


async def test_a_control_without_a_way_or_a_name_is_found(open_page: OpenPage) -> None:
    """A button that Tab leaves out, and one that is called nothing, are seen: the check above can fail."""
    web = await open_page()
    await expect(web.page.get_by_role("heading", name="Sign in")).to_be_visible()
    await web.page.evaluate(
        """() => document.getElementById("content").insertAdjacentHTML(
          "beforeend", "<button></button><a href='#/nowhere' tabindex='-1'>Nowhere</a>")"""
    )
    assert any("Nowhere" in one for one in await _unreached(web))
    assert "button ''" in await _unnamed(web)


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
