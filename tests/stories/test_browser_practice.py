"""A listener's whole way with one song, in a real browser over the whole running stack."""

from __future__ import annotations

import asyncio
import io
import re
import secrets
from pathlib import Path

import httpx
import numpy as np
import pytest
import soundfile
from playwright.async_api import expect

from tests.browser import WebPage, chromium
from tests.stories.house import PATIENCE_S, House, until
from tests.stories.songs import long_song

SONG_S = 60
PASSPHRASE = "a long enough passphrase"
_MOVED_S = """async (least_s) => {
  const player = document.getElementById("player-view");
  const { context } = window.ear;
  const [from_s, at_s] = [player.engine.position_s, context.currentTime];
  while (context.currentTime < at_s + least_s) await new Promise(requestAnimationFrame);
  return (player.engine.position_s - from_s) / (context.currentTime - at_s);
}"""


@pytest.mark.timeout(300)
async def test_a_listener_practises_a_song_and_deletes_it(house: House, tmp_path: Path) -> None:
    """Signed up, a dropped song sounds before it is separated; it is practised, exported, shared and deleted."""
    song = tmp_path / "one minute.flac"
    song.write_bytes(long_song(SONG_S))
    email = f"listener-{secrets.token_hex(6)}@example.com"
    async with chromium() as browser:
        web = await WebPage.open(browser, house.url, deadline_s=60)
        await web.sign_up(email, PASSPHRASE)
        await web.drop_file(song)
        await web.open_track("one minute")
        await web.can_play(5)
        with house.paused("worker"):
            assert await web.playable_s() < SONG_S, "it was separated before it was heard: nothing is proved"
            await web.play()
            await web.sounds()
        await _practise(web)
        await web.sees_ready()
        await _export(web)
        await web.player.get_by_role("button", name="Share", exact=True).click()
        await web.page.get_by_role("button", name="Make a link").click()
        link = re.compile(rf"^{re.escape(house.url)}/#/shared/\S{{32,}}$")
        await expect(web.page.get_by_label("The new link")).to_have_value(link)
        await web.page.keyboard.press("Escape")
        track_id = web.page.url.rpartition("/")[2]
        await web.player.get_by_role("button", name="Delete track").click()
        await web.sees_library()
        await expect(web.track("one minute")).to_have_count(0)
        # It stays for as long as a pointer rests on it, and lies over what the pointer looks for next.
        await web.page.get_by_role("button", name="Dismiss").click()
        await web.sign_out()
        await web.close()
        assert web.faults == []
    _check_gone(house, email, track_id)


async def _practise(web: WebPage) -> None:
    """Solo, seek, loop and another tempo: each as it sounds or moves, not as it is drawn."""
    await web.page.get_by_role("button", name="Solo Drums").click()
    await web.hears([False, True, False, False])
    await web.can_play(9)
    await web.seek(6)
    await web.plays_past(6.1)
    await web.seek(2)
    await web.player.get_by_role("button", name="Set A").click()
    await web.seek(4)
    await web.player.get_by_role("button", name="Set B").click()
    # Both are on a beat where the beats are known already, and then up to half a second elsewhere.
    await expect(web.page.locator("#announcer")).to_contain_text("Repeats 0:0")
    await web.seek(3.2)
    for _ in range(2):
        await web.plays_past(3.4)
        await web.page.wait_for_function("() => document.getElementById('player-view').engine.position_s < 2.8")
    await web.player.get_by_role("button", name="Clear the loop").click()
    await web.player.get_by_role("slider", name="Tempo").fill("80")
    await web.plays_past(5)
    assert 0.7 < float(await web.page.evaluate(_MOVED_S, 1.5)) < 0.9
    await web.sounds()


async def _export(web: WebPage) -> None:
    """The mix as the faders stand, drums alone, is the drums."""
    samples = []
    await web.player.get_by_role("button", name="Download stems").click()
    dialog = web.page.get_by_role("dialog")
    await dialog.get_by_role("radio", name="WAV", exact=True).check()
    for what in ("This mix", "Drums"):
        await dialog.get_by_role("radio", name=what, exact=True).check()
        async with web.page.expect_download() as arriving:
            await dialog.get_by_role("button", name="Download").click()
        data = await asyncio.to_thread(Path(await (await arriving.value).path()).read_bytes)
        samples.append(soundfile.read(io.BytesIO(data), dtype="int16")[0])
    assert len(samples[0]) == SONG_S * 44_100
    np.testing.assert_array_equal(*samples)
    await web.page.keyboard.press("Escape")


def _check_gone(house: House, email: str, track_id: str) -> None:
    with httpx.Client(base_url=house.url, timeout=60) as client:
        account = {"email": email, "password": PASSPHRASE}
        token = client.post("/v1/auth/login", json=account).json()["access_token"]
        asked = {"Authorization": f"Bearer {token}"}
        answer = until(lambda: client.get(f"/v1/tracks/{track_id}", headers=asked), PATIENCE_S, "an answer")
        assert answer.status_code == 404
        assert client.get("/v1/tracks", headers=asked).json()["tracks"] == []
