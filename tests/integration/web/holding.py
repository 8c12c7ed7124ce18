"""What a page asks for, held on its way: for what happens meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from playwright.async_api import Locator, Page, Route, expect


@contextlib.asynccontextmanager
async def held(page: Page, address: str, method: str = "POST") -> AsyncIterator[None]:
    """What is asked there while the block runs arrives when it ends."""
    over = asyncio.Event()

    async def hold(route: Route) -> None:
        if route.request.method == method:
            await over.wait()
        await route.continue_()

    await page.route(address, hold)
    try:
        yield
    finally:
        over.set()


async def is_not_closed(dialog: Locator) -> None:
    """By nothing that closes a dialog: its own two buttons, the key, and a press beside it."""
    for _ in range(3):
        await dialog.page.keyboard.press("Escape")
    await dialog.page.mouse.click(5, 5)
    for name in ("Close", "Cancel"):
        # What does nothing now says so, and can be pressed all the same.
        await dialog.get_by_role("button", name=name).click(force=True)
    await expect(dialog).to_be_visible()
