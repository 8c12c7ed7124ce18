"""The page in a real browser, over the whole running stack."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from tests.browser import Tapped, WebPage, chromium
from tests.paths import BUNDLED_SONG
from tests.stories.house import House
from tests.stories.songs import Samples, integers

STEMS = ("Vocals", "Drums", "Bass", "Other")
SECOND = 44_100


def _played(tapped: Tapped) -> Samples:
    """`[stem, channel, sample]`: whole steps of 16 bits, as every sample of the song is."""
    steps = np.array(tapped.stems)
    np.testing.assert_array_equal(steps, np.rint(steps))
    return steps.astype(np.int64)


def _assert_in_step(taps: Sequence[Tapped], song: Samples) -> None:
    """All stems are from the one place: together they are what was dropped, in every bit."""
    for tapped in taps:
        played = _played(tapped)
        assert np.abs(played).max(axis=(1, 2)).min() > 0, "a stem is silent here: nothing is proved of it"
        np.testing.assert_array_equal(played.sum(axis=0).T, song[tapped.sample : tapped.sample + played.shape[2]])


@pytest.mark.timeout(300)
async def test_song_is_played_while_it_is_separated(house: House, one_minute: bytes, tmp_path: Path) -> None:
    """A one-time link signs in; a dropped song plays in step to the sample before it is done: its stems are it."""
    link = house.command("link").stdout.strip()
    song = tmp_path / "one minute.flac"
    song.write_bytes(one_minute)
    async with chromium() as browser:
        web = await WebPage.open(browser, house.url, path="/" + link.split("/", 3)[3], deadline_s=60)
        await web.sees_library()
        await web.choose(song)
        await web.open_track("one minute")
        # Over the joint of two segments as well.
        await web.can_play(8)
        with house.paused("worker"):
            assert await web.playable_s() < 60, "it was separated before it was listened to: nothing is proved"
            await web.play()
            await web.plays_past(1.0)
            await web.sounds()
            await web.hears([True, True, True, True])
            assert await web.page.locator(".lane h3").all_text_contents() == list(STEMS)
            taps = [await web.tap(SECOND)]
            await web.seek(4.6)
            await web.plays_past(4.65)
            taps.append(await web.tap(SECOND))
        _assert_in_step(taps, integers(one_minute)[0])
        # A minute takes two where the browser and other tests share its cores.
        await web.sees_ready(deadline_s=200)
        assert await web.position_s() > 5
        await web.close_track()
        for number, stem in enumerate(STEMS):
            file = await (await web.download("one minute", stem, "FLAC")).path()
            whole, _ = await asyncio.to_thread(integers, file)
            for tapped in taps:
                played = _played(tapped)[number].T
                np.testing.assert_array_equal(played, whole[tapped.sample : tapped.sample + len(played)])
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
        assert (await (await web.download("First Light", "Stems (zip)", "WAV")).path()).stat().st_size > 1_000_000
        await web.delete("First Light")
        await web.close()
        assert web.faults == []
