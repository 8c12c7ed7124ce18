"""The network or the server goes away under a page, and comes back."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.async_api import expect

from tests.browser import WebPage, chromium
from tests.stories.house import House, Listener
from tests.stories.slow_uploads import begin_slow_upload
from tests.stories.songs import noise_wav

SONG_S = 12


async def test_an_upload_waits_for_a_lost_network(house: House, listener: Listener, tmp_path: Path) -> None:
    """Offline in mid-upload is said, and when the network is back the song arrives whole, without a click."""
    song = tmp_path / "long.wav"
    song.write_bytes(noise_wav(SONG_S, seed=22))
    async with chromium() as browser:
        web = await WebPage.open(browser, house.url, deadline_s=60)
        await web.sign_in(listener.email, listener.password)
        await begin_slow_upload(web, song, percent_min=30)
        await web.page.context.set_offline(True)
        await expect(web.page.locator("#offline")).to_be_visible()
        await expect(web.upload("long")).to_contain_text(re.compile(r"Waiting at \d+% for the server"))
        await web.page.context.set_offline(False)
        await expect(web.page.locator("#offline")).to_be_hidden()
        await web.sees_track("long", "ready", deadline_s=60)
        await web.close()
        assert web.faults == []
    [track] = listener.http.get("/v1/tracks").json()["tracks"]
    assert track["audio"]["length_samples"] == SONG_S * 44_100


async def test_playing_waits_for_a_lost_network(house: House, musician: Listener) -> None:
    """Offline a track plays on from what is loaded; beyond that it waits, and goes on when the network is back."""
    async with chromium() as browser:
        web = await WebPage.open(browser, house.url, deadline_s=60)
        await web.sign_in(musician.email, musician.password)
        await web.open_track("rehearsal")
        await web.play()
        await web.plays_past(0.5)
        await web.page.context.set_offline(True)
        await web.plays_past(1.5)
        await web.sounds()
        await web.seek(27)
        await web.sees_player("buffering")
        await web.page.context.set_offline(False)
        await web.plays_past(27.5)
        await web.sounds()
        await web.close()
        assert web.faults == []


async def test_a_page_outlives_the_gateway(house: House, musician: Listener, tmp_path: Path) -> None:
    """The gateway is killed while one song plays and another is sent: both go on with the next one by themselves."""
    song = tmp_path / "long.wav"
    song.write_bytes(noise_wav(SONG_S, seed=23))
    async with chromium() as browser:
        web = await WebPage.open(browser, house.url, deadline_s=60)
        await web.sign_in(musician.email, musician.password)
        await begin_slow_upload(web, song, percent_min=10)
        await web.open_track("rehearsal")
        await web.play()
        await web.plays_past(0.5)
        house.kill("gateway")
        await web.seek(27)
        await web.plays_past(27.5)
        await web.slow_uploads(None)
        await web.close_track()
        await web.sees_track("long", "ready", deadline_s=60)
        await web.close()
        assert web.faults == []
