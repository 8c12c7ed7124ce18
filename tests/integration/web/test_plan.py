"""What is paid for, in a real Chromium, against the small gateway."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser import WebPage
from tests.integration.web.fake_gateway import FakeGateway
from tests.integration.web.holding import held
from tests.integration.web.told import PLAN

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90), pytest.mark.asyncio(loop_scope="module")]


async def test_a_plan_is_ended_once_it_was_asked_for_twice(web: WebPage, gateway: FakeGateway) -> None:
    """What ending it means is told before it is done; after that nothing says that it renews."""
    gateway.payments.set_up("active")
    page, dialog = web.page, web.page.get_by_role("dialog")
    await page.goto(f"{web.address}/#/account/plan")
    await expect(page.get_by_text("994 of 1,000 minutes left")).to_be_visible()
    await expect(page.get_by_text("and 60 extra until May 20, 2031")).to_be_visible()
    await expect(page.get_by_text("Renews on")).to_be_visible()
    await page.get_by_role("button", name="End the plan").click()
    await expect(dialog).to_contain_text("It stays as it is until June 4, 2030")
    await expect(dialog).to_contain_text("you are on the Free plan, with 60 minutes a month")
    await dialog.get_by_role("button", name="Keep the plan").click()
    await expect(dialog).to_have_count(0)
    assert gateway.payments.state == "active"
    await page.get_by_role("button", name="End the plan").click()
    await dialog.get_by_role("button", name="End the plan").click()
    await expect(page.get_by_text("Your plan ends on June 4, 2030.")).to_be_visible()
    await expect(page.get_by_text("Renews on")).to_have_count(0)
    assert gateway.payments.state == "ending"


async def test_a_payment_brings_its_invoice_along(web: WebPage, gateway: FakeGateway) -> None:
    """Whoever comes back from paying sees the invoice without another step, and is not told that nothing was paid."""
    gateway.payments.set_up()
    page = web.page
    await page.goto(f"{web.address}/?paid=1#/account/plan")
    await expect(page.get_by_text("Your minutes arrive in a moment.")).to_be_visible()
    await expect(page.get_by_text("Nothing was paid yet.")).to_be_visible()
    gateway.payments.set_up("active")
    await expect(page.get_by_text("Your minutes have arrived.")).to_be_visible()
    await expect(page.get_by_text("Nothing was paid yet.")).to_have_count(0)
    await expect(page.get_by_role("link", name="Open invoice A1B2-0001")).to_be_visible()


async def test_a_plan_says_whose_songs_are_served_sooner(web: WebPage, gateway: FakeGateway) -> None:
    """Each plan's turn is told where they differ, and nothing of turns where all are alike."""
    page, plans = web.page, web.page.get_by_role("listitem").filter(has_text="Longest song")
    await page.goto(f"{web.address}/#/account/plan")
    await expect(plans).to_have_count(1)
    await expect(plans).not_to_contain_text("While others wait")
    gateway.payments.set_up()
    await page.reload()
    for title, turn in (("Free", "In turn"), ("Pro", "Sooner"), ("Studio", "Soonest")):
        plan = plans.filter(has=page.get_by_role("heading", name=title))
        await expect(plan).to_contain_text(f"While others wait {turn}")


async def test_a_smaller_plan_says_what_it_costs(
    web: WebPage, gateway: FakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before it is paid, at the price of a plan with fewer minutes than the present one, and at no other."""
    home = {**PLAN, "name": "home", "seconds_a_month": 6_000_000}
    gateway.payments.set_up()
    monkeypatch.setattr("tests.integration.web.fake_payments.PLAN", home)
    await web.page.goto(f"{web.address}/#/account/plan")
    pro = web.page.get_by_role("button", name="Choose Pro").first
    await expect(pro).to_have_accessible_description("Fewer minutes than you have now: 1,000 a month, not 100,000.")
    await expect(web.page.get_by_text("Fewer minutes than you have now")).to_have_count(2)
    monkeypatch.setattr("tests.integration.web.fake_payments.PLAN", PLAN)
    await web.page.reload()
    await expect(pro).to_have_accessible_description("")


async def test_a_price_that_was_pressed_keeps_the_keyboards_place(web: WebPage, gateway: FakeGateway) -> None:
    """While the plan is changed, and where that did not come out; no other price can be pressed meanwhile."""
    gateway.payments.set_up("active")
    await web.page.goto(f"{web.address}/#/account/plan")
    change = web.page.get_by_role("button", name="Change to Studio")
    async with held(web.page, "**/v1/billing/change"):
        await change.press("Enter")
        await expect(change).to_be_disabled()
        await expect(change).to_be_focused()
    await expect(web.page.locator(".notice")).to_contain_text("Your plan was changed.")
    await expect(change).to_be_enabled()
    await expect(change).to_be_focused()


async def test_the_last_page_of_invoices_takes_the_keyboard_along(web: WebPage, gateway: FakeGateway) -> None:
    """The button that brought it is gone, and the first invoice that it brought is next."""
    gateway.payments.set_up("active")
    gateway.payments.paid = 12
    await web.page.goto(f"{web.address}/#/account/plan")
    invoices = web.page.locator("#account li").filter(has_text="A1B2-")
    await expect(invoices).to_have_count(10)
    more = web.page.get_by_role("button", name="Show more")
    await more.press("Enter")
    await expect(invoices).to_have_count(12)
    await expect(more).to_have_count(0)
    await expect(invoices.nth(10)).to_be_focused()
