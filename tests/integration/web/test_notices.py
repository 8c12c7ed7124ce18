"""What is told in passing is in nobody's way."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, expect

from tests.browser import WebPage
from tests.integration.web.conftest import OpenPage
from tests.integration.web.fake_gateway import PASSWORD, FakeGateway
from tests.integration.web.views import DESK_PX, PHONE_PX, WIDTHS_PX

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90), pytest.mark.asyncio(loop_scope="module")]

_COVERED = """() => {
  const notices = [...document.querySelectorAll(".notice")].map((one) => one.getBoundingClientRect());
  return [...document.querySelectorAll("a[href], button, input, select, summary")]
    .filter((control) => !control.closest(".notices"))
    .filter((control) => {
      const at = control.getBoundingClientRect();
      const meets = (box) =>
        at.width && at.left < box.right && at.right > box.left && at.top < box.bottom && at.bottom > box.top;
      return notices.some(meets);
    })
    .map((control) => control.getAttribute("aria-label") || control.textContent.trim());
}"""
_DRAWN = "() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))"
_SONGS = 7


async def _library(web: WebPage, gateway: FakeGateway, songs: int) -> None:
    await web.sign_up("ada@example.org", PASSWORD)
    for number in range(songs):
        await web.choose_bytes(f"Evening {number}.flac", b"not really audio" * 1000)
        await web.sees_track(f"Evening {number}", "separating")
    gateway.release(gateway.song.segments)
    for number in range(songs):
        await web.sees_track(f"Evening {number}", "ready")


async def _takes_the_keyboard(web: WebPage) -> None:
    """From here on what gets the focus shows it, as the browser does for whoever goes by keys."""
    await web.page.keyboard.press("Tab")


async def _deletes(web: WebPage, title: str) -> Locator:
    await web.delete(title)
    notice = web.page.locator(".notice").last
    await expect(notice).to_contain_text(title)
    return notice


@pytest.mark.parametrize("width_px", WIDTHS_PX)
async def test_a_notice_lies_over_nothing_that_can_be_pressed(
    open_page: OpenPage, gateway: FakeGateway, width_px: int
) -> None:
    """Where the window has room beside its controls, it covers none; on a phone the end of the page leaves it room."""
    web = await open_page(width_px=width_px)
    await _library(web, gateway, 2)
    await _deletes(web, "Evening 0")
    if width_px == PHONE_PX:
        await web.page.evaluate("() => scrollTo(0, document.body.scrollHeight)")
        await web.page.evaluate(_DRAWN)
    assert await web.page.evaluate(_COVERED) == []


async def test_it_leaves_what_gets_the_focus(open_page: OpenPage, gateway: FakeGateway) -> None:
    """Wherever the keyboard goes in a list that fills the window, nothing lies over it."""
    web = await open_page(width_px=PHONE_PX)
    await _library(web, gateway, _SONGS)
    await _deletes(web, "Evening 0")
    await _takes_the_keyboard(web)
    for number in range(1, _SONGS):
        more = web.page.get_by_role("button", name=f"More for Evening {number}", exact=True)
        await more.focus()
        await expect(more).to_be_in_viewport(ratio=1)
        await web.page.evaluate(_DRAWN)
        assert f"More for Evening {number}" not in await web.page.evaluate(_COVERED)


async def test_on_a_phone_nothing_stays_under_it(open_page: OpenPage, gateway: FakeGateway) -> None:
    """In a list that fills a phone it lies over nothing that stands still: what it hides can be scrolled free."""
    web = await open_page(width_px=PHONE_PX)
    await _library(web, gateway, _SONGS)
    await _deletes(web, "Evening 0")
    search = web.page.get_by_role("searchbox")
    await _takes_the_keyboard(web)
    for number in (6, 4, 2, 1):
        more = web.page.get_by_role("button", name=f"More for Evening {number}", exact=True)
        await web.page.evaluate("() => scrollTo(0, 0)")
        await more.focus()
        await web.page.evaluate(_DRAWN)
        await web.page.evaluate(_DRAWN)
        covered = await web.page.evaluate(_COVERED)
        assert f"More for Evening {number}" not in covered
        notice = await web.page.locator(".notice").bounding_box()
        tools = await search.bounding_box()
        assert notice
        assert tools
        assert notice["y"] > tools["y"] + tools["height"]
    # Whoever presses what it half covers presses that: nothing moves away between down and up.
    notice_box = await web.page.locator(".notice").bounding_box()
    assert notice_box
    more = web.page.get_by_role("button", name="More for Evening 3", exact=True)
    await more.evaluate("(it, top) => scrollBy(0, it.getBoundingClientRect().top - top)", notice_box["y"] - 12)
    await web.page.evaluate(_DRAWN)
    box = await more.bounding_box()
    assert box
    await web.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 6)
    await web.page.mouse.down()
    await web.page.evaluate(_DRAWN)
    await web.page.evaluate(_DRAWN)
    # In the window, not in the page: a line that comes above it meanwhile takes the page along.
    assert await more.bounding_box() == box
    await web.page.mouse.up()
    await expect(web.page.get_by_role("menu")).to_be_visible()
    await web.page.keyboard.press("Escape")
    # Whoever scrolls on is not called back by what has the focus.
    await web.page.evaluate("() => scrollTo(0, 0)")
    await web.page.evaluate(_DRAWN)
    assert await web.page.evaluate("() => scrollY") == 0


@pytest.mark.parametrize("width_px", [PHONE_PX, DESK_PX])
async def test_the_focus_goes_back_to_where_it_was(open_page: OpenPage, gateway: FakeGateway, width_px: int) -> None:
    """Whoever presses a notice's button goes on where they were before, or, where that was nowhere, in the view."""
    web = await open_page(width_px=width_px)
    await _library(web, gateway, 3)
    more = web.page.get_by_role("button", name="More for Evening 2", exact=True)
    for title, name in (("Evening 0", "Dismiss"), ("Evening 1", "Undo")):
        notice = await _deletes(web, title)
        await more.focus()
        await notice.get_by_role("button", name=name).press("Enter")
        await expect(web.page.locator(".notice")).to_have_count(0)
        await expect(more).to_be_focused()
    notice = await _deletes(web, "Evening 1")
    await web.page.evaluate("() => document.activeElement.blur()")
    await notice.get_by_role("button", name="Dismiss").press("Enter")
    await expect(web.page.locator("#content")).to_be_focused()


