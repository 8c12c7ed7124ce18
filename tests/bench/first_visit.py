"""The page's first visit: milliseconds until it can be used, on a cold cache and a CPU four times slower.

Loaded from a gateway that answers at once, so that the figure is the page's own.
"""

from __future__ import annotations

import asyncio
import statistics

from playwright.async_api import Browser, StorageState

from tests.bench.goals import INTERACTIVE_MS_MAX, Goal
from tests.bench.said import say
from tests.browser import WebPage, chromium
from tests.integration.web.fake_gateway import PASSWORD, FakeGateway
from tests.integration.web.made_song import MadeSong
from tests.integration.web.slow_load import ENTRY, LIBRARY, Load, loaded_slowly

LOADS = 9
"""Of each view; the median counts."""


def run() -> list[Goal]:
    """Both views that a visit may begin with."""
    return asyncio.run(_measure())


async def _measure() -> list[Goal]:
    gateway = FakeGateway(MadeSong(segments=1))
    async with gateway.serving(), chromium() as browser:
        web = await WebPage.open(browser, gateway.address)
        await web.sign_up("ada@example.org", PASSWORD)
        known = await web.page.context.storage_state()
        await web.close()
        entry = [await _load(browser, gateway.address, ENTRY, None) for _ in range(LOADS)]
        library = [await _load(browser, gateway.address, LIBRARY, known) for _ in range(LOADS)]
    return [_goal("first visit", entry), _goal("library", library)]


async def _load(browser: Browser, address: str, control: str, known: StorageState | None) -> Load:
    async with loaded_slowly(browser, address, control, known) as (_, load):
        return load


def _goal(name: str, loads: list[Load]) -> Goal:
    say(f"{name}, interactive after ms (lost to other programs): " + _listed(loads))
    figures_ms = [load.interactive_ms for load in loads]
    note = f"median of {len(loads)}, from {min(figures_ms):.0f} to {max(figures_ms):.0f}"
    return Goal(f"{name} interactive", statistics.median(figures_ms), "ms", INTERACTIVE_MS_MAX, note=note)


def _listed(loads: list[Load]) -> str:
    return " ".join(f"{load.interactive_ms:.0f} ({load.lost_ms:.0f})" for load in loads)
