"""A library of ten thousand tracks: its ends are reached at once, and only what is looked at is asked for."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable

import pytest
from playwright.async_api import Locator, expect

from tests.browser import WebPage
from tests.integration.web.conftest import OpenPage
from tests.integration.web.fake_gateway import AUDIO, PASSWORD, FakeGateway

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.asyncio(loop_scope="module")]

TRACKS = 10_000
_FRAMES = """async () => {
  const tasks = [];
  const watching = new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration)));
  watching.observe({ type: "longtask" });
  const frames = [];
  let last = performance.now();
  const step_px = (document.documentElement.scrollHeight - innerHeight) / 600;
  for (let frame = 0; frame < 300; frame += 1) {
    // Rows one after the other at first, then whole screens.
    scrollBy({ top: frame < 150 ? 60 : step_px, behavior: "instant" });
    const now = await new Promise(requestAnimationFrame);
    frames.push(now - last);
    last = now;
  }
  watching.disconnect();
  frames.sort((a, b) => a - b);
  const at = (share) => Math.round(frames[Math.floor(share * (frames.length - 1))] * 10) / 10;
  return { median_ms: at(0.5), p95_ms: at(0.95), longest_ms: at(1), long_tasks: tasks.length,
    longest_task_ms: Math.round(Math.max(0, ...tasks)), rows: document.querySelectorAll(".track-row").length };
}"""


def fill(gateway: FakeGateway, tracks: int = TRACKS, *, moving: int = 0) -> None:
    """So many tracks; the `moving` newest are on their way."""
    for number in range(tracks):
        track_id = f"trk_{number}"
        state = "separating" if number >= tracks - moving else "ready"
        gateway.tracks[track_id] = {
            "track_id": track_id,
            "title": f"Song {number:05d}",
            "artist": f"Artist {number % 300}",
            "state": state,
            "audio": AUDIO | {"length_samples": gateway.song.samples},
            "duration_s": 200.0,
            "stems": list(gateway.stems),
            "playable_s": 0.0,
            "segments": 0,
            "failure": None,
            "warnings": [],
            "remarks": [],
            "created_at": f"2024-01-{1 + number // 1440 % 28:02d}T{number // 60 % 24:02d}:{number % 60:02d}:00.000Z",
            "upload_held": state == "separating",
            "upload_id": f"upl_{number}",
            "upload_erased_at": None,
            "playable_samples": 0,
            "model": "quartet",
            "updated_at": "2024-02-01T00:00:00.000Z",
            "tags": [f"tag {number % 4}"],
            "tempo_bpm": None,
            "key": None,
            "cover_url": None,
        }


async def opened(open_page: OpenPage, width_px: int = 1280) -> WebPage:
    """A signed-in page whose first row is here."""
    web = await open_page(width_px=width_px)
    await web.sign_up("ada@example.org", PASSWORD)
    await expect(_row(web, 0).locator(".play-link")).to_have_count(1)
    return web


def _row(web: WebPage, number: int) -> Locator:
    return web.page.locator(f".track-row[data-row='{number}']")


async def test_both_ends_are_a_key_away(open_page: OpenPage, gateway: FakeGateway) -> None:
    """End comes to the last of ten thousand by one page, Home back; each row says its place among all."""
    fill(gateway)
    web = await opened(open_page)
    await expect(_row(web, 0)).to_contain_text("Song 09999")
    await expect(_row(web, 0)).to_have_attribute("aria-setsize", "10000")
    gateway.listing.questions.clear()
    await _row(web, 0).locator(".play-link").focus()
    await web.page.keyboard.press("End")
    await expect(_row(web, 9999)).to_contain_text("Song 00000")
    await expect(_row(web, 9999)).to_have_attribute("aria-posinset", "10000")
    await expect(_row(web, 9999).locator(".play-link")).to_be_focused()
    assert len(gateway.listing.questions) <= 2, gateway.listing.questions
    await web.page.keyboard.press("PageUp")
    await expect(web.page.locator(".play-link:focus")).to_have_count(1)
    await expect(_row(web, 9999).locator(".play-link")).not_to_be_focused()
    await web.page.keyboard.press("Home")
    await expect(_row(web, 0).locator(".play-link")).to_be_focused()
    assert await web.page.locator(".track-row").count() < 60


async def test_the_scrollbar_reaches_any_place(open_page: OpenPage, gateway: FakeGateway) -> None:
    """Half way down the page are the tracks of the list's middle, and what lies between was never asked for."""
    fill(gateway)
    web = await opened(open_page, 360)
    await expect(_row(web, 0)).to_contain_text("Song 09999")
    gateway.listing.questions.clear()
    await web.page.evaluate("scrollTo(0, document.querySelector('#tracks').offsetTop + 5000 * 128)")
    await expect(_row(web, 5000)).to_contain_text("Song 04999")
    offsets = [int(found[1]) for asked in gateway.listing.questions if (found := re.search(r"offset=(\d+)", asked))]
    assert offsets, gateway.listing.questions
    assert all(4800 < offset < 5100 for offset in offsets), offsets


