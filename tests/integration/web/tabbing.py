"""The view that is shown, gone through by keyboard and heard by a screen reader."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from tests.browser import WebPage

_TABBING = Path(__file__).with_name("tabbing.js").read_text()
_STEP = "(tabbing, step) => tabbing(step)"
_TABS_MAX = 150
# Chromium's own computation, which is what a screen reader is told.
_ROLES = frozenset(
    {
        *("button", "checkbox", "combobox", "link", "listbox", "menuitem", "radio"),
        *("searchbox", "slider", "spinbutton", "switch", "tab", "textbox"),
    }
)


async def astray(web: WebPage) -> list[str]:
    """Controls that the Tab key does not lead to, and stops at which nobody sees that they have the focus.

    A stop has a whole outline that stands out, and nothing lies over it.
    """
    tabbing = await web.page.evaluate_handle(f"() => (\n{_TABBING.strip().removesuffix(';')}\n)")
    key = str(await tabbing.evaluate(_STEP, "begin"))
    found: list[str] = []
    stops = 0
    for _ in range(_TABS_MAX):
        await web.page.keyboard.press(key)
        stop: dict[str, Any] | None = await tabbing.evaluate(_STEP, "look")
        if stop is None:
            continue
        if stop["isAgain"]:
            break
        stops += 1
        found += stop["wrong"]
    assert stops > 0
    return found + cast(list[str], await tabbing.evaluate(_STEP, "end"))


async def unnamed(web: WebPage) -> list[str]:
    """Controls that a screen reader could not call by any name, or that share one with another."""
    cdp = await web.page.context.new_cdp_session(web.page)
    nodes = (await cdp.send("Accessibility.getFullAXTree"))["nodes"]
    await cdp.detach()
    named = [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes if not node["ignored"]]
    controls = [(role, name) for role, name in named if role in _ROLES]
    assert controls
    # Both of a dialog that has two do the same.
    several = {control for control in controls if controls.count(control) > 1 and control != ("button", "Close")}
    return [f"{role} {name!r}" for role, name in controls if not name.strip() or (role, name) in several]
