"""What a screen reader, a keyboard and weak eyes meet: axe-core over every view, in both themes and widths."""

from __future__ import annotations

from typing import cast

import pytest
from playwright.async_api import expect

from tests.browser import WebPage
from tests.integration.web.conftest import OpenPage
from tests.integration.web.fake_gateway import FakeGateway
from tests.integration.web.views import DESK_PX, PHONE_PX, themed, walk
from tests.paths import REPOSITORY

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.asyncio(loop_scope="module")]

AXE = REPOSITORY / "web" / "node_modules" / "axe-core" / "axe.min.js"
_FOUND = """async () => {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const { violations } = await axe.run(document, { runOnly: { type: "tag", values: tags } });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
}"""


async def _violations(web: WebPage) -> list[str]:
    found: list[str] = []
    if not await web.page.evaluate("'axe' in window"):
        await web.page.evaluate(AXE.read_text())
    async for theme in themed(web):
        found += [f"{theme}: {one}" for one in cast(list[str], await web.page.evaluate(_FOUND))]
    return found


async def test_a_violation_is_found(open_page: OpenPage) -> None:
    """A picture without words is seen: the check below can fail."""
    web = await open_page()
    await expect(web.page.get_by_role("heading", name="Sign in")).to_be_visible()
    await web.page.evaluate("document.body.append(Object.assign(new Image(), { src: '/icon.svg' }))")
    assert any(one.startswith("light: image-alt") for one in await _violations(web))


@pytest.mark.parametrize("width_px", [PHONE_PX, DESK_PX])
async def test_no_view_has_a_violation(open_page: OpenPage, gateway: FakeGateway, width_px: int) -> None:
    """No view, dialog or fault of the page has a violation of WCAG 2.2 AA that axe finds, light or dark."""
    web = await open_page(width_px=width_px)
    found: dict[str, list[str]] = {}

    async def look(view: str) -> None:
        if violations := await _violations(web):
            found[view] = violations

    await walk(web, gateway, look)
    assert found == {}