async def test_tracks_on_their_way_are_read_together(open_page: OpenPage, gateway: FakeGateway) -> None:
    """Those in sight are asked for in one request and tell place and time; nobody asks once all are ready."""
    fill(gateway, 300, moving=120)
    web = await opened(open_page)
    await expect(_row(web, 0)).to_contain_text("Waiting: 2 songs ahead of yours")
    gateway.listing.questions.clear()
    gateway.release(3)
    await expect(_row(web, 0)).to_contain_text("left")
    await expect(_row(web, 5)).to_contain_text("left")
    progress = [asked for asked in gateway.listing.questions if asked.startswith("/v1/progress")]
    assert len(progress) <= 2, progress
    assert all(asked.count("trk_") <= 50 for asked in progress)
    gateway.release(gateway.song.segments)
    await expect(_row(web, 0)).to_have_attribute("data-state", "ready")
    gateway.listing.questions.clear()
    # Longer than the pause between two readings.
    await web.page.wait_for_timeout(4000)  # sleep: what must not happen has no event to wait for
    assert gateway.listing.questions == []


async def test_tags_are_counted_and_suggested(open_page: OpenPage, gateway: FakeGateway) -> None:
    """The filter names each tag with its number, right after an edit too; the editor offers those in use."""
    fill(gateway, 200)
    web = await opened(open_page)
    choice = web.page.get_by_label("Tag", exact=True)
    await expect(choice.locator("option")).to_have_text(["All tags", *(f"tag {number} (50)" for number in range(4))])
    await web.page.get_by_role("button", name="More for Song 00199").click()
    await web.page.get_by_role("menuitem", name="Edit Song 00199").click()
    dialog = web.page.get_by_role("dialog")
    await dialog.get_by_label("Tags", exact=True).fill("tag 3, ta")
    await dialog.get_by_role("button", name="Add tag 1, 50 tracks").click()
    await expect(dialog.get_by_label("Tags", exact=True)).to_have_value("tag 3, tag 1, ")
    await expect(dialog.get_by_label("Tags", exact=True)).to_be_focused()


async def test_scrolling_ten_thousand_tracks(
    open_page: OpenPage, gateway: FakeGateway, record_property: Callable[[str, object], None]
) -> None:
    """What frames take while the list is scrolled is told as a figure; few rows are in the page whatever it takes."""
    fill(gateway)
    web = await opened(open_page)
    await expect(_row(web, 0)).to_contain_text("Song 09999")
    told = await web.page.evaluate(_FRAMES)
    for name, figure in told.items():
        record_property(f"scrolling_{name}", figure)
    sys.stdout.write(f"{told}\n")
    # While whole screens go by, hardly more rows than are seen; those beyond come once it rests.
    assert told["rows"] < 20
    await expect(web.page.locator(".track-row").nth(22)).to_be_attached()
    assert await web.page.locator(".track-row").count() < 60
