"""One account in two tabs of one browser."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser import WebPage, chromium
from tests.stories.house import House, Listener
from tests.stories.songs import long_song


async def test_what_one_tab_does_is_seen_in_the_other(house: House, listener: Listener) -> None:
    """What one tab keeps, renames, deletes and uploads is at once so in the other; a sign-out ends both."""
    listener.wait(listener.add_track("rehearsal.flac", long_song(10)))
    async with chromium() as browser:
        one = await WebPage.open(browser, house.url, deadline_s=60)
        await one.sign_in(listener.email, listener.password)
        other = await one.another_tab()
        await other.sees_track("rehearsal", "ready")
        await one.page.get_by_role("button", name="More for rehearsal").click()
        await one.page.get_by_role("menuitem", name="Keep on this device: rehearsal").click()
        await expect(other.track("rehearsal")).to_contain_text("Kept on this device")
        await one.page.get_by_role("button", name="More for rehearsal").click()
        await one.page.get_by_role("menuitem", name="Edit rehearsal").click()
        await one.page.get_by_label("Title").fill("First evening")
        await one.page.get_by_role("button", name="Save").click()
        await expect(one.track("First evening")).to_have_count(1)
        await expect(other.track("First evening")).to_have_count(1)
        await one.delete("First evening")
        # Until then it can be taken back, and the server knows nothing of it.
        await expect(one.page.locator("#announcer")).to_contain_text("Erased: “First evening”", timeout=60_000)
        await expect(other.track("First evening")).to_have_count(0)
        await one.choose_bytes("second.flac", long_song(5))
        await expect(other.track("second")).to_have_count(1, timeout=60_000)
        track_id = await other.track("second").get_attribute("data-track-id")
        # What another machine does, a tab sees when it is turned to.
        listener.http.patch(f"/v1/tracks/{track_id}", json={"title": "Second evening"}).raise_for_status()
        await other.turn_to()
        await expect(other.track("Second evening")).to_have_count(1)
        await one.sign_out()
        await expect(other.page.get_by_role("heading", name="Sign in")).to_be_visible()
        await expect(other.page.get_by_role("alert")).to_contain_text("You were signed out in another tab.")
        await one.close()
        assert one.faults + other.faults == []
