"""What a first visit costs."""

from __future__ import annotations

import gzip

import pytest
from playwright.async_api import expect

from tests.integration.web.conftest import OpenPage
from tests.integration.web.fake_gateway import PASSWORD, WEB

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90), pytest.mark.asyncio(loop_scope="module")]

SCRIPTS_BYTES_MAX = 150_000


async def test_the_scripts_before_the_player_are_small(open_page: OpenPage) -> None:
    """Until a track is opened, at most 150 kB of scripts are loaded, as gzip sends them."""
    web = await open_page()
    await web.sign_up("ada@example.org", PASSWORD)
    await expect(web.page.locator("#list-state")).to_contain_text("No tracks yet")
    names: list[str] = await web.page.evaluate(
        "performance.getEntriesByType('resource').map(it => new URL(it.name).pathname).filter(it => it.endsWith('.js'))"
    )
    loaded = {name for name in names if name.startswith("/assets/")}
    assert loaded
    assert sum(len(gzip.compress((WEB / name[1:]).read_bytes())) for name in loaded) <= SCRIPTS_BYTES_MAX
