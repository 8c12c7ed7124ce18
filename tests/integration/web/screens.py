"""`make screens`: a picture of every view, at three widths, light and dark, for eyes that look for overlap.

python -m tests.integration.web.screens FOLDER
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from playwright.async_api import Browser

from tests.browser import WebPage, chromium
from tests.integration.web.fake_gateway import FakeGateway
from tests.integration.web.made_song import MadeSong
from tests.integration.web.views import WIDTHS_PX, themed, walk


async def pictures(browser: Browser, song: MadeSong, width_px: int, folder: Path) -> None:
    """Every view at one width, in both themes."""
    gateway = FakeGateway(song)
    async with gateway.serving():
        web = await WebPage.open(browser, gateway.address, width_px=width_px)

        async def look(view: str) -> None:
            async for theme in themed(web):
                await web.page.screenshot(path=folder / f"{view}-{width_px}-{theme}.png", full_page=True)

        await walk(web, gateway, look)
        await web.close()


async def main(folder: Path) -> None:
    """All of them."""
    song = MadeSong(segments=8)
    async with chromium() as browser:
        for width_px in WIDTHS_PX:
            await pictures(browser, song, width_px, folder)


if __name__ == "__main__":
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    asyncio.run(main(out))
    sys.stdout.write(f"{len(list(out.glob('*.png')))} pictures in {out}/\n")
