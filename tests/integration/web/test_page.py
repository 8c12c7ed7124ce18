"""The browser client in a real Chromium, against a small gateway over real HTTP."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest
from playwright.async_api import Download, expect

from tests.browser import WebPage
from tests.integration.web.conftest import OpenPage
from tests.integration.web.fake_gateway import LINK_CODE, PASSWORD, FakeGateway
from tests.integration.web.made_song import RATE_HZ, SEGMENT_SAMPLES, MadeSong
from tests.integration.web.played import assert_is_the_song

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90), pytest.mark.asyncio(loop_scope="module")]

SEGMENT_S = SEGMENT_SAMPLES / RATE_HZ


async def _upload(web: WebPage, gateway: FakeGateway, name: str = "Night Train.flac", segments: int = 0) -> None:
    await web.drop(name, b"not really audio" * 1000)
    await web.sees_track(name.rpartition(".")[0], "separating")
    if segments:
        gateway.release(segments)


async def _saved(download: Download) -> bytes:
    return await asyncio.to_thread(Path(await download.path()).read_bytes)


async def test_plays_while_the_rest_is_still_coming(web: WebPage, gateway: FakeGateway) -> None:
    """A song plays as far as it is separated, waits there, goes on by itself, and ends at its end."""
    await _upload(web, gateway)
    await expect(web.track("Night Train")).to_contain_text("Waiting: 2 songs ahead of yours")
    gateway.release(2)
    await expect(web.track("Night Train")).to_contain_text("Separating 25%")
    await web.open_track("Night Train")
    await web.play()
    await web.plays_past(0.5)
    await web.sees_player("waiting")
    assert await web.position_s() == pytest.approx(2 * SEGMENT_S, abs=0.002)
    gateway.release(gateway.song.segments)
    await web.plays_past(3.0)
    await web.seek(gateway.song.samples / RATE_HZ - 0.7)
    await web.sees_player("ended")
    assert await web.position_s() == pytest.approx(gateway.song.samples / RATE_HZ, abs=0.002)
    await web.close_track()
    await web.sees_track("Night Train", "ready")


async def test_stems_play_in_step_and_segments_join_sample_by_sample(web: WebPage, gateway: FakeGateway) -> None:
    """What the mixer plays of each stem is the song itself, bit for bit, across the joints of segments."""
    await _upload(web, gateway, segments=4)
    await web.open_track("Night Train")
    await web.play()
    await web.plays_past(0.2)
    tapped = await web.tap(SEGMENT_SAMPLES + 1000)
    assert tapped.sample // SEGMENT_SAMPLES < (tapped.sample + SEGMENT_SAMPLES + 1000) // SEGMENT_SAMPLES
    assert_is_the_song(tapped, gateway.song)


async def test_loads_fifteen_seconds_ahead_and_no_more(web: WebPage, gateway: FakeGateway) -> None:
    """However long the song, what is loaded ahead of the listener is bounded; a seek loads from there."""
    gateway.song = MadeSong(segments=200)
    gateway.song.pcm("vocals", 0, 1)  # made now, while nobody waits for it
    await _upload(web, gateway, segments=200)
    await web.open_track("Night Train")
    await web.play()
    await web.plays_past(0.5)
    await web.seek(150.0)
    await web.plays_past(150.5)
    asked = {int(line.rpartition("/")[2]) for line in gateway.asked if "/segments/" in line}
    first = int(150 / SEGMENT_S)
    assert {0, 1, first, first + 1} <= asked
    assert asked <= set(range(int(16 / SEGMENT_S) + 1)) | set(range(first, int(167 / SEGMENT_S) + 1))


async def test_mute_solo_and_volume_change_what_sounds(web: WebPage, gateway: FakeGateway) -> None:
    """Mute silences a stem, solo all others, volume scales it; keys 1 to 4 and Shift do the same."""
    await _upload(web, gateway, segments=gateway.song.segments)
    await web.open_track("Night Train")
    await web.play()
    await web.hears([True, True, True, True])
    await web.page.get_by_role("button", name="Mute Vocals").click()
    await web.hears([False, True, True, True])
    await expect(web.page.get_by_role("button", name="Mute Vocals")).to_have_attribute("aria-pressed", "true")
    await web.page.get_by_role("button", name="Solo Bass").click()
    await web.hears([False, False, True, False])
    await web.page.keyboard.press("Shift+Digit4")
    await web.hears([False, False, True, True])
    await web.page.keyboard.press("Shift+Digit4")
    await web.page.keyboard.press("Shift+Digit3")
    await web.page.keyboard.press("1")
    await web.hears([True, True, True, True])
    await web.page.get_by_role("slider", name="Volume of Drums").fill("50")
    await expect(web.page.locator("[data-stem=drums]")).to_have_attribute("data-gain", "0.2500")
    await web.plays_past(await web.position_s() + 0.2)
    tapped = await web.tap(512)
    made = gateway.song.pcm("drums", tapped.sample, tapped.sample + 512)
    np.testing.assert_allclose(np.array(tapped.stems[1]).T, made * 0.25, atol=1e-3)


async def test_keys_play_pause_and_step(web: WebPage, gateway: FakeGateway) -> None:
    """Space plays and pauses where it is; the arrows step five seconds and stop at the ends."""
    await _upload(web, gateway, segments=gateway.song.segments)
    await web.open_track("Night Train")
    await web.page.keyboard.press("Space")
    await web.plays_past(0.3)
    await web.page.keyboard.press("Space")
    await web.sees_player("paused")
    paused_s = await web.position_s()
    await web.page.keyboard.press("ArrowRight")
    assert await web.position_s() == pytest.approx(paused_s + 5, abs=0.1)
    await web.page.keyboard.press("ArrowLeft")
    await web.page.keyboard.press("ArrowLeft")
    assert await web.position_s() == 0
    await web.page.keyboard.press("Space")
    await web.plays_past(0.1)


async def test_a_seek_beyond_what_is_playable_says_so(web: WebPage, gateway: FakeGateway) -> None:
    """A seek past the last made segment goes to its end and says how much can be played."""
    await _upload(web, gateway, segments=3)
    await web.open_track("Night Train")
    await web.can_play(3 * SEGMENT_S - 0.01)
    await web.seek(7.0)
    assert await web.position_s() == pytest.approx(3 * SEGMENT_S, abs=0.001)
    await expect(web.page.locator("#announcer")).to_contain_text("Only the first 0:03 can be played so far.")
    await web.play()
    await web.sees_player("waiting")
    gateway.release(5)
    await web.plays_past(3 * SEGMENT_S + 0.2)
    assert_is_the_song(await web.tap(512), gateway.song)


async def test_a_broken_upload_goes_on_where_it_was(web: WebPage, gateway: FakeGateway) -> None:
    """What a failed request left behind is asked for and kept: the bytes arrive once, in order."""
    gateway.keeps_of_next_patch = 5000
    data = bytes(range(256)) * 50
    await web.drop("Ünïcode 夜.wav", data)
    await web.sees_track("Ünïcode 夜", "separating")
    assert gateway.uploads["upl_1"] == data
    assert gateway.asked.count("PATCH /v1/uploads/upl_1") == 2


async def test_an_upload_resumes_after_a_reload(web: WebPage, gateway: FakeGateway, tmp_path: Path) -> None:
    """After a reload the interrupted song is named, and the same file goes on in the same upload."""
    gateway.keeps_of_next_patch = 7000
    gateway.breaks_patches = True
    path = tmp_path / "Long Way.wav"
    path.write_bytes(b"abcdefgh" * 2000)
    await web.choose(path)
    await web.page.wait_for_function("() => Object.keys(localStorage).some(key => key.includes('Long Way'))")
    await expect(web.upload("Long Way")).to_contain_text("43%")
    gateway.breaks_patches, gateway.keeps_of_next_patch = False, None
    web.page.on("dialog", lambda dialog: dialog.accept())
    await web.page.reload()
    await expect(web.upload("Long Way")).to_contain_text("Interrupted")
    await web.choose(path)
    await web.sees_track("Long Way", "separating")
    assert gateway.uploads["upl_1"] == path.read_bytes()
    assert len(gateway.uploads) == 1
    await expect(web.page.locator(".upload-row")).to_have_count(0)


async def test_a_refused_file_says_why(web: WebPage, gateway: FakeGateway) -> None:
    """The server's reason and advice stand in the file's row, and other files go on."""
    gateway.refusal = (422, "This is a picture, not audio.")
    await web.drop("cat.mp3", b"GIF89a")
    await expect(web.upload("cat.mp3")).to_contain_text("This is a picture, not audio. Choose another file.")
    await expect(web.upload("cat.mp3").get_by_role("button", name="Try again")).to_be_hidden()
    await web.drop("empty.wav", b"")
    await expect(web.upload("empty.wav")).to_contain_text("This file is empty.")
    gateway.refusal = None
    await web.drop("song.mp3", b"ID3")
    await web.sees_track("song", "separating")
    await web.upload("cat.mp3").get_by_role("button", name="Remove").click()
    await expect(web.upload("cat.mp3")).to_have_count(0)


async def test_downloads_each_stem_and_all(web: WebPage, gateway: FakeGateway) -> None:
    """Every stem in every format and a zip of all can be saved; a refusal is shown, never saved."""
    await _upload(web, gateway, segments=gateway.song.segments)
    await web.sees_track("Night Train", "ready")
    stem = await web.download("Night Train", "Drums", "WAV")
    assert await _saved(stem) == b"drums.wav"
    bundle = await web.download("Night Train", "Stems (zip)", "FLAC")
    assert await _saved(bundle) == b"all.flac.zip"
    gateway.refusal = (409, "The track is being deleted.")
    await web.open_download("Night Train")
    await web.page.get_by_role("radio", name="Bass", exact=True).check()
    await web.page.get_by_role("dialog").get_by_role("button", name="Download").click()
    await expect(web.page.locator("#downloads-problem")).to_contain_text("The track is being deleted.")


async def test_a_stem_file_is_offered_where_the_server_makes_one(web: WebPage, gateway: FakeGateway) -> None:
    """Songs of four, five and six stems come as a file for DJs; those of two, or of others than it holds, do not."""
    offers: dict[tuple[str, ...], bool] = {
        ("vocals", "drums", "bass", "other"): True,
        ("kick", "snare", "toms", "cymbals"): True,
        ("vocals", "drums", "bass", "guitar", "other"): True,
        ("drums", "bass", "other", "vocals", "guitar", "piano"): True,
        ("vocals", "instrumental"): False,
        ("lead_vocals", "backing_vocals", "drums", "bass", "other"): False,
    }
    for number, (stems, is_offered) in enumerate(offers.items()):
        gateway.stems = stems
        await _upload(web, gateway, f"Song {number}.flac", segments=gateway.song.segments)
        await web.open_download(f"Song {number}")
        await expect(web.page.get_by_role("radio", name="For DJs")).to_have_count(int(is_offered))
        for stem in stems:
            await expect(web.page.locator(f"#downloads-rows input[value='stem:{stem}']")).to_have_count(1)
        await web.page.get_by_role("dialog").get_by_role("button", name="Close").first.click()


async def test_a_deletion_can_be_taken_back(web: WebPage, gateway: FakeGateway) -> None:
    """A deleted track leaves the list at once, comes back by Undo, and is erased when nobody takes it back."""
    await _upload(web, gateway, segments=2)
    await web.delete("Night Train")
    await web.page.get_by_role("button", name="Undo").click()
    await expect(web.track("Night Train")).to_have_count(1)
    assert len(gateway.tracks) == 1
    await web.delete("Night Train")
    await expect(web.page.locator("#list-state")).to_contain_text("No tracks yet")
    await web.sign_out()
    assert gateway.tracks == {}


async def test_cancels_and_retries(web: WebPage, gateway: FakeGateway) -> None:
    """A separation can be stopped and begun again, and a failed one says why."""
    await _upload(web, gateway, segments=1)
    await web.page.get_by_role("button", name="Cancel Night Train").click()
    await web.sees_track("Night Train", "cancelled")
    await web.page.get_by_role("button", name="Try again with Night Train").click()
    await web.sees_track("Night Train", "separating")
    gateway.end_tracks("failed", "The model gave up.")
    await web.sees_track("Night Train", "failed")
    await expect(web.track("Night Train")).to_contain_text("The model gave up. Nothing was charged.")


async def test_many_tracks_at_once_leave_room_for_playing(web: WebPage, gateway: FakeGateway) -> None:
    """Six songs on their way take two event streams; the others move with the list, and the first still plays."""
    for number in range(6):
        await _upload(web, gateway, f"Song {number}.flac")
    gateway.release(2)
    await expect(web.track("Song 5")).to_contain_text("playable to 0:02")
    titles = await web.page.locator(".track-row .row-title").all_text_contents()
    assert titles == [f"Song {number}" for number in (5, 4, 3, 2, 1, 0)]
    await web.open_track("Song 5")
    await web.play()
    await web.plays_past(0.3)


async def test_titles_are_text(web: WebPage, gateway: FakeGateway) -> None:
    """A title that is markup is shown as it is written."""
    name = "<img src=x onerror=document.title='owned'>"
    await _upload(web, gateway, f"{name}.flac", segments=1)
    await web.open_track(name)
    await expect(web.page.get_by_role("heading", name=name)).to_be_visible()
    assert await web.page.locator("#content img").count() == 0


async def test_a_refused_sign_in_says_why(open_page: OpenPage) -> None:
    """A wrong password, and a malformed address, are named beside the form."""
    web = await open_page()
    await web.fill_entry("ada@example.org", "wrong", "Sign in")
    await expect(web.page.get_by_role("alert")).to_have_text("The address or the password is wrong. Check both.")
    await web.fill_entry("ada", PASSWORD, "Sign in")
    await expect(web.page.get_by_role("alert")).to_contain_text("Enter an e-mail address")
    await web.sign_in("ada@example.org", PASSWORD)
    await web.sign_out()
    await web.page.reload()
    await expect(web.page.get_by_role("heading", name="Sign in")).to_be_visible()


async def test_a_link_signs_in_once_and_leaves_the_address(open_page: OpenPage, gateway: FakeGateway) -> None:
    """A one-time link signs in, its code is gone from address and history; a spent one says so."""
    web = await open_page(path=f"/#/link/{LINK_CODE}")
    await web.sees_library()
    assert web.page.url == f"{gateway.address}/#/"
    spent = await open_page(path="/#/link/spent")
    await expect(spent.page.get_by_role("alert")).to_contain_text("This link was used or has run out.")
    assert "spent" not in spent.page.url


async def test_an_expired_token_is_renewed_once(web: WebPage, gateway: FakeGateway) -> None:
    """However many requests meet the expired token, the session is renewed once; a lost session asks to sign in."""
    await _upload(web, gateway, segments=1)
    gateway.is_access_stale = True
    await web.open_track("Night Train")
    await web.play()
    await web.plays_past(0.2)
    assert gateway.refreshes == 1
    await web.page.context.clear_cookies()
    await web.page.get_by_role("button", name="Cancel separation").click()
    await expect(web.page.get_by_role("alert").first).to_have_text("Your session has ended. Sign in again.")


async def test_a_first_visit_asks_for_no_account(open_page: OpenPage, gateway: FakeGateway) -> None:
    """Before anybody signed in nothing is asked; afterwards a reload finds the account, until the sign-out."""
    web = await open_page()
    await expect(web.page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert gateway.asked == []
    await web.sign_in("ada@example.org", PASSWORD)
    await web.page.reload()
    await web.sees_library()
    await web.sign_out()
    asked = len(gateway.asked)
    await web.page.reload()
    await expect(web.page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert len(gateway.asked) == asked


async def test_tells_plan_minutes_and_when_a_track_was_added(web: WebPage, gateway: FakeGateway) -> None:
    """The corner names the plan and what is left of it, less after a song; a row tells its length and its day."""
    await expect(web.page.locator("#account-plan")).to_have_text("Free")
    await expect(web.page.locator("#account-left")).to_have_text("60 min left")
    await _upload(web, gateway, segments=gateway.song.segments)
    await web.sees_track("Night Train", "ready")
    await expect(web.page.locator("#account-left")).to_have_text("55 min left")
    await expect(web.track("Night Train").locator(".row-length")).to_contain_text("0:08")
    await expect(web.track("Night Train").locator("time")).to_contain_text("2024")


async def test_a_reload_goes_on_where_the_listener_was(web: WebPage, gateway: FakeGateway) -> None:
    """Position, volumes, mutes and solos of a track outlive a reload, and nothing of them its deletion."""
    await _upload(web, gateway, segments=gateway.song.segments)
    await web.open_track("Night Train")
    await web.can_play(5.0)
    await web.seek(4.0)
    await web.page.get_by_role("button", name="Mute Vocals").click()
    await web.page.get_by_role("slider", name="Volume of Drums").fill("50")
    await web.page.reload()
    await web.can_play(5.0)
    assert await web.position_s() == pytest.approx(4.0, abs=0.01)
    await expect(web.page.get_by_role("button", name="Mute Vocals")).to_have_attribute("aria-pressed", "true")
    await expect(web.page.locator("[data-stem=drums]")).to_have_attribute("data-gain", "0.2500")
    await web.play()
    await web.plays_past(4.2)
    await web.hears([False, True, True, True])
    await web.close_track()
    await web.delete("Night Train")
    await web.sign_out()
    assert gateway.tracks == {}
    assert "trk_1" not in str(await web.page.evaluate("localStorage.getItem('stripsession.players')"))


async def test_fits_a_phone(open_page: OpenPage, gateway: FakeGateway) -> None:
    """At 360 pixels nothing is wider than the screen, in the library and in the player."""
    web = await open_page(width_px=360)
    await web.sign_up("ada@example.org", PASSWORD)
    await expect(web.page.get_by_text("Drop songs here")).to_be_hidden()
    await _upload(web, gateway, "A very long title of a song that goes on and on without a break.flac", segments=3)
    fits = "document.documentElement.scrollWidth <= 360"
    assert await web.page.evaluate(fits)
    await web.open_track("A very long title")
    assert await web.page.evaluate(fits)
    targets = "[...document.querySelectorAll('#player-view :is(button, input)')].filter(it => it.offsetParent)"
    heights: list[float] = await web.page.evaluate(targets + ".map(it => it.getBoundingClientRect().height)")
    assert min(heights) >= 44
    await web.page.get_by_role("link", name="All tracks").click()
    await web.sees_library()


async def test_says_when_the_server_is_away(web: WebPage, gateway: FakeGateway) -> None:
    """Offline is said, what is on screen stays, and playing goes on from what is loaded."""
    await _upload(web, gateway, segments=3)
    await web.open_track("Night Train")
    await web.play()
    await web.plays_past(0.2)
    await web.page.context.set_offline(True)
    await expect(web.page.locator("#offline")).to_be_visible()
    await web.plays_past(1.2)
    await web.page.context.set_offline(False)
    await expect(web.page.locator("#offline")).to_be_hidden()
    gateway.release(gateway.song.segments)
    await web.plays_past(3 * SEGMENT_S + 0.1)
