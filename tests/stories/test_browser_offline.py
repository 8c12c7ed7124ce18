"""Tracks that a listener keeps on the device: theirs alone, and only while they are signed in."""

from __future__ import annotations

import contextlib

from playwright.async_api import expect

from tests.browser import WebPage, chromium
from tests.stories.house import House, Listener

# Of what the browser keeps, all but the page's own files.
_THEIRS = "async () => (await caches.keys()).filter((name) => !name.startsWith('stripsession.shell.'))"


async def _keep(web: WebPage, title: str) -> None:
    """On the first visit already, which the page begins without a service worker."""
    await web.sees_track(title, "ready")
    await web.page.get_by_role("button", name=f"More for {title}").click()
    await web.page.get_by_role("menuitem", name=f"Keep on this device: {title}").click()
    await expect(web.track(title)).to_contain_text("Kept on this device")


async def test_a_kept_track_plays_without_a_network(house: House, musician: Listener) -> None:
    """Kept on the first visit, a track is listed and plays to its end without a network; signed out, nothing stays."""
    async with chromium() as browser:
        web = await WebPage.open(browser, house.url, deadline_s=60)
        await web.sign_in(musician.email, musician.password)
        await _keep(web, "rehearsal")
        await web.page.context.set_offline(True)
        await web.page.reload()
        await expect(web.track("rehearsal")).to_contain_text("Kept on this device")
        await web.open_track("rehearsal")
        await web.can_play(29.9)
        await web.play()
        await web.plays_past(0.5)
        await web.sounds()
        await web.seek(28.5)
        await web.sees_player("ended")
        await web.page.context.set_offline(False)
        await web.close_track()
        await web.sign_out()
        await web.page.wait_for_function(f"async () => (await ({_THEIRS})()).length === 0")
        await web.page.context.set_offline(True)
        await web.page.reload()
        await expect(web.page.get_by_role("heading", name="Sign in")).to_be_visible()
        await web.close()
        assert web.faults == []


async def test_a_second_account_never_sees_what_the_first_one_kept(house: House, musician: Listener) -> None:
    """Whoever signs in where another's session has merely ended finds none of their kept tracks, offline either."""
    second = Listener(house)
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(second.http.close)
        browser = await stack.enter_async_context(chromium())
        web = await WebPage.open(browser, house.url, deadline_s=60)
        await web.sign_in(musician.email, musician.password)
        await _keep(web, "rehearsal")
        track_id = await web.track("rehearsal").get_attribute("data-track-id")
        await web.page.context.clear_cookies()
        await web.page.reload()
        await web.sign_in(second.email, second.password)
        await expect(web.page.locator("#list-state")).to_contain_text("No tracks yet")
        for is_offline, told in ((False, "No tracks yet"), (True, "You are offline")):
            await web.page.context.set_offline(is_offline)
            await web.page.goto(f"{house.url}/#/track/{track_id}")
            await web.page.reload()
            await expect(web.page.locator("#content")).not_to_contain_text("Loading")
            await expect(web.page.locator(".lane")).to_have_count(0)
            assert [name for name in await web.page.evaluate(_THEIRS) if str(track_id) in name] == []
            await web.page.goto(f"{house.url}/#/")
            await expect(web.page.locator("#list-state")).to_contain_text(told)
            await expect(web.page.locator(".track-row")).to_have_count(0)
        await web.page.context.set_offline(False)
        await web.close()
        assert web.faults == []
