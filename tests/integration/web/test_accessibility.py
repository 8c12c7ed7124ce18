"""What a screen reader, a keyboard and weak eyes meet: axe-core over every view, in both themes and widths."""

from __future__ import annotations

from typing import cast

import pytest
from playwright.async_api import expect

from tests.browser import WebPage
from tests.integration.web.conftest import OpenPage
from tests.integration.web.fake_gateway import PASSWORD, FakeGateway
from tests.paths import REPOSITORY

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180), pytest.mark.asyncio(loop_scope="module")]

AXE = REPOSITORY / "web" / "node_modules" / "axe-core" / "axe.min.js"
_FOUND = """async () => {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const { violations } = await axe.run(document, { runOnly: { type: "tag", values: tags } });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
}"""


async def test_a_violation_is_found(open_page: OpenPage) -> None:
    """A picture without words is seen: the check below can fail."""
    web = await open_page()
    await expect(web.page.get_by_role("heading", name="Sign in")).to_be_visible()
    await web.page.evaluate("document.body.append(Object.assign(new Image(), { src: '/icon.svg' }))")
    assert any(one.startswith("light: image-alt") for one in await _violations(web))


async def _violations(web: WebPage) -> list[str]:
    found: list[str] = []
    for theme in ("light", "dark"):
        # Without motion a colour is there at once, and not on its way from the theme before.
        await web.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        await expect(web.page.locator(f"html[data-theme={theme}]")).to_have_count(1)
        await web.page.evaluate(AXE.read_text())
        found += [f"{theme}: {one}" for one in cast(list[str], await web.page.evaluate(_FOUND))]
    return found


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
async def test_no_view_has_a_violation(open_page: OpenPage, gateway: FakeGateway, phone: bool) -> None:
    """Sign-in, library, player, download, share and account have no violation of WCAG 2.2 AA that axe finds."""
    web = await open_page(phone=phone)
    await expect(web.page.get_by_role("heading", name="Sign in")).to_be_visible()
    found = {"sign-in": await _violations(web)}
    await web.sign_up("ada@example.org", PASSWORD)
    await expect(web.page.locator("#list-state")).to_contain_text("No tracks yet")
    found["empty library"] = await _violations(web)
    await web.choose_bytes("Night Train.flac", b"not really audio" * 1000)
    await web.sees_track("Night Train", "separating")
    found["library"] = await _violations(web)
    gateway.release(gateway.song.segments)
    await web.sees_track("Night Train", "ready")
    await web.open_download("Night Train")
    found["download"] = await _violations(web)
    await web.page.get_by_role("dialog").get_by_role("button", name="Close").first.click()
    await web.open_track("Night Train")
    await web.can_play(5.0)
    found["player"] = await _violations(web)
    await web.player.get_by_role("button", name="Share", exact=True).click()
    await expect(web.page.get_by_role("dialog")).to_be_visible()
    found["share"] = await _violations(web)
    await web.page.keyboard.press("Escape")
    await web.page.goto(web.address + "/#/account")
    await expect(web.page.get_by_role("button", name="Sign out")).to_be_visible()
    found["account"] = await _violations(web)
    assert {view: violations for view, violations in found.items() if violations} == {}
