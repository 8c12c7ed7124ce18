"""Requests about privacy in the page: led to what one can do oneself, sent once, answered, and followed by a link."""

from __future__ import annotations

from http import HTTPStatus

import pytest
from playwright.async_api import Route, expect

from tests.browser import WebPage
from tests.integration.web.axe import violations
from tests.integration.web.conftest import OpenPage
from tests.integration.web.fake_gateway import PASSWORD, FakeGateway
from tests.integration.web.fake_requests import NUMBER, TOKEN
from tests.integration.web.layout import misfits
from tests.integration.web.views import PHONE_PX

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120), pytest.mark.asyncio(loop_scope="module")]


async def test_a_person_is_led_to_what_they_can_do_and_may_write_all_the_same(
    web: WebPage, gateway: FakeGateway
) -> None:
    """Each kind that can be self-served names its place first; the request is sent as it was written, and is listed."""
    await web.page.goto(f"{web.address}/#/account/requests")
    form = web.page.locator("#request-form")
    await expect(web.page.get_by_text("You have sent none.")).to_be_visible()
    for kind, place in (
        ("To see what is held", "#/account/privacy"),
        ("To have something corrected", "#/account/profile"),
        ("To have something deleted", "#/account/closing"),
        ("To take my data along", "#/account/export"),
    ):
        await form.get_by_role("radio", name=kind).check()
        await expect(form.get_by_role("link", name="Go there")).to_have_attribute("href", place)
    await form.get_by_role("radio", name="To object").check()
    await expect(form.get_by_role("link", name="Go there")).to_have_count(0)
    await expect(form.get_by_role("status")).to_contain_text("switches nothing off by itself")
    await form.get_by_label("In your words").fill("  Please stop.\nThank you. ")
    await form.get_by_role("button", name="Send the request").click()
    await expect(web.page.locator("#requests li")).to_contain_text(NUMBER)
    await expect(web.page.locator("#requests li")).to_contain_text("June 4, 2031")
    await expect(web.page.locator("#announcer")).to_contain_text(NUMBER)
    ((body, key),) = gateway.closing.requests.sent
    assert body == {"kind": "object", "text": "Please stop.\nThank you."}
    assert key
    assert await form.get_by_label("In your words").input_value() == ""
    assert await violations(web) == []


async def test_what_was_written_outlives_a_refusal_and_is_sent_under_one_name(
    web: WebPage, gateway: FakeGateway
) -> None:
    """Nobody writes it twice; pressed again after an answer that was lost, it is the same request."""
    await web.page.goto(f"{web.address}/#/account/requests")
    form = web.page.locator("#request-form")
    await form.get_by_label("In your words").fill("Please stop.")
    keys: list[str] = []

    async def lost(route: Route) -> None:
        if route.request.method != "POST":
            await route.continue_()
            return
        keys.append(route.request.headers["idempotency-key"])
        await route.abort()

    await web.page.route("**/v1/privacy/requests", lost)
    await form.get_by_role("button", name="Send the request").click()
    await expect(form.get_by_role("alert")).to_be_visible()
    assert await form.get_by_label("In your words").input_value() == "Please stop."
    await web.page.unroute("**/v1/privacy/requests")
    await form.get_by_role("button", name="Send the request").click()
    await expect(web.page.locator("#requests li")).to_have_count(1)
    ((_, key),) = gateway.closing.requests.sent
    assert set(keys) == {key}


async def test_each_says_where_it_stands(web: WebPage, gateway: FakeGateway) -> None:
    """One that waits tells its day, one that takes longer why, an answered one its answer, a closed one the reason."""
    gateway.closing.requests.requests = gateway.closing.requests.of_each_state()
    await web.page.goto(f"{web.address}/#/account/requests")
    rows = web.page.locator("#requests li")
    await expect(rows.nth(0)).to_contain_text("which comes by June 4, 2031")
    await expect(rows.nth(1)).to_contain_text("It takes longer, until June 4, 2031. The reason:")
    await expect(rows.nth(2)).to_contain_text("A reason that goes on for a while")
    await expect(rows.nth(3)).to_contain_text("you sent another of the same")
    await rows.nth(0).locator("summary").click()
    await expect(rows.nth(0)).to_contain_text("What do you hold?")


