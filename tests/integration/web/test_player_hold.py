"""What the player keeps, says and goes on with when something comes between: another view, a call, a lost network."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser import WebPage
from tests.integration.web.conftest import OpenPage
from tests.integration.web.fake_gateway import PASSWORD, FakeGateway

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90), pytest.mark.asyncio(loop_scope="module")]

# What the player makes for itself alone is kept where a test finds it.
_KEEPING = """() => {
  window.Audio = class extends Audio { constructor(...all) { super(...all); window.hush = this; } };
  window.Worker = class extends Worker { constructor(...all) { super(...all); window.decoder = this; } };
}"""
_UNSERVED = """async () => {
  for (const worker of await navigator.serviceWorker.getRegistrations()) await worker.unregister();
}"""
_REFUSING = """() => {
  const { resume } = AudioContext.prototype;
  AudioContext.prototype.resume = () => Promise.reject(new Error("not now"));
  window.letSound = () => (AudioContext.prototype.resume = resume);
}"""


async def _opened(web: WebPage, gateway: FakeGateway, segments: int = 0) -> None:
    await web.page.evaluate(_KEEPING)
    await web.drop("Night Train.flac", b"not really audio" * 1000)
    await web.sees_track("Night Train", "separating")
    gateway.release(segments or gateway.song.segments)
    await web.open_track("Night Train")
    await web.can_play(2.0)


async def test_a_track_that_was_left_goes_on_where_it_was(web: WebPage, gateway: FakeGateway) -> None:
    """All tracks and back again: the place is the one that it was left at."""
    await _opened(web, gateway)
    await web.seek(5.0)
    await web.close_track()
    await web.open_track("Night Train")
    await web.page.wait_for_function(
        "() => Number(document.getElementById('player-view').dataset.positionS).toFixed(2) === '5.00'"
    )


async def test_what_was_sought_and_is_not_there_is_seen_until_it_is(web: WebPage, gateway: FakeGateway) -> None:
    """Whoever sees the page reads where they wanted to go and how far it plays, until it plays there."""
    await _opened(web, gateway, segments=3)
    await web.seek(6.0)
    told = web.page.get_by_text("0:06 is not there yet. Only the first 0:03 can be played so far.", exact=True)
    await expect(told).to_be_visible()
    gateway.release(gateway.song.segments)
    await expect(told).to_have_count(0)


async def test_the_device_knows_what_plays_and_its_pause_is_the_songs(web: WebPage, gateway: FakeGateway) -> None:
    """An element of our own plays while the song does; paused and resumed by the device, so is the song."""
    await _opened(web, gateway)
    assert await web.page.evaluate("() => window.hush === undefined")
    await web.play()
    await web.page.wait_for_function("() => window.hush?.currentTime > 0 && window.hush.duration > 5")
    assert await web.page.evaluate("() => new URL(window.hush.src).origin === location.origin")
    assert await web.page.evaluate("() => navigator.mediaSession.metadata.title") == "Night Train"
    await web.page.evaluate("window.hush.pause()")
    await web.sees_player("paused")
    await web.page.evaluate("window.hush.play()")
    await web.sees_player("playing")
    await web.pause()
    await web.page.wait_for_function("() => window.hush.paused")


async def test_sound_that_is_taken_away_comes_back_by_itself(web: WebPage, gateway: FakeGateway) -> None:
    """Where something else stops the sound of the page, the song goes on as soon as it may."""
    await _opened(web, gateway)
    await web.play()
    await web.plays_past(0.3)
    await web.page.evaluate("() => window.ear.context.suspend()")
    await web.plays_past(await web.position_s() + 0.3)


async def test_sound_that_is_held_back_says_so_and_waits_for_a_tap(web: WebPage, gateway: FakeGateway) -> None:
    """Where the browser refuses, the page does not say that it plays; a tap on what it offers lets it be heard."""
    await _opened(web, gateway)
    # It begins to run by itself here, and rests soon.
    await web.page.wait_for_function("() => window.ear?.context.state === 'suspended'")
    await web.page.evaluate(_REFUSING)
    await web.play()
    await web.sees_player("blocked")
    await expect(web.player.get_by_role("button", name="Play", exact=True)).to_be_visible()
    await expect(web.player.get_by_text("No sound is let through.")).to_be_visible()
    await web.page.evaluate("() => void window.letSound()")
    await web.player.get_by_role("button", name="Tap to hear").click()
    await web.plays_past(0.2)
    await web.sounds()


async def test_a_dead_decoder_is_replaced_where_the_song_was(web: WebPage, gateway: FakeGateway) -> None:
    """Try again mends it: the song goes on from the same place, and what was set stays."""
    await _opened(web, gateway)
    await web.page.get_by_role("button", name="Solo Bass").click()
    await web.seek(3.0)
    await web.page.evaluate("window.decoder.dispatchEvent(new ErrorEvent('error', { message: 'gone' }))")
    await expect(web.player.get_by_text("The sound broke off.")).to_be_visible()
    await web.player.get_by_role("button", name="Try again").click()
    await web.plays_past(3.1)
    assert await web.position_s() < 6.0
    await web.hears([False, False, True, False])
    await expect(web.player.get_by_text("The sound broke off.")).to_have_count(0)


async def test_a_track_opened_without_a_network_opens_when_it_is_back(
    open_page: OpenPage, gateway: FakeGateway
) -> None:
    """The page that could not be had is asked for again by itself once the browser is online."""
    web = await open_page()
    await web.sign_up("ada@example.org", PASSWORD)
    await _opened(web, gateway)
    # The service worker would answer with what it kept.
    await web.page.evaluate(_UNSERVED)
    await web.page.add_init_script("delete Navigator.prototype.serviceWorker")
    await web.page.route("**/v1/tracks*", lambda route: route.abort())
    await web.page.route("**/v1/tracks/*", lambda route: route.abort())
    await web.page.reload()
    await expect(web.page.get_by_role("heading", name="The track cannot be opened now")).to_be_visible()
    await web.page.unroute_all()
    await web.page.evaluate("window.dispatchEvent(new Event('online'))")
    await expect(web.page.locator(".lane").first).to_be_visible()


async def test_a_phone_has_room_for_balance_and_thumbs_for_steps(open_page: OpenPage, gateway: FakeGateway) -> None:
    """At 360 pixels a balance slider has room for its steps, and the transport goes back and forward by touch."""
    web = await open_page(width_px=360)
    await web.sign_up("ada@example.org", PASSWORD)
    await _opened(web, gateway)
    pan = await web.page.get_by_role("slider", name="Balance of Vocals").bounding_box()
    assert pan is not None
    assert pan["width"] > 200
    await web.player.get_by_role("button", name="Forward 5 seconds").tap()
    assert await web.position_s() == pytest.approx(5.0, abs=0.01)
    await web.player.get_by_role("button", name="Back 5 seconds").tap()
    assert await web.position_s() == 0
    assert await web.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


async def test_keys_move_the_loops_points(web: WebPage, gateway: FakeGateway) -> None:
    """Without beats Shift and an arrow move by a tenth of a second, and so do D, F, G and H with A and B."""
    await _opened(web, gateway)
    point_a = web.player.get_by_role("button", name="Set A")
    point_b = web.player.get_by_role("button", name="Set B")
    await web.seek(1.0)
    for key, at in (("a", "0:01.0"), ("f", "0:01.1"), ("d", "0:01.0")):
        await web.page.keyboard.press(key)
        await expect(point_a).to_contain_text(at)
    await web.page.keyboard.press("Shift+ArrowRight")
    assert await web.position_s() == pytest.approx(1.1, abs=0.002)
    await web.seek(3.0)
    for key, at in (("b", "0:03.0"), ("g", "0:02.9"), ("h", "0:03.0")):
        await web.page.keyboard.press(key)
        await expect(point_b).to_contain_text(at)
    await web.player.get_by_role("button", name="B later").click()
    await expect(web.page.locator("#announcer")).to_contain_text("B at 0:03.1")
