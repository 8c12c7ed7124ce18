"""`make screens`: a picture of every view, at three widths, light and dark, for eyes that look for overlap.

python -m tests.integration.web.screens FOLDER
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser, expect

from tests.browser import WebPage, chromium
from tests.integration.web.fake_gateway import PASSWORD, FakeGateway
from tests.integration.web.made_song import MadeSong

WIDTHS_PX = (360, 768, 1440)
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
_SONGS = (
    "Night Train",
    "A very long title of a song that goes on and on until no row can hold it any more",
    "夜のうた",
)


async def views(web: WebPage, gateway: FakeGateway) -> AsyncIterator[str]:
    """Goes through the page; the name of each view once it is shown."""
    await expect(web.page.get_by_role("heading", name="Sign in")).to_be_visible()
    yield "sign-in"
    await web.sign_up("ada@example.org", PASSWORD)
    await expect(web.page.locator("#list-state")).to_contain_text("No tracks yet")
    yield "library-empty"
    for title in _SONGS:
        await web.choose_bytes(f"{title}.flac", b"not really audio" * 1000)
        await web.sees_track(title, "separating")
    gateway.release(3)
    await expect(web.track(_SONGS[0])).to_contain_text("playable to")
    yield "library-separating"
    gateway.release(gateway.song.segments)
    await web.sees_track(_SONGS[0], "ready")
    yield "library"
    await web.open_download(_SONGS[0])
    yield "download"
    await web.page.keyboard.press("Escape")
    await web.open_track(_SONGS[0])
    await web.can_play(5.0)
    yield "player"
    await web.page.keyboard.press("?")
    await expect(web.page.get_by_role("dialog")).to_be_visible()
    yield "shortcuts"
    await web.page.keyboard.press("Escape")
    await web.player.get_by_role("button", name="Share", exact=True).click()
    await expect(web.page.get_by_role("dialog")).to_be_visible()
    yield "share"
    await web.page.goto(web.address + "/#/account")
    await expect(web.page.get_by_role("button", name="Sign out")).to_be_visible()
    yield "account"
    gateway.end_tracks("failed", "The model gave up.")
    await web.page.goto(web.address + "/#/")
    await web.page.reload()
    await web.sees_track(_SONGS[0], "failed")
    yield "library-failed"


async def picture(browser: Browser, song: MadeSong, width_px: int, folder: Path) -> None:
    """Every view at one width, in both themes."""
    gateway = FakeGateway(song)
    async with gateway.serving():
        web = await WebPage.open(browser, gateway.address, width_px=width_px)
        async for view in views(web, gateway):
            for theme in THEMES:
                await web.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
                await expect(web.page.locator(f"html[data-theme={theme}]")).to_have_count(1)
                await web.page.screenshot(path=folder / f"{view}-{width_px}-{theme}.png", full_page=True)
        await web.close()


async def main(folder: Path) -> None:
    """All of them."""
    song = MadeSong(segments=8)
    async with chromium() as browser:
        for width_px in WIDTHS_PX:
            await picture(browser, song, width_px, folder)


if __name__ == "__main__":
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    asyncio.run(main(out))
    sys.stdout.write(f"{len(list(out.glob('*.png')))} pictures in {out}/\n")
