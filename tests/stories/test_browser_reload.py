"""A page that is loaded again in the middle of something."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Request, expect

from tests.browser import WebPage, chromium
from tests.stories.house import House, Listener
from tests.stories.slow_uploads import begin_slow_upload
from tests.stories.songs import noise_wav

SONG_S = 12
UNLOADING_S_MAX = 3.0


async def test_an_upload_goes_on_where_the_server_has_it(house: House, listener: Listener, tmp_path: Path) -> None:
    """Reloaded in mid-upload, the page names the song, and the same file is sent from the server's offset on."""
    song = tmp_path / "long.wav"
    song.write_bytes(noise_wav(SONG_S, seed=21))
    async with chromium() as browser:
        web = await WebPage.open(browser, house.url, deadline_s=60)
        await web.sign_in(listener.email, listener.password)
        await begin_slow_upload(web, song, percent_min=30)
        web.page.on("dialog", lambda dialog: dialog.accept())
        await web.page.reload()
        await expect(web.upload("long")).to_contain_text("Interrupted at")
        await web.slow_uploads(None)
        offsets: list[int] = []
        web.page.on("request", lambda request: offsets.extend(_offset_of(request)))
        await web.choose(song)
        await web.sees_track("long", "ready", deadline_s=60)
        assert 0 < offsets[0] < song.stat().st_size
        await web.close()
        assert web.faults == []
    [track] = listener.http.get("/v1/tracks").json()["tracks"]
    assert track["audio"]["length_samples"] == SONG_S * 44_100


def _offset_of(request: Request) -> list[int]:
    return [int(request.headers["upload-offset"])] if request.method == "PATCH" else []


async def test_the_player_comes_back_at_its_place_with_its_mix(house: House, musician: Listener) -> None:
    """Left or reloaded while it plays, a track is where it was, with its mix, loop and tempo, and plays on there."""
    async with chromium() as browser:
        web = await WebPage.open(browser, house.url, deadline_s=60)
        await web.sign_in(musician.email, musician.password)
        await web.open_track("rehearsal")
        await web.can_play(29.9)
        await web.seek(4)
        await web.player.get_by_role("button", name="Set A").click()
        await web.seek(12)
        await web.player.get_by_role("button", name="Set B").click()
        await web.player.get_by_role("slider", name="Tempo").fill("90")
        await web.page.get_by_role("button", name="Mute Vocals").click()
        await web.page.get_by_role("slider", name="Volume of Drums").fill("50")
        await web.seek(6)
        await web.play()
        await web.plays_past(6.5)
        await web.sounds()
        left_s = await web.position_s()
        await web.page.reload()
        await web.can_play(29.9)
        # It played on until it was left.
        assert left_s - 0.5 <= await web.position_s() <= left_s + UNLOADING_S_MAX
        await expect(web.page.get_by_role("button", name="Mute Vocals")).to_have_attribute("aria-pressed", "true")
        await expect(web.page.locator("[data-stem=drums]")).to_have_attribute("data-gain", "0.2500")
        await expect(web.player.get_by_role("slider", name="Tempo")).to_have_value("90")
        await expect(web.player.get_by_label("Repeat between A and B")).to_have_attribute("aria-pressed", "true")
        await web.play()
        await web.plays_past(await web.position_s() + 0.5)
        await web.sounds()
        await web.hears([False, True, True, True])
        left_s = await web.position_s()
        await web.close_track()
        await web.open_track("rehearsal")
        await web.can_play(29.9)
        assert left_s <= await web.position_s() <= left_s + UNLOADING_S_MAX
        await web.close()
        assert web.faults == []
