"""The page on a cold cache and a middling phone's CPU: what it costs until it can be used."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import AsyncIterator
from typing import Any

from playwright.async_api import Browser, Page, StorageState

from tests.integration.web.contention import lost_ms, moment

SLOWER = 4
"""A middling phone, by Chromium's throttle."""
ENTRY = "#entry-form button[type=submit]"
"""What a stranger is shown first."""
LIBRARY = "#choose"
"""What somebody who is signed in is shown first."""

# When the control is there to be used, and every stretch of 50 ms and more in which nothing could be asked of the page.
_WATCH = """(selector) => {
  const told = (window.told = { painted_ms: 0, shown_ms: 0, busy: [] });
  new PerformanceObserver((list) => {
    told.painted_ms ||= list.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0;
  }).observe({ type: "paint", buffered: true });
  new PerformanceObserver((list) => {
    told.busy.push(...list.getEntries().map(({ startTime, duration }) => [startTime, startTime + duration]));
  }).observe({ type: "longtask", buffered: true });
  const look = () => {
    if (document.querySelector(selector)?.checkVisibility()) told.shown_ms = performance.now();
    else requestAnimationFrame(look);
  };
  look();
}"""

# Nothing kept it busy for a second.
_RESTS = """() => {
  const { painted_ms, shown_ms, busy } = window.told;
  return performance.now() - Math.max(painted_ms, shown_ms, ...busy.map(([, end_ms]) => end_ms)) > 1000;
}"""


@dataclasses.dataclass(frozen=True)
class Load:
    """Milliseconds since the navigation began."""

    painted_ms: float
    shown_ms: float
    busy: list[list[float]]
    lost_ms: float
    """How long the page was ready to go on and other programs, no part of the browser, had the CPU."""

    @property
    def interactive_ms(self) -> float:
        """Painted, the control there, and no task of 50 ms and more left to wait for; on a machine of its own."""
        return max([self.painted_ms, self.shown_ms, *(end_ms for _, end_ms in self.busy)]) - self.lost_ms


@contextlib.asynccontextmanager
async def loaded_slowly(
    browser: Browser, address: str, control: str, known: StorageState | None = None
) -> AsyncIterator[tuple[Page, Load]]:
    """The page, loaded with nothing in its cache on a slow machine until it rests; `control` is a selector."""
    context = await browser.new_context(storage_state=known)
    page = await context.new_page()
    cdp = await context.new_cdp_session(page)
    await cdp.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    await page.add_init_script(f"({_WATCH})({control!r})")
    # The browser's own picker, which asks a person, and nobody is there: a plain file input is heard of.
    await page.add_init_script("delete window.showOpenFilePicker")
    before = await moment(browser)
    await page.goto(address, wait_until="commit")
    await page.wait_for_function("() => window.told?.painted_ms && told.shown_ms")
    after = await moment(browser)
    # The other pages do nothing meanwhile. What this one may have waited for since it was shown does not count.
    late_ms: float = await page.evaluate("performance.now() - Math.max(told.painted_ms, told.shown_ms)")
    await page.wait_for_function(_RESTS)
    told: dict[str, Any] = await page.evaluate("told")
    yield page, Load(**told, lost_ms=max(0.0, lost_ms(before, after) - late_ms))
    await context.close()
