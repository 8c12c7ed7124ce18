"""A download into a file that a person chose, in browsers that ask where to save."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest
from playwright.async_api import Locator, expect

from tests.browser import WebPage
from tests.integration.web.fake_gateway import FakeGateway
from tests.integration.web.made_song import STEMS

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90), pytest.mark.asyncio(loop_scope="module")]

FILE = np.random.default_rng(5).bytes(4_000_000)
NAME = "night.flac"


@pytest.fixture
def dialog(web: WebPage) -> Locator:
    return web.page.get_by_role("dialog")


async def _ready(web: WebPage, gateway: FakeGateway) -> None:
    await web.drop("Night Train.flac", b"not really audio" * 1000)
    await web.sees_track("Night Train", "separating")
    gateway.release(gateway.song.segments)
    await web.sees_track("Night Train", "ready")


async def _begin(web: WebPage, gateway: FakeGateway, dialog: Locator) -> None:
    """A download that has come half way."""
    if not gateway.tracks:
        await _ready(web, gateway)
        await web.saves_into(NAME)
        await web.open_download("Night Train")
        await dialog.get_by_role("radio", name="Vocals", exact=True).check()
    gateway.file = FILE
    gateway.hold_downloads(are_held=True)
    await dialog.get_by_role("button", name="Download").click()
    await expect(dialog.locator(".saving")).to_contain_text("2 MB of 4 MB")


async def test_a_file_is_saved_as_it_comes(web: WebPage, gateway: FakeGateway, dialog: Locator) -> None:
    """How much of the file is there is shown, nothing else is begun meanwhile, and it ends as exactly what was sent."""
    await _begin(web, gateway, dialog)
    assert str(await web.page.evaluate("window.suggestedName")).startswith("Night Train")
    await expect(dialog.locator(".saving")).to_contain_text(f"Saving {NAME}")
    progress = dialog.get_by_role("progressbar", name=f"Saving {NAME}")
    assert await progress.evaluate("(it) => it.value / it.max") == 0.5
    await expect(dialog.locator(".saving")).to_contain_text("50%")
    await expect(dialog.get_by_role("button", name="Download")).to_be_disabled()
    gateway.hold_downloads(are_held=False)
    await expect(dialog.get_by_role("status")).to_have_text(f"{NAME} is saved.")
    await expect(dialog.locator(".saving")).to_have_count(0)
    assert await web.saved(NAME) == FILE


async def test_a_cancelled_download_leaves_nothing(web: WebPage, gateway: FakeGateway, dialog: Locator) -> None:
    """Cancelled half way, no file is left where none was, and one that was there is as it was."""
    await _begin(web, gateway, dialog)
    await dialog.get_by_role("button", name="Cancel").click()
    await expect(dialog.locator(".saving")).to_have_count(0)
    await expect(dialog.get_by_role("alert")).to_have_count(0)
    assert await web.saved(NAME) is None
    gateway.file = b"of another evening"
    gateway.hold_downloads(are_held=False)
    await dialog.get_by_role("button", name="Download").click()
    await expect(dialog.get_by_role("status")).to_have_text(f"{NAME} is saved.")
    await _begin(web, gateway, dialog)
    await dialog.get_by_role("button", name="Cancel").click()
    await expect(dialog.locator(".saving")).to_have_count(0)
    assert await web.saved(NAME) == b"of another evening"


async def test_a_download_goes_on_without_its_dialog(web: WebPage, gateway: FakeGateway, dialog: Locator) -> None:
    """Closing the dialog and leaving the view stop nothing: its progress is found again, and its end is told."""
    await _begin(web, gateway, dialog)
    await web.page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await web.open_track("Night Train")
    await web.player.get_by_role("button", name="Download stems").click()
    await expect(dialog.locator(".saving")).to_contain_text(f"Saving {NAME}")
    await web.page.keyboard.press("Escape")
    # On a phone a notice is as wide as the window.
    await web.page.set_viewport_size({"width": 360, "height": 740})
    await web.page.evaluate("() => (navigator.clipboard.writeText = () => Promise.resolve())")
    await web.page.get_by_role("button", name="Copy link for myself").click()
    await expect(web.page.locator(".notice")).to_be_visible()
    under = await web.page.locator("aside.bar").bounding_box()
    over = await web.page.locator(".notice").bounding_box()
    assert under
    assert over
    assert over["y"] + over["height"] <= under["y"]
    await web.page.locator(".notice").get_by_role("button", name="Dismiss").click()
    gateway.hold_downloads(are_held=False)
    await expect(web.page.locator(".notices")).to_contain_text(f"{NAME} is saved.")
    assert await web.saved(NAME) == FILE


async def test_an_end_is_told_of_what_was_asked_for(web: WebPage, gateway: FakeGateway, dialog: Locator) -> None:
    """With another choice on screen the end of a download is told in passing, and beside its own choice alone."""
    await _begin(web, gateway, dialog)
    await dialog.get_by_role("radio", name="Bass", exact=True).check()
    gateway.hold_downloads(are_held=False)
    await expect(web.page.locator(".notices")).to_contain_text(f"{NAME} is saved.")
    await expect(dialog.locator(".news")).to_have_text("")
    await dialog.get_by_role("radio", name="Vocals", exact=True).check()
    await expect(dialog.locator(".news")).to_have_text(f"{NAME} is saved.")


async def test_a_zip_holds_the_stems_that_are_chosen(web: WebPage, gateway: FakeGateway, dialog: Locator) -> None:
    """All stems are in it at first; those that are not ticked are not asked for, and of none there is no zip."""
    await _ready(web, gateway)
    await web.open_download("Night Train")
    await dialog.get_by_role("radio", name="Stems (zip)", exact=True).check()
    boxes = dialog.get_by_role("checkbox")
    await expect(boxes).to_have_count(len(STEMS))
    for box in await boxes.all():
        await expect(box).to_be_checked()
        await box.uncheck()
    button = dialog.get_by_role("button", name="Download")
    await expect(button).to_have_attribute("aria-disabled", "true")
    await expect(button).to_have_accessible_description("Choose at least one stem.")
    for name in ("Bass", "Drums"):
        await dialog.get_by_role("checkbox", name=name, exact=True).check()
    async with web.page.expect_download() as arriving, web.page.expect_request("**/download.zip?*") as asked:
        await button.click()
    assert (await asked.value).url.endswith("/download.zip?format=flac&stems=drums,bass")
    path = Path(await (await arriving.value).path())
    assert await asyncio.to_thread(path.read_bytes) == b"all.flac.zip"