async def test_somebody_without_an_account_sends_one_and_follows_it(open_page: OpenPage, gateway: FakeGateway) -> None:
    """From the door: they are told the number and a link, once, and read the answer where it leads."""
    web, requests = await open_page(), gateway.closing.requests
    await web.page.get_by_role("link", name="A request about privacy").click()
    form = web.page.locator("#request-form")
    await expect(form.get_by_role("link", name="Go there")).to_have_count(0)
    await form.get_by_label("In your words").fill("Do you hold anything of me?")
    await form.get_by_label("Your e-mail address").fill("nobody")
    await form.get_by_role("button", name="Send the request").click()
    await expect(form.get_by_label("Your e-mail address")).to_be_focused()
    assert requests.sent == []
    await form.get_by_label("Your e-mail address").fill("somebody@example.org")
    await form.get_by_role("button", name="Send the request").click()
    link = await web.page.get_by_label("Link to follow it by").input_value()
    assert link == f"{web.address}/#/request/{NUMBER}/{TOKEN}"
    ((body, _),) = requests.sent
    assert body["reply_to"] == "somebody@example.org"
    # The address of the page is not the link: whoever looks over a shoulder later finds nothing in the history.
    assert TOKEN not in web.page.url
    await web.page.get_by_role("button", name="Write another request").click()
    await expect(form.get_by_label("In your words")).to_be_focused()
    await expect(form.get_by_label("Your e-mail address")).to_have_value("")
    await expect(web.page.get_by_label("Link to follow it by")).to_have_count(0)
    requests.followed |= {"state": "answered", "answer": "Nothing.", "ended_at": "2031-05-05T00:00:00Z"}
    await web.page.goto(link)
    await expect(web.page.locator("#request")).to_contain_text("Nothing.")
    await web.page.goto(f"{web.address}/#/request/{NUMBER}/{'x' * 43}")
    await expect(web.page.locator("#request-gone")).to_be_visible()


async def test_a_link_that_cannot_be_read_is_asked_again(open_page: OpenPage, gateway: FakeGateway) -> None:
    """A server that is away is no missing request."""
    web = await open_page()
    gateway.trouble.refusal = HTTPStatus.INTERNAL_SERVER_ERROR
    await web.page.goto(f"{web.address}/#/request/{NUMBER}/{TOKEN}")
    await expect(web.page.get_by_text("Something went wrong on our side")).to_be_visible()
    gateway.trouble.end()
    await web.page.get_by_role("button", name="Try again").click()
    await expect(web.page.locator("#request [data-state=open]")).to_be_visible()


async def test_the_clause_about_requests_leads_to_one(open_page: OpenPage) -> None:
    """The address that the policy promises is a link in the policy itself."""
    web = await open_page()
    await web.page.goto(f"{web.address}/#/privacy/14")
    await web.page.locator("#clause-14 h3").get_by_role("link").nth(1).click()
    await expect(web.page.locator("#request-form")).to_be_visible()


async def test_it_fits_a_phone_in_german(open_page: OpenPage, gateway: FakeGateway) -> None:
    """In the longer language, in every state, nothing is wider than a narrow screen, and axe finds nothing."""
    web = await open_page(width_px=PHONE_PX)
    await web.sign_up("ada@example.org", PASSWORD)
    gateway.closing.requests.requests = gateway.closing.requests.of_each_state()
    await web.page.evaluate("localStorage.setItem('stripsession.language', 'de')")
    await web.page.reload()
    await web.page.goto(f"{web.address}/#/account/requests")
    await expect(web.page.locator("#requests li")).to_have_count(4)
    await expect(web.page.locator("#requests li").nth(0)).to_contain_text("offen")
    assert await misfits(web, PHONE_PX) == []
    assert await violations(web) == []
