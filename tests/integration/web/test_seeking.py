"""A listener who jumps about in a long song: wherever they land, all stems play from the same sample."""

from __future__ import annotations

import numpy as np
import pytest

from tests.browser import WebPage
from tests.integration.web.fake_gateway import FakeGateway
from tests.integration.web.long_song import LongSong
from tests.integration.web.made_song import RATE_HZ
from tests.integration.web.played import assert_is_the_song

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.asyncio(loop_scope="module")]

HOURS = 2.0
SEEKS = 100
FRAMES = 512
SEGMENT_SAMPLES = 4096 * 22
"""Two seconds instead of five: less is made and read of each place."""
FLOAT_EXACT_MAX = 2**24
"""Beyond it a sample's number is no longer exact in 32 bits of floating point, as it is after 380 seconds."""
LATE_S_MAX = 10.0
"""How long after the place a tap may be, on a machine that is busy."""


async def test_stems_are_in_step_after_a_hundred_seeks_in_two_hours(web: WebPage, gateway: FakeGateway) -> None:
    """After each of 100 seeks over two hours, all four stems play bit for bit from the place that was asked for."""
    gateway.song = song = LongSong(HOURS, SEGMENT_SAMPLES)
    await web.drop("Long Night.flac", b"not really audio" * 1000)
    await web.sees_track("Long Night", "separating")
    gateway.release(song.segments)
    await web.open_track("Long Night")
    await web.can_play(HOURS * 3600)
    await web.play()
    places = np.random.default_rng(1).uniform(0, HOURS * 3600 - LATE_S_MAX, SEEKS)
    far = 0
    for at_s in map(float, places):
        await web.seek(at_s)
        await web.plays_past(at_s + 0.02)
        tapped = await web.tap(FRAMES)
        assert 0 <= tapped.sample - round(at_s * RATE_HZ) < LATE_S_MAX * RATE_HZ
        assert_is_the_song(tapped, song)
        far += tapped.sample > FLOAT_EXACT_MAX
    assert far > SEEKS / 2
