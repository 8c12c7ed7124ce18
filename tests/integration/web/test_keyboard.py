"""Whoever has a keyboard and no mouse, and whoever hears the page instead of seeing it."""

from __future__ import annotations

from typing import cast

import pytest
from playwright.async_api import expect

from tests.browser import WebPage
from tests.integration.web.conftest import OpenPage
from tests.integration.web.fake_gateway import PASSWORD, FakeGateway

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90), pytest.mark.asyncio(loop_scope="module")]

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
    assert left > 1
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
    return [f"{role} {name!r}" for role, name in controls if not name.strip() or controls.count((role, name)) > 1]


async def test_every_control_is_reached_and_named(open_page: OpenPage, gateway: FakeGateway) -> None:
    """In every view the Tab key comes to each control, and each has a name that no other of its kind has."""
    web = await open_page()
    strange: dict[str, list[str]] = {}

    async def look(view: str) -> None:
        found = await _unreached(web) + await _unnamed(web)
        if found:
            strange[view] = found

    await expect(web.page.get_by_role("heading", name="Sign in")).to_be_visible()
    await look("sign-in")
    await web.sign_up("ada@example.org", PASSWORD)
    for title in ("Night Train", "Day Train"):
        await web.choose_bytes(f"{title}.flac", b"not really audio" * 1000)
        await web.sees_track(title, "separating")
    gateway.release(gateway.song.segments)
    await web.sees_track("Day Train", "ready")
    await web.sees_track("Night Train", "ready")
    await look("library")
    await web.open_download("Day Train")
    await look("download")
    await web.page.keyboard.press("Escape")
    await web.open_track("Day Train")
    await web.can_play(5.0)
    await web.page.locator(".report summary").click()
    await look("player")
    await web.page.goto(web.address + "/#/account")
    await expect(web.page.get_by_role("button", name="Sign out")).to_be_visible()
    await look("account")
    assert strange == {}


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
