"""How much of a page's time other programs took."""

from __future__ import annotations

import dataclasses
import os
import time
from pathlib import Path

from playwright.async_api import Browser


@dataclasses.dataclass(frozen=True)
class Moment:
    """Milliseconds so far."""

    waits_ms: dict[int, float]
    """Of each page's main thread: how long it has stood in line for a CPU."""
    others_ms: float
    """Processor time of all programs on this machine but the browser and this one."""


async def moment(browser: Browser) -> Moment:
    """Now. Where the machine tells nothing of its processors, nobody else has had them."""
    cdp = await browser.new_browser_cdp_session()
    processes = (await cdp.send("SystemInfo.getProcessInfo"))["processInfo"]
    await cdp.detach()
    waits = {process["id"]: _wait_ms(process["id"]) for process in processes if process["type"] == "renderer"}
    ours_s = time.process_time() + sum(process["cpuTime"] for process in processes)
    return Moment(waits, _busy_ms() - ours_s * 1000)


def lost_ms(before: Moment, after: Moment) -> float:
    """How long the page that waited most stood in line because of others: as long as they used a CPU, at the most.

    What the browser's own processes take from each other belongs to the page, here as anywhere.
    """
    waited_ms = max(waited_ms - before.waits_ms.get(process, 0.0) for process, waited_ms in after.waits_ms.items())
    return max(0.0, min(waited_ms, after.others_ms - before.others_ms))


def _wait_ms(process: int) -> float:
    try:
        return int(Path(f"/proc/{process}/schedstat").read_text().split()[1]) / 1e6
    except OSError:
        return 0.0


def _busy_ms() -> float:
    try:
        user, nice, system, _, _, irq, softirq = map(int, Path("/proc/stat").read_text().split()[1:8])
    except OSError:
        return 0.0
    return (user + nice + system + irq + softirq) * 1000 / os.sysconf("SC_CLK_TCK")
