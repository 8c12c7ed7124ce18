"""The page behind a link, for somebody who has no account."""

from __future__ import annotations

import datetime

import asyncpg
from playwright.async_api import expect

from tests.browser import WebPage, chromium
from tests.stories.house import House, Listener


async def _share(web: WebPage) -> str:
    """The link to a track with one stem muted, one quieter, a loop, another tempo and another key."""
    await web.open_track("rehearsal")
    await web.can_play(29.9)
    await web.seek(2)
    await web.player.get_by_role("button", name="Set A").click()
    await web.seek(4)
    await web.player.get_by_role("button", name="Set B").click()
    await web.page.get_by_role("button", name="Mute Vocals").click()
    await web.page.get_by_role("slider", name="Volume of Drums").fill("50")
    await web.player.get_by_role("slider", name="Tempo").fill("90")
    await web.player.get_by_role("slider", name="Pitch").fill("-2")
    await web.player.get_by_role("button", name="Share", exact=True).click()
    await web.page.get_by_role("button", name="Make a link").click()
    return await web.page.get_by_label("The new link").input_value()


async def test_a_guest_plays_a_shared_track_until_it_is_revoked(house: House, musician: Listener) -> None:
    """A link opens with mix, loop, tempo and key as shared and with nothing to change or take; revoked, it says so."""
    async with chromium() as browser:
        web = await WebPage.open(browser, house.url, deadline_s=60)
        await web.sign_in(musician.email, musician.password)
        link = await _share(web)
        guest = await WebPage.open(browser, house.url, path=link.removeprefix(house.url), deadline_s=60)
        await _check_as_shared(guest)
        await web.page.get_by_role("dialog").get_by_role("button", name="Revoke the link").click()
        await expect(web.page.get_by_text("No link of this track works now.")).to_be_visible()
        await expect(web.page.get_by_label("The new link")).to_have_count(0)
        await guest.page.reload()
        await expect(guest.page.get_by_role("heading", name="This link has ended")).to_be_visible()
        await expect(guest.page.locator("#content")).to_contain_text("Ask whoever sent it for a new one.")
        await expect(guest.page.locator("#player-view")).to_have_count(0)
        await guest.close()
        await web.close()
        assert web.faults + guest.faults == []


# At once, and only where the player is there still: it may have asked for something by itself.
_BEYOND_THE_LOOP = """() => {
  document.querySelector('[aria-label="Repeat between A and B"]')?.click();
  document.getElementById("player-view")?.engine.seek(27);
}"""


async def test_a_link_that_ran_out_has_ended(house: House, musician: Listener) -> None:
    """Past its end a link says so to who has it open and to who opens it, and its maker's list names it no more."""
    async with chromium() as browser:
        web = await WebPage.open(browser, house.url, deadline_s=60)
        await web.sign_in(musician.email, musician.password)
        link = await _share(web)
        guest = await WebPage.open(browser, house.url, path=link.removeprefix(house.url), deadline_s=60)
        await guest.can_play(29.9)
        await expect(guest.page.locator("#player-view header")).to_contain_text("This link ends in 7 days.")
        await _let_run_out(house)
        # What lies there is not loaded yet, and asked for.
        await guest.page.evaluate(_BEYOND_THE_LOOP)
        await expect(guest.page.get_by_role("heading", name="This link has ended")).to_be_visible()
        await expect(guest.page.locator("#player-view")).to_have_count(0)
        await guest.page.reload()
        await expect(guest.page.get_by_role("heading", name="This link has ended")).to_be_visible()
        await expect(guest.page.locator("#content")).to_contain_text("It has expired")
        await web.page.keyboard.press("Escape")
        await web.player.get_by_role("button", name="Share", exact=True).click()
        await expect(web.page.get_by_text("No link of this track works now.")).to_be_visible()
        await guest.close()
        await web.close()
        assert web.faults + guest.faults == []


async def _let_run_out(house: House) -> None:
    """As if the time that links were given had passed."""
    library = await asyncpg.connect(house.database_url("library"))
    now = datetime.datetime.now(datetime.UTC)
    changed = await library.execute("UPDATE shares SET expires_at = $1 WHERE expires_at > $1", now)
    await library.close()
    assert changed != "UPDATE 0"


async def _check_as_shared(guest: WebPage) -> None:
    page = guest.page
    await expect(page.get_by_role("heading", name="rehearsal")).to_be_visible()
    await guest.can_play(29.9)
    await expect(page.get_by_role("button", name="Mute Vocals")).to_have_attribute("aria-pressed", "true")
    await expect(page.locator("[data-stem=drums]")).to_have_attribute("data-gain", "0.2500")
    await expect(page.get_by_role("slider", name="Tempo")).to_have_value("90")
    await expect(page.get_by_role("slider", name="Pitch")).to_have_value("-2")
    await expect(page.get_by_label("Repeat between A and B")).to_have_attribute("aria-pressed", "true")
    await guest.play()
    await guest.sounds()
    await guest.hears([False, True, True, True])
    await guest.plays_past(3.5)
    await page.wait_for_function("() => document.getElementById('player-view').engine.position_s < 3")
    for name in ("Download", "Share", "Delete", "Edit", "Account", "Cancel"):
        await expect(page.get_by_role("button", name=name)).to_have_count(0)
        await expect(page.get_by_role("link", name=name)).to_have_count(0)
