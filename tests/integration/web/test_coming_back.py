"""Coming back: to the list from a track, and to the page after a reload, in a real Chromium."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser import WebPage
from tests.integration.web.fake_gateway import FakeGateway

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90), pytest.mark.asyncio(loop_scope="module")]

# A file that the browser knows where to find again, without a person who picks it: one of the page's own.
_PICKED = """async (name) => {
  const folder = await navigator.storage.getDirectory();
  const file = await folder.getFileHandle(name, { create: true });
  const out = await file.createWritable();
  await out.write("abcdefgh".repeat(2000));
  await out.close();
  window.showOpenFilePicker = async () => [file];
}"""

_HELD = """() => {
  const held = new DataTransfer();
  held.items.add(new File(["not really audio"], "Night Train.flac"));
  return held;
}"""


async def test_the_focus_is_on_the_row_of_the_track_that_was_left(web: WebPage, gateway: FakeGateway) -> None:
    """Who comes back from a track by the keyboard goes on from its row, and from the title where there is none."""
    for name in ("First", "Second"):
        await web.drop(f"{name}.flac", b"not really audio" * 1000)
        await web.sees_track(name, "separating")
    gateway.release(2)
    await web.open_track("First")
    await web.close_track()
    await expect(web.track("First").locator(".play-link")).to_be_focused()
    await web.page.get_by_role("link", name="ada@example.org").click()
    await expect(web.page.locator("#account")).to_be_visible()
    await web.page.evaluate("document.activeElement.blur()")
    await web.page.go_back()
    await expect(web.page.locator("#library-title")).to_be_focused()


async def test_the_library_is_entered_at_its_head(web: WebPage, gateway: FakeGateway) -> None:
    """However far the view was scrolled that is left: the title has the focus in sight of whoever comes."""
    for number in range(16):
        await web.drop(f"Song {number}.flac", b"not really audio")
        await web.sees_track(f"Song {number}", "separating")
    await web.page.goto(f"{web.address}/#/account/privacy")
    await web.page.get_by_role("link", name="To the library").last.press("Enter")
    await expect(web.page.locator("#library-title")).to_be_focused()
    await expect(web.page.locator("#library-title")).to_be_in_viewport()
    await expect(web.page.locator(".track-row").first).to_be_in_viewport()


async def test_a_new_search_begins_at_the_head_of_its_list(web: WebPage, gateway: FakeGateway) -> None:
    """However far the list was scrolled, what is asked for anew is seen from its first row on."""
    for number in range(16):
        await web.drop(f"Song {number}.flac", b"not really audio")
        await web.sees_track(f"Song {number}", "separating")
    await web.page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    await expect(web.page.locator(".track-row").first).not_to_be_in_viewport()
    await web.page.get_by_label("Sort", exact=True).select_option("title")
    await expect(web.page.locator(".track-row").first).to_be_in_viewport(ratio=1)


async def test_songs_that_waited_outlive_a_reload(web: WebPage, gateway: FakeGateway, tmp_path: Path) -> None:
    """Each song that was given is named after a reload, and all go on when the files are given again."""
    gateway.keeps_of_next_patch = 7000
    gateway.breaks_patches = True
    paths = [tmp_path / f"{number} Way.wav" for number in (1, 2, 3)]
    for path in paths:
        path.write_bytes(b"abcdefgh" * 2000)
    await web.choose(*paths)
    await expect(web.upload("1 Way")).to_contain_text("43%")
    await expect(web.upload("3 Way")).to_contain_text("Waiting, number 2 in line")
    web.page.on("dialog", lambda dialog: dialog.accept())
    await web.page.reload()
    await expect(web.page.locator("#interrupted")).to_contain_text("3 songs were interrupted")
    await expect(web.upload("2 Way")).to_contain_text("Interrupted before it began")
    gateway.breaks_patches, gateway.keeps_of_next_patch = False, None
    async with web.page.expect_file_chooser() as choosing:
        await web.page.get_by_role("button", name="Choose the files again").click()
    await (await choosing.value).set_files(paths)
    for number in (1, 2, 3):
        await web.sees_track(f"{number} Way", "separating")
    assert len(gateway.uploads) == 3


async def test_one_click_goes_on_where_the_browser_knows_the_files(web: WebPage, gateway: FakeGateway) -> None:
    """A song whose file the browser can find again goes on after a reload without choosing it; nothing stays of it."""
    gateway.keeps_of_next_patch = 7000
    gateway.breaks_patches = True
    await web.page.evaluate(_PICKED, "Long Way.wav")
    await web.page.get_by_role("button", name="Choose songs").click()
    await expect(web.upload("Long Way")).to_contain_text("43%")
    web.page.on("dialog", lambda dialog: dialog.accept())
    await web.page.reload()
    await expect(web.upload("Long Way")).to_contain_text("Interrupted at 43%")
    gateway.breaks_patches, gateway.keeps_of_next_patch = False, None
    await web.page.get_by_role("button", name="Go on").click()
    await web.sees_track("Long Way", "separating")
    assert gateway.uploads["upl_1"] == b"abcdefgh" * 2000
    await web.sign_out()
    names = "async () => (await indexedDB.databases()).map(({ name }) => name)"
    assert await web.page.evaluate(names) == []


async def test_a_file_dropped_on_another_view_is_taken(web: WebPage) -> None:
    """A song that is dropped on the account's page is uploaded, and the page stays."""
    await web.page.goto(web.address + "/#/account")
    await expect(web.page.locator("#account")).to_be_visible()
    transfer = await web.page.evaluate_handle(_HELD)
    await web.page.dispatch_event("#account", "drop", {"dataTransfer": transfer})
    await web.page.get_by_role("button", name="See the uploads").click()
    await web.sees_track("Night Train", "separating")
