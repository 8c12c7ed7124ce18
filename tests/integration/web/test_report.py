"""What a track came to, on the page."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser import WebPage
from tests.integration.web.fake_gateway import FakeGateway

MINUS = "\N{MINUS SIGN}"
pytestmark = [pytest.mark.browser, pytest.mark.timeout(90), pytest.mark.asyncio(loop_scope="module")]


async def test_a_ready_track_tells_what_it_came_to(web: WebPage, gateway: FakeGateway) -> None:
    """Tempo, key and loudness stand under the title once a track is ready, and its report opens on demand."""
    await web.drop("Night Train.flac", b"not really audio" * 1000)
    await web.sees_track("Night Train", "separating")
    gateway.release(2)
    await web.open_track("Night Train")
    heard, report = web.page.locator(".heard"), web.page.locator(".report")
    await expect(heard).to_be_hidden()
    await expect(report).to_be_hidden()
    gateway.release(gateway.song.segments)
    await expect(heard).to_have_text(f"92 BPM · F♯ minor · {MINUS}14.2 LUFS")
    await report.locator("summary").click()
    await expect(report).to_contain_text("equals the upload in every sample")
    await expect(report).to_contain_text("12 samples of the upload; stems: Drums 3")
    await expect(report).to_contain_text(f"{MINUS}31.5 dB, spread over the stems")
    await expect(report).to_contain_text("3.1 s of CPU, 4.0 s by the clock, taken up 2 times")
    await expect(report).to_contain_text("Quartet: vocals, drums, bass and other, on CPU")
    await expect(report).to_contain_text("quartet, version")
    await expect(report).to_contain_text("ab" * 32)
