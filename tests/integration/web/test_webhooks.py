"""Webhooks in the account: made, their secret shown once, tried, looked at, turned off and on, removed."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.browser import WebPage
from tests.integration.web.fake_gateway import FakeGateway
from tests.integration.web.fake_webhooks import REFUSED_URL, SECRET
from tests.integration.web.holding import held
from tests.integration.web.told import MOMENT

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90), pytest.mark.asyncio(loop_scope="module")]
URL = "https://example.org/hooks"


async def test_a_webhook_lives_through_what_its_owner_does(web: WebPage, gateway: FakeGateway) -> None:
    """Refused where it may not be; made, its secret there once; tried, failed and seen why; on again; removed."""
    page, dialog = web.page, web.page.get_by_role("dialog")
    await page.goto(f"{web.address}/#/account/webhooks")
    await page.get_by_role("button", name="Add a webhook").click()
    await dialog.get_by_role("button", name="Add a webhook").click()
    await expect(dialog.get_by_text("Enter the address that is to be told.")).to_be_visible()
    await dialog.get_by_label("Address").fill(REFUSED_URL)
    await dialog.get_by_role("button", name="Add a webhook").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("leads to a public server")
    await dialog.get_by_label("Address").fill(f" {URL} ")
    await dialog.get_by_role("checkbox", name="was deleted").check()
    await dialog.get_by_role("button", name="Add a webhook").click()
    await expect(dialog.get_by_label("The secret")).to_have_value(SECRET)
    (made,) = gateway.webhooks.made
    assert (made["url"], set(made["events"])) == (URL, {"track.ready", "track.failed", "track.deleted"})
    await dialog.get_by_role("button", name="Done").click()
    assert SECRET not in await page.content()
    row = page.locator("#webhooks li")
    await row.get_by_role("button", name="Send a test").click()
    await expect(page.get_by_text("A test is on its way.")).to_be_attached()
    gateway.webhooks.fail()
    await page.reload()
    await expect(row).to_contain_text("It took no message for more than a day.")
    await row.get_by_role("button", name="Log").click()
    await expect(dialog.locator("li")).to_contain_text("No answer in time (10,000 ms)")
    await expect(dialog.locator("li")).to_contain_text("Answered 503 (31 ms)")
    await dialog.get_by_role("button", name="Done").click()
    await row.get_by_role("button", name="Turn on").click()
    await expect(row.get_by_role("button", name="Turn off")).to_be_visible()
    await row.get_by_role("button", name="Log").click()
    await dialog.get_by_role("button", name="Send again").click()
    await expect(dialog.locator("li")).to_contain_text("Waiting")
    await dialog.get_by_role("button", name="Done").click()
    await row.get_by_role("button", name="Remove").click()
    await dialog.get_by_role("button", name="Remove").click()
    await expect(page.get_by_text("You have no webhook.")).to_be_visible()
    assert gateway.webhooks.made == []


async def test_what_was_pressed_keeps_the_keyboards_place(web: WebPage, gateway: FakeGateway) -> None:
    """While it is done, and after; what goes when it is done hands its place on to the row that it was of."""
    page, dialog = web.page, web.page.get_by_role("dialog")
    await page.goto(f"{web.address}/#/account/webhooks")
    await page.get_by_role("button", name="Add a webhook").click()
    await dialog.get_by_label("Address").fill(URL)
    await dialog.get_by_role("button", name="Add a webhook").click()
    await dialog.get_by_role("button", name="Done").click()
    row = page.locator("#webhooks li")
    test, turn = row.get_by_role("button", name="Send a test"), row.get_by_role("button", name=re.compile("^Turn o"))
    async with held(page, "**/test"):
        await test.press("Enter")
        await expect(turn).to_be_disabled()
        await expect(test).to_be_focused()
    await expect(turn).to_be_enabled()
    await expect(test).to_be_focused()
    async with held(page, "**/v1/webhook-endpoints/*", "PATCH"):
        await turn.press("Enter")
        await expect(test).to_be_disabled()
        await expect(turn).to_be_focused()
    await expect(turn).to_have_text("Turn on")
    await expect(turn).to_be_focused()
    await turn.press("Enter")
    await expect(turn).to_have_text("Turn off")
    (log,) = gateway.webhooks.log.values()
    log[0]["status"] = "failed"
    await row.get_by_role("button", name="Log").click()
    again, delivery = dialog.get_by_role("button", name="Send again"), dialog.locator("li")
    async with held(page, "**/replay"):
        await again.press("Enter")
        await expect(dialog.get_by_role("button", name="Look again")).to_be_disabled()
        await expect(again).to_be_focused()
    await expect(again).to_have_count(0)
    await expect(delivery).to_be_focused()


async def test_a_stale_tab_turns_on_what_there_is_by_now(web: WebPage, gateway: FakeGateway) -> None:
    """An address that was changed elsewhere stays; of an account that was taken back the one that is shown is said."""
    page, dialog, row = web.page, web.page.get_by_role("dialog"), web.page.locator("#webhooks li")
    await page.goto(f"{web.address}/#/account/webhooks")
    await page.get_by_role("button", name="Add a webhook").click()
    await dialog.get_by_label("Address").fill(URL)
    await dialog.get_by_role("button", name="Add a webhook").click()
    await dialog.get_by_role("button", name="Done").click()
    (made,) = gateway.webhooks.made
    gateway.webhooks.fail()
    await page.reload()
    await expect(row).to_contain_text(URL)
    made["url"] = "https://example.org/elsewhere"
    await row.get_by_role("button", name="Turn on").click()
    await expect(row).to_contain_text("https://example.org/elsewhere")
    assert made["url"] == "https://example.org/elsewhere"
    made |= {"disabled_at": MOMENT, "disabled_reason": "reclaimed"}
    await page.reload()
    await row.get_by_role("button", name="Turn on").click()
    await expect(row.get_by_role("button", name="Turn off")).to_be_visible()
