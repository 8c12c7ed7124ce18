"""What does not fit in the view that is shown."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from tests.browser import PHONE_WIDTH_PX_MAX, WebPage

_LAYOUT = Path(__file__).with_name("layout.js").read_text()


async def misfits(web: WebPage, width_px: int) -> list[str]:
    """Wider than its window, cut off, one over the other, or too small to be hit: a line for each."""
    asked = {"width_px": width_px, "isTouch": width_px < PHONE_WIDTH_PX_MAX}
    return cast(list[str], await web.page.evaluate(_LAYOUT, asked))
