"""What a screen reader, a keyboard and weak eyes meet: axe-core over every view, in both themes and widths."""

from __future__ import annotations

from typing import cast

import pytest
from playwright.async_api import Locator, expect

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


async def test_no_dialog_and_no_fault_has_a_violation(open_page: OpenPage, gateway: FakeGateway) -> None:
    """Nor has what is met less often: sign-up, a menu, dialogs, refusals, a shared link, and what is not there."""
    web = await open_page()
    found: dict[str, list[str]] = {}

    async def look(view: str, seen: Locator) -> None:
        await expect(seen).to_be_visible()
        if violations := await _violations(web):
            found[view] = violations

    await web.page.get_by_role("button", name="Create an account").click()
    await web.page.locator("#entry-form button[type=submit]").click()
    await look("refused sign-up", web.page.get_by_role("alert"))
    await web.page.get_by_label("I am 13 or older").check()
    await web.fill_entry("ada@example.org", PASSWORD, "Create an account")
    await web.sees_library()
    gateway.refusal = (422, "This is a picture, not audio.")
    await web.drop("cat.mp3", b"GIF89a")
    await look("refused upload", web.page.get_by_text("This is a picture, not audio."))
    gateway.refusal = None
    await web.choose_bytes("Night Train.flac", b"not really audio" * 1000)
    await web.sees_track("Night Train", "separating")
    gateway.release(gateway.song.segments)
    await web.sees_track("Night Train", "ready")
    await web.page.get_by_role("button", name="More for Night Train").click()
    await look("menu", web.page.get_by_role("menuitem").first)
    await web.page.get_by_role("menuitem", name="Edit Night Train").click()
    await look("edit", web.page.get_by_role("dialog"))
    await web.page.keyboard.press("Escape")
    await web.delete("Night Train")
    await look("undo", web.page.get_by_role("button", name="Undo"))
    await web.page.get_by_role("button", name="Undo").click()
    await web.open_track("Night Train")
    await web.can_play(5.0)
    await web.page.locator(".report summary").click()
    await look("report", web.page.locator(".report dl").first)
    await web.page.keyboard.press("?")
    await look("shortcuts", web.page.get_by_role("dialog"))
    await web.page.keyboard.press("Escape")
    await web.player.get_by_role("button", name="Share", exact=True).click()
    await web.page.get_by_role("button", name="Make a link").click()
    await look("new link", web.page.get_by_label("The new link"))
    link = await web.page.get_by_label("The new link").input_value()
    await web.page.goto(link)
    await look("shared track", web.page.get_by_text("Shared with you"))
    await web.page.goto(f"{web.address}/#/shared/{'x' * 43}")
    await look("ended link", web.page.locator("#shared-gone"))
    await web.page.goto(f"{web.address}/#/track/trk_404")
    await look("missing track", web.page.get_by_role("heading", name="This track is not here"))
    gateway.end_tracks("failed", "The model gave up.")
    await web.page.goto(web.address + "/#/")
    await web.page.reload()
    await web.sees_track("Night Train", "failed")
    await web.page.get_by_role("button", name="More for Night Train").click()
    await web.page.get_by_role("menuitem", name="Show the reason for Night Train").click()
    await look("reason", web.page.get_by_role("dialog"))
    await web.page.keyboard.press("Escape")
    await web.page.context.set_offline(True)
    await look("offline", web.page.locator("#offline"))
    await web.page.context.set_offline(False)
    assert found == {}
