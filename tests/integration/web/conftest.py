"""One browser for the module; a fake gateway and a fresh profile for each test, all in one event loop."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from typing import Protocol

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser import WebPage, chromium
from tests.integration.web.fake_gateway import PASSWORD, FakeGateway
from tests.integration.web.made_song import MadeSong


class OpenPage(Protocol):
    """Opens a tab on the fake gateway."""

    def __call__(self, path: str = "/", *, width_px: int = 1280) -> Awaitable[WebPage]: ...


@pytest.fixture(scope="session")
def song() -> MadeSong:
    return MadeSong(segments=8)


@pytest_asyncio.fixture(loop_scope="module")
async def gateway(song: MadeSong) -> AsyncIterator[FakeGateway]:
    fake = FakeGateway(song)
    async with fake.serving():
        yield fake


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as started:
        yield started


@pytest_asyncio.fixture(loop_scope="module")
async def open_page(browser: Browser, gateway: FakeGateway) -> AsyncIterator[OpenPage]:
    """Opens tabs, each of which must have met no script error in the end."""
    pages: list[WebPage] = []

    async def opened(path: str = "/", *, width_px: int = 1280) -> WebPage:
        pages.append(await WebPage.open(browser, gateway.address, path=path, width_px=width_px))
        return pages[-1]

    yield opened
    for page in pages:
        await page.close()
    assert [page.faults for page in pages if page.faults] == []


@pytest_asyncio.fixture(loop_scope="module")
async def web(open_page: OpenPage) -> WebPage:
    """A signed-in page."""
    page = await open_page()
    await page.sign_up("ada@example.org", PASSWORD)
    return page
