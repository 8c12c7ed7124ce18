"""What the page holds does not grow with what it is given."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.browser import WebPage
from tests.integration.web.fake_gateway import FakeGateway
from tests.integration.web.long_song import LongSong
from tests.integration.web.page_memory import Held, PageMemory

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120), pytest.mark.asyncio(loop_scope="module")]

HOURS = 2.0
PLAYING_BYTES_MAX = 150_000_000
FILE_BYTES = 2 * 1024**3
SENDING_BYTES_MAX = 8_000_000
"""That the page may hold more at any time of an upload than at its beginning: less than one piece of the file."""
Record = Callable[[str, object], None]
_STRETCHERS = "document.getElementById('player-view').engine.stretchers_bytes"


@pytest.mark.parametrize(("tempo", "pitch"), [(100, 0), (80, -2)], ids=["as-recorded", "slower-and-lower"])
async def test_a_track_of_two_hours_plays_in_150_megabytes(
    web: WebPage, gateway: FakeGateway, record_property: Record, tempo: int, pitch: int
) -> None:
    """Scripts, sound and WebAssembly of a two-hour track stay under 150 MB, wherever and however it is played."""
    gateway.song = song = LongSong(HOURS)
    await web.drop("Long Night.flac", b"not really audio" * 1000)
    await web.sees_track("Long Night", "separating")
    gateway.release(song.segments)
    held: list[Held] = []
    async with PageMemory.opened(web.page) as memory:
        await web.open_track("Long Night")
        await web.can_play(HOURS * 3600)
        await web.player.get_by_role("slider", name="Tempo").fill(str(tempo))
        await web.player.get_by_role("slider", name="Pitch").fill(str(pitch))
        await web.play()
        for at_s in np.random.default_rng(3).uniform(0, HOURS * 3600 - 60, 6):
            await web.seek(float(at_s))
            await web.plays_past(float(at_s) + 0.1)
            await web.loads_ahead()
            stretchers_bytes = int(await web.page.evaluate(_STRETCHERS))
            assert stretchers_bytes > 0
            now = await memory.held()
            held.append(dataclasses.replace(now, assembly_bytes=now.assembly_bytes + stretchers_bytes))
        assert memory.threads == 2
    await web.sounds()
    most = max(held, key=lambda each: each.bytes)
    record_property("held", str(most))
    # Decoded sound is among what was counted, and so is the decoder: else this would prove nothing.
    assert most.buffers_bytes > 15_000_000
    assert most.assemblies >= 1
    assert most.bytes < PLAYING_BYTES_MAX, most
    # And the last place costs no more than the first did.
    assert held[-1].bytes < held[0].bytes + 10_000_000, [str(each) for each in held]


async def test_an_upload_of_two_gigabytes_does_not_grow_the_page(
    web: WebPage, gateway: FakeGateway, tmp_path: Path, record_property: Record
) -> None:
    """A file of 2 GB is sent in pieces of which the page holds none: at its end it holds what it held before."""
    gateway.is_discarding = True
    concert = tmp_path / "Long Concert.wav"
    with concert.open("wb") as file:
        file.truncate(FILE_BYTES)
    async with PageMemory.opened(web.page) as memory:
        await web.choose(concert)
        held: list[Held] = []
        for percent in (10, 30, 50, 70, 90):
            await web.sends(concert.name, percent)
            held.append(await memory.held())
        await web.sees_track("Long Concert", "separating", deadline_s=60)
        held.append(await memory.held())
    assert len(gateway.uploads["upl_1"]) == FILE_BYTES
    record_property("held", [str(each) for each in held])
    assert max(each.bytes for each in held) < held[0].bytes + SENDING_BYTES_MAX, [str(each) for each in held]
