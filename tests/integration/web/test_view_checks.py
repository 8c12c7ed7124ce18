"""The checks of every view can fail: each fault that they look for is told of where it is planted."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser import WebPage
from tests.integration.web.axe import violations
from tests.integration.web.conftest import OpenPage
from tests.integration.web.layout import misfits
from tests.integration.web.tabbing import astray, unnamed
from tests.integration.web.views import PHONE_PX, turn_to

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

# Styles in the markup are what the policy forbids the page, and a test may not weaken it.
_PLANT = """(markup) => {
  document.getElementById("content").insertAdjacentHTML("beforeend", markup.replaceAll("style=", "data-style="));
  document.querySelectorAll("[data-style]").forEach((it) => (it.style.cssText = it.dataset.style));
}"""
_STYLE = """(text) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  document.adoptedStyleSheets = [sheet];
}"""

_RULES_NOTED = """() => {
  const { run } = axe;
  axe.run = (where, options) => {
    window.rules = options.runOnly.values;
    return run(where, options);
  };
}"""


async def _sign_in_view(open_page: OpenPage, *, width_px: int = 1280) -> WebPage:
    web = await open_page(width_px=width_px)
    await expect(web.page.get_by_role("heading", name="Sign in")).to_be_visible()
    return web


async def test_a_violation_is_found(open_page: OpenPage) -> None:
    """A picture without words is told of."""
    web = await _sign_in_view(open_page)
    await web.page.evaluate("document.body.append(Object.assign(new Image(), { src: '/icon.svg' }))")
    assert any(one.startswith("image-alt") for one in await violations(web))


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("() => document.body.append(Object.assign(new Image(), { src: '/icon.svg' }))", "image-alt"),
        (_STYLE.replace("(text)", "(text = 'label { color: var(--ground) !important }')"), "color-contrast"),
    ],
    ids=["a picture", "a colour"],
)
async def test_a_violation_that_comes_later_is_found(open_page: OpenPage, change: str, fault: str) -> None:
    """Once all was well, what was added is told of, and so is what changed its colour alone."""
    web = await _sign_in_view(open_page)
    assert await violations(web) == []
    await web.page.evaluate(change)
    assert any(one.startswith(fault) for one in await violations(web))


async def test_what_has_changed_its_colours_alone_is_asked_for_colours(open_page: OpenPage) -> None:
    """A view in its other theme is what it was but for its colours: nothing else is looked at twice."""
    web = await _sign_in_view(open_page)
    await turn_to(web, "light")
    assert await violations(web) == []
    await web.page.evaluate(_RULES_NOTED)
    await turn_to(web, "dark")
    assert await violations(web) == []
    assert set(await web.page.evaluate("window.rules")) == {"color-contrast", "link-in-text-block"}


async def test_a_control_without_a_way_or_a_name_is_found(open_page: OpenPage) -> None:
    """A link that Tab leaves out, and a button that is called nothing, are told of."""
    web = await _sign_in_view(open_page)
    await web.page.evaluate(_PLANT, "<button></button><a href='#/nowhere' tabindex='-1'>Nowhere</a>")
    assert any("no way" in one and "Nowhere" in one for one in await astray(web))
    assert "button ''" in await unnamed(web)


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
    """A page whose focus is not drawn, thin, faint, cut off or covered is told of."""
    web = await _sign_in_view(open_page)
    await web.page.evaluate(_STYLE, style)
    assert any(fault in one for one in await astray(web))


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
    """What is too wide, cut off, covered or too small for a finger is told of."""
    web = await _sign_in_view(open_page, width_px=PHONE_PX)
    await web.page.evaluate(_PLANT, markup)
    assert any(fault in one for one in await misfits(web, PHONE_PX))
