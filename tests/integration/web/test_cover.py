"""A track's cover in the page: chosen, dropped or pasted, looked at before it is sent, and removed."""

from __future__ import annotations

import pytest
from playwright.async_api import FilePayload, Locator, expect

from services.library.domain.picture import sent_cover
from tests.browser import WebPage
from tests.integration.web.fake_gateway import FakeGateway
from tests.unit.library.pictures import png_size

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180), pytest.mark.asyncio(loop_scope="module")]

TITLE = "Evening Train"
# A picture that a browser made, as a file that is given to the page in one of the three ways.
_GIVE = """async ([way, type, width_px, height_px]) => {
  const canvas = Object.assign(document.createElement("canvas"), { width: width_px, height: height_px });
  const context = canvas.getContext("2d");
  context.fillStyle = "#c33";
  context.fillRect(0, 0, width_px, height_px / 2);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, type));
  const given = new DataTransfer();
  given.items.add(new File([blob], "cover", { type }));
  const target = document.querySelector("dialog input[autocomplete]");
  if (way === "paste") {
    target.dispatchEvent(new ClipboardEvent("paste", { clipboardData: given, bubbles: true, cancelable: true }));
  } else if (way === "choose") {
    const input = document.querySelector("dialog input[type=file]");
    input.files = given.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  } else {
    for (const kind of ["dragover", "drop"]) {
      target.dispatchEvent(new DragEvent(kind, { dataTransfer: given, bubbles: true, cancelable: true }));
    }
  }
}"""

# A picture that is read takes its time.
_HOLD = """() => {
  const read = window.createImageBitmap;
  const held = new Promise((go) => (window.letGo = go));
  window.createImageBitmap = async (...given) => (await held, read(...given));
}"""


async def _editing(web: WebPage) -> Locator:
    await web.page.get_by_role("button", name=f"More for {TITLE}").click()
    await web.page.get_by_role("menuitem", name=f"Edit {TITLE}").click()
    return web.page.get_by_role("dialog")


async def _save(dialog: Locator) -> None:
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog).to_have_count(0)


async def _with_track(web: WebPage, gateway: FakeGateway) -> Locator:
    await web.choose_bytes(f"{TITLE}.flac", b"fLaC" * 100)
    await web.sees_track(TITLE, "separating")
    gateway.release(gateway.song.segments)
    await web.sees_track(TITLE, "ready")
    return await _editing(web)


@pytest.mark.parametrize(
    ("way", "type_", "kept"),
    [
        ("choose", "image/png", "image/png"),
        ("drop", "image/jpeg", "image/jpeg"),
        ("paste", "image/webp", "image/jpeg"),
    ],
)
async def test_a_picture_becomes_the_cover(web: WebPage, gateway: FakeGateway, way: str, type_: str, kept: str) -> None:
    """It is shown before anything is sent, sent at most 1000 pixels a side, and stands in the list at once."""
    dialog = await _with_track(web, gateway)
    await web.page.evaluate(_GIVE, [way, type_, 3000, 1500])
    await expect(dialog.get_by_role("img", name="The picture you chose")).to_be_visible()
    await expect(dialog).to_contain_text("This one, once you save.")
    # Nor is it taken for a song that is none.
    assert await web.page.locator(".over, .notice").count() == 0
    assert gateway.editing.covers == {}
    await _save(dialog)
    (data,) = gateway.editing.covers.values()
    assert sent_cover(data).media_type == kept
    if kept == "image/png":
        assert png_size(data) == (1000, 500)
    await expect(web.track(TITLE).locator("img")).to_have_js_property("naturalWidth", 1000)
    assert await web.page.locator(".over, .notice").count() == 0


async def test_cancel_undoes_what_was_chosen(web: WebPage, gateway: FakeGateway) -> None:
    """Neither a picture that was chosen nor a removal is sent before it is saved."""
    dialog = await _with_track(web, gateway)
    await web.page.evaluate(_GIVE, ["choose", "image/png", 30, 30])
    await expect(dialog).to_contain_text("This one, once you save.")
    await dialog.get_by_role("button", name="Cancel").click()
    assert gateway.editing.covers == {}
    dialog = await _editing(web)
    await expect(dialog).to_contain_text("No cover yet.")
    await web.page.evaluate(_GIVE, ["choose", "image/png", 30, 30])
    await expect(dialog).to_contain_text("This one, once you save.")
    await _save(dialog)
    dialog = await _editing(web)
    await dialog.get_by_role("button", name="Remove", exact=True).click()
    await expect(dialog).to_contain_text("None, once you save.")
    await dialog.get_by_role("button", name="Cancel").click()
    assert len(gateway.editing.covers) == 1
    dialog = await _editing(web)
    await dialog.get_by_role("button", name="Remove", exact=True).click()
    await _save(dialog)
    assert gateway.editing.covers == {}
    await expect(web.track(TITLE).locator("img")).to_have_count(0)


async def test_no_picture_is_lost_on_its_way(web: WebPage, gateway: FakeGateway) -> None:
    """Saving waits for what is read, nothing else is taken meanwhile, and what is stored is told if the rest fails."""
    dialog = await _with_track(web, gateway)
    choose, save = (dialog.get_by_role("button", name=name) for name in ("Choose a picture", "Save"))
    await web.page.evaluate(_HOLD)
    await choose.focus()
    await web.page.evaluate(_GIVE, ["choose", "image/png", 30, 30])
    await expect(save).to_be_disabled()
    await expect(save).to_have_accessible_description("Reading the picture…")
    await expect(choose).to_be_focused()
    await dialog.get_by_label("Title").press("Enter")
    await web.page.evaluate("() => window.letGo()")
    await expect(dialog).to_contain_text("This one, once you save.")
    assert gateway.editing.covers == {}
    gateway.editing.words_refusal = (403, "FORBIDDEN")
    gateway.editing.takes_covers.clear()
    await save.click()
    await expect(dialog.get_by_role("group", name="Cover")).to_have_attribute("inert", "")
    await web.page.evaluate(_GIVE, ["paste", "image/png", 60, 60])
    await web.page.evaluate(_GIVE, ["drop", "image/png", 60, 60])
    await dialog.get_by_label("Title").press("Enter")
    gateway.editing.takes_covers.set()
    await expect(dialog.get_by_role("alert")).to_be_visible()
    await expect(dialog).to_contain_text("This one stays.")
    await _save(dialog)
    (data,) = gateway.editing.covers.values()
    assert (png_size(data), gateway.editing.sent) == ((30, 30), 1)
    assert await web.page.locator(".over, .notice").count() == 0


async def test_what_cannot_be_a_cover_says_what_to_do(web: WebPage, gateway: FakeGateway) -> None:
    """A file that is no picture is refused here; what the server refuses stays chosen, and can be sent again."""
    dialog = await _with_track(web, gateway)
    broken = FilePayload(name="cover.png", mimeType="image/png", buffer=b"\x89PNG\r\n\x1a\n and no picture")
    await dialog.locator("input[type=file]").set_input_files(broken)
    await expect(dialog.get_by_role("alert")).to_contain_text("Choose a JPEG, PNG or WebP")
    await web.page.evaluate(_GIVE, ["choose", "image/png", 30, 30])
    await expect(dialog.get_by_role("alert")).to_have_count(0)
    gateway.editing.refusal = (413, "COVER_TOO_LARGE")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("This picture is too large")
    await _save(dialog)
    assert len(gateway.editing.covers) == 1
