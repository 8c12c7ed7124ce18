"""Somebody runs out of minutes, pays on the stand-in's hosted page, and goes on; no money moves."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.browser import WebPage, chromium
from tests.stories.house import House
from tests.stories.songs import long_song

_PLAN = {"longest_song_minutes": 10, "parallel_jobs": 1, "priority": "standard", "formats": []}
_FREE = _PLAN | {"formats": ["wav", "mp3"]}
OFFERS = {
    "plans": [
        {"name": "free", "title": "Free", "minutes_a_month": 1, "price_lookup_keys": [], **_FREE},
        {
            "name": "pro",
            "title": "Pro",
            "minutes_a_month": 60,
            "price_lookup_keys": ["stripsession_pro_monthly", "stripsession_pro_yearly"],
            **_PLAN,
        },
        {
            "name": "studio",
            "title": "Studio",
            "minutes_a_month": 120,
            "price_lookup_keys": ["stripsession_studio_monthly", "stripsession_studio_yearly"],
            **_PLAN,
        },
    ],
    "packs": [
        {
            "name": "hour",
            "title": "60 minutes",
            "minutes": 60,
            "life_days": 365,
            "price_lookup_key": "stripsession_pack_hour",
        }
    ],
}
PASSWORD = "a long enough passphrase"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[House]:
    """A house in which strangers have one minute a month."""
    offers = tmp_path / "offers.json"
    offers.write_text(json.dumps(OFFERS))
    house = House(
        tmp_path / "data",
        *("--engine", "in_process"),
        settings={"STRIPSESSION_BILLING__OFFERS_FILE": str(offers), "STRIPSESSION_BILLING__DEFAULT_PLAN": "free"},
    )
    house.start()
    yield house
    house.stop()


async def _pays(page: Page) -> None:
    """Pay with the card that is chosen on the hosted page, which is of another origin, and come back."""
    await page.locator("button[value=pay]").click(timeout=60_000)


async def _sees_formats(web: WebPage, title: str, *, lacked: bool) -> None:
    """FLAC is offered or not, as the plan has it; who lacks it is told, and shown the way to a plan that has it."""
    await web.open_download(title)
    dialog = web.page.get_by_role("dialog")
    flac = dialog.get_by_role("radio", name="FLAC")
    if lacked:
        await expect(flac).to_be_disabled()
        await expect(dialog.get_by_text("Not in your plan: FLAC")).to_be_visible()
        await expect(dialog.get_by_role("link", name="See plans")).to_be_visible()
    else:
        await expect(flac).to_be_checked()
    await web.page.keyboard.press("Escape")


async def _is_on(page: Page, plan: str) -> bool:
    """Whether the page, read anew, says that one is on this plan."""
    await page.reload()
    # Which plan it is comes a moment after the view.
    await page.get_by_text("minutes left").wait_for()
    return await page.get_by_text(plan).is_visible()


def _pass_days(shop: House, days: int) -> None:
    """Let days pass for the payment provider's stand-in, whose events tell of what ended, and then for billing."""
    state = shop.state()
    assert state is not None
    key = (shop.data / "secrets" / "stripe-test-key").read_text().strip()
    address = f"http://127.0.0.1:{state['ports']['stripe']}/_test/clock/advance"
    answer = httpx.post(address, json={"days": days}, headers={"Authorization": f"Bearer {key}"}, timeout=60)
    assert answer.status_code == 200, answer.text
    shop.start_again({"STRIPSESSION_BILLING__CLOCK_AHEAD_S": str(days * 86_400)})


@pytest.mark.timeout(300)
async def test_out_of_minutes_and_on_again(shop: House) -> None:
    """The free minute is used up; the page says what to do; a plan is paid, ended, used to its end, and then over."""
    async with chromium() as browser:
        web = await WebPage.open(browser, shop.url, deadline_s=60)
        page = web.page
        email = f"listener-{secrets.token_hex(6)}@example.com"
        await web.sign_up(email, PASSWORD)
        await web.choose_bytes("first.flac", long_song(60))
        # Its minute is set aside when it is taken; what becomes of it is another story.
        await web.sees_track("first", "ready", deadline_s=120)
        await _sees_formats(web, "first", lacked=True)
        await page.reload()
        await expect(page.get_by_text("Your minutes are used up")).to_be_visible(timeout=30_000)
        await web.choose_bytes("second.flac", long_song(30))
        await expect(web.upload("second.flac")).to_contain_text("New minutes come on", timeout=60_000)
        await page.get_by_role("link", name="See plans and packs").click()
        await expect(page.get_by_text("Test mode: no money moves.")).to_be_visible(timeout=30_000)
        await page.get_by_role("button", name="Choose Pro for $12.00 a month").click()
        await _pays(page)
        await expect(page.get_by_text("Your minutes have arrived.")).to_be_visible(timeout=60_000)
        await expect(page.get_by_text("Pro plan")).to_be_visible()
        await expect(page.get_by_role("link", name="Open invoice")).to_have_count(1)
        await page.get_by_role("button", name="Change to Studio for $36.00 a month").click()
        await expect(page.get_by_text("Studio plan")).to_be_visible(timeout=30_000)
        await page.get_by_role("button", name="Change to Pro for $12.00 a month").click()
        await expect(page.get_by_text("you are on Pro")).to_be_visible(timeout=30_000)
        await expect(page.get_by_text("Studio plan")).to_be_visible()
        await page.get_by_role("button", name="End the plan").click()
        await page.get_by_role("dialog").get_by_role("button", name="End the plan").click()
        await expect(page.get_by_text("Until then everything stays as it is.")).to_be_visible(timeout=30_000)
        await page.goto(f"{shop.url}/#/")
        await _sees_formats(web, "first", lacked=False)
        await web.choose_bytes("third.flac", long_song(30))
        await expect(web.track("third")).to_have_count(1, timeout=60_000)
        await web.close()
        _pass_days(shop, 33)
        later = await WebPage.open(browser, shop.url, deadline_s=60)
        await later.sign_in(email, PASSWORD)
        await later.page.goto(f"{shop.url}/#/account/plan")
        deadline = time.monotonic() + 60
        while not await _is_on(later.page, "Free plan"):
            told = await later.page.locator("#account").inner_text()
            assert time.monotonic() < deadline, f"the plan did not end: {told[:600]}"
        await later.close()
        assert [fault for fault in web.faults if "402" not in fault] == []
    checked = shop.command("billing", "check")
    assert "stripsession_pro_monthly" in checked.stdout
    assert checked.returncode == 0, checked.stdout + checked.stderr
