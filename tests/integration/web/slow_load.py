"""The page on a cold cache and a middling phone's CPU: what it costs until it can be used."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import AsyncIterator
from typing import Any

from playwright.async_api import Browser, CDPSession, Page, StorageState

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
  const until = (is) =>
    new Promise((resolve) => {
      const look = () => (is() ? resolve() : requestAnimationFrame(look));
      look();
    });
  new PerformanceObserver((list) => {
    told.painted_ms ||= list.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0;
  }).observe({ type: "paint", buffered: true });
  new PerformanceObserver((list) => {
    told.busy.push(...list.getEntries().map(({ startTime, duration }) => [startTime, startTime + duration]));
  }).observe({ type: "longtask", buffered: true });
  const isShown = () => document.querySelector(selector)?.checkVisibility();
  const shown = until(isShown).then(() => void (told.shown_ms = performance.now()));
  window.isThere = shown.then(() => until(() => told.painted_ms));
  // Nothing kept it busy for a second.
  window.rests = () =>
    until(() => performance.now() - Math.max(told.painted_ms, told.shown_ms, ...told.busy.flat()) > 1000);
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
    await _asked(cdp, "isThere")
    after = await moment(browser)
    # The other pages do nothing meanwhile. What this one may have waited for since it was shown does not count.
    late_ms: float = await _asked(cdp, "performance.now() - Math.max(told.painted_ms, told.shown_ms)")
    await _asked(cdp, "rests()")
    told: dict[str, Any] = await _asked(cdp, "told")
    yield page, Load(**told, lost_ms=max(0.0, lost_ms(before, after) - late_ms))
    await context.close()


async def _asked(cdp: CDPSession, expression: str) -> Any:
    """Asked of the browser itself: the driver's own way gives the page 300 kB of scripts in the midst of its load."""
    asked = {"expression": expression, "awaitPromise": True, "returnByValue": True}
    return (await cdp.send("Runtime.evaluate", asked))["result"].get("value")