async def test_it_moves_no_page_under_what_is_open_above_it(open_page: OpenPage, gateway: FakeGateway) -> None:
    """The focus in a dialog at the window's foot is no reason to scroll the page, which frees nothing there."""
    web = await open_page(width_px=PHONE_PX)
    await _library(web, gateway, _SONGS)
    await _deletes(web, "Evening 0")
    await web.page.evaluate("""() => {
      const dialog = document.createElement("dialog");
      dialog.style.cssText = "position: fixed; inset: auto 0 0 0; margin: 0";
      dialog.innerHTML = "<button>At the foot</button>";
      document.body.append(dialog);
      scrollTo(0, 0);
      dialog.showModal();
    }""")
    await expect(web.page.get_by_role("button", name="At the foot")).to_be_focused()
    await web.page.evaluate(_DRAWN)
    await web.page.evaluate(_DRAWN)
    assert await web.page.evaluate("() => scrollY") == 0


async def test_escape_puts_a_notice_away(open_page: OpenPage, gateway: FakeGateway) -> None:
    """The newest goes first, and none while Escape closes a menu or a dialog."""
    web = await open_page(width_px=DESK_PX)
    await _library(web, gateway, 3)
    notices = web.page.locator(".notice")
    await _deletes(web, "Evening 0")
    await _deletes(web, "Evening 1")
    await web.open_download("Evening 2")
    await web.page.keyboard.press("Escape")
    await expect(web.page.get_by_role("dialog")).to_have_count(0)
    await expect(notices).to_have_count(2)
    await web.page.keyboard.press("Escape")
    await expect(notices).to_have_count(1)
    await expect(notices).to_contain_text("Evening 0")
    await web.page.keyboard.press("Escape")
    await expect(notices).to_have_count(0)


async def test_a_link_that_cannot_be_copied_is_shown(web: WebPage, gateway: FakeGateway) -> None:
    """Where the browser lets no page copy, the link lies marked in a field, until copying it comes out well."""
    await web.choose_bytes("Night Train.flac", b"not really audio" * 1000)
    await web.sees_track("Night Train", "separating")
    gateway.release(gateway.song.segments)
    await web.open_track("Night Train")
    await web.page.evaluate("() => (navigator.clipboard.writeText = () => Promise.reject(new Error('no')))")
    copy, field = (
        web.page.get_by_role("button", name="Copy link for myself"),
        web.page.get_by_label("Link for yourself"),
    )
    await copy.click()
    await expect(field).to_have_value(re.compile(r"#/track/trk_1"))
    await expect(field).to_be_focused()
    await expect(web.page.locator(".notice")).to_have_count(0)
    await web.page.evaluate("() => (navigator.clipboard.writeText = () => Promise.resolve())")
    await copy.click()
    await expect(field).to_have_count(0)


async def test_what_went_wrong_is_told_in_its_own_view(web: WebPage, gateway: FakeGateway) -> None:
    """An error stays as long as the view that it is about, and goes with it."""
    await web.choose_bytes("Night Train.flac", b"not really audio" * 1000)
    await web.sees_track("Night Train", "separating")
    gateway.end_tracks("failed", "The model gave up.")
    await web.sees_track("Night Train", "failed")
    await web.page.route("**/retry", lambda route: route.abort())
    await web.page.get_by_role("button", name="Try again with Night Train").click()
    await expect(web.page.locator(".notice.error")).to_be_visible()
    await web.page.goto(f"{web.address}/#/account/page")
    await expect(web.page.locator(".notice.error")).to_have_count(0)
