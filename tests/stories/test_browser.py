"""The page in a real browser, over the whole running stack."""

from __future__ import annotations

import secrets
from pathlib import Path

from tests.browser import WebPage, chromium
from tests.paths import BUNDLED_SONG
from tests.stories.house import House


async def test_song_is_played_while_it_is_separated(house: House, four_minutes: bytes, tmp_path: Path) -> None:
    """A one-time link signs in; a song that is dropped plays in step before it is done, and its stems download."""
    link = house.command("link").stdout.strip()
    song = tmp_path / "four minutes.flac"
    song.write_bytes(four_minutes)
    async with chromium() as browser:
        web = await WebPage.open(browser, house.url, path="/" + link.split("/", 3)[3], deadline_s=60)
        await web.sees_library()
        await web.choose(song)
        await web.open_track("four minutes")
        await web.can_play(5)
        growing = await web.playable_s()
        await web.play()
        await web.plays_past(1.0)
        assert growing < 240
        await web.sounds()
        await web.hears([True, True, True, True])
        await web.can_play(239)
        assert await web.position_s() > 1
        await web.close()
        assert web.faults == []


async def test_stems_are_downloaded_and_the_song_deleted(house: House, tmp_path: Path) -> None:
    """A listener signs up in the page, sends a song, downloads a stem and all of them, and deletes the song."""
    song = tmp_path / "First Light.ogg"
    song.write_bytes(BUNDLED_SONG.read_bytes())
    async with chromium() as browser:
        web = await WebPage.open(browser, house.url, deadline_s=60)
        await web.sign_up(f"listener-{secrets.token_hex(6)}@example.com", "a long enough passphrase")
        await web.choose(song)
        await web.sees_track("First Light", "ready", deadline_s=60)
        assert (await (await web.download("First Light", "Vocals", "FLAC")).path()).stat().st_size > 100_000
        assert (await (await web.download("First Light", "All stems (zip)", "WAV")).path()).stat().st_size > 1_000_000
        await web.delete("First Light")
        await web.close()
        assert web.faults == []
