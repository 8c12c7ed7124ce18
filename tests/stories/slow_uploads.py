"""An upload that takes long enough for something to happen to it."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.async_api import expect

from tests.browser import WebPage

UPLOAD_BYTES_PER_S = 600_000


async def begin_slow_upload(web: WebPage, song: Path, *, percent_min: int) -> None:
    """Choose the song on a slow line, and return once so much of it, in tens, is said to be sent."""
    await web.slow_uploads(UPLOAD_BYTES_PER_S)
    await web.choose(song)
    sent = re.compile(rf"Uploading [{percent_min // 10}-9]\d%")
    await expect(web.upload(song.stem)).to_contain_text(sent)
