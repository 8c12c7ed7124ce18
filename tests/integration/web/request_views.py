"""Views of requests about privacy, for the walk through every view."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus

from playwright.async_api import expect

from tests.browser import WebPage
from tests.integration.web.fake_gateway import FakeGateway
from tests.integration.web.fake_requests import LONG, NUMBER, TOKEN

Look = Callable[[str], Awaitable[None]]


async def strangers(web: WebPage, gateway: FakeGateway, look: Look) -> None:
    """Of whoever has no account: written, refused, sent, and followed; ends at the door, where it begins."""
    page, requests = web.page, gateway.closing.requests
    await page.get_by_role("link", name="A request about privacy").click()
    form = page.locator("#request-form")
    await expect(form).to_be_visible()
    await look("request")
    await form.get_by_role("button", name="Send the request").click()
    await expect(form.get_by_text("Write what you ask for")).to_be_visible()
    await look("request-empty")
    await form.get_by_role("radio", name="To object").check()
    await form.get_by_label("In your words").fill(LONG)
    await form.get_by_label("Your e-mail address").fill("somebody@example.org")
    await form.get_by_role("button", name="Send the request").click()
    await expect(page.get_by_label("Link to follow it by")).to_be_focused()
    await look("request-sent")
    for state, more in (
        ("open", {}),
        ("answered", {"answer": LONG, "ended_at": "2024-01-02T00:00:00Z"}),
        ("closed", {"ending": "no_request", "ended_at": "2024-01-02T00:00:00Z"}),
    ):
        requests.followed = requests.made("question", "Hello?", state=state, **more)
        await page.goto(f"{web.address}/#/request/{NUMBER}/{TOKEN}")
        await page.reload()
        await expect(page.locator(f"#request [data-state={state}]")).to_be_visible()
        await look(f"request-followed-{state}")
    await page.goto(f"{web.address}/#/request/{NUMBER}/{'x' * 43}")
    await expect(page.locator("#request-gone")).to_be_visible()
    await look("request-gone")
    await page.goto(f"{web.address}/#/")
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


async def own(web: WebPage, gateway: FakeGateway, look: Look) -> None:
    """Of whoever has an account: what can be done by oneself, one of each state, one that is refused, and none read."""
    page, requests = web.page, gateway.closing.requests
    await page.goto(f"{web.address}/#/account/requests")
    form = page.locator("#request-form")
    await expect(form.get_by_role("link", name="Go there")).to_be_visible()
    requests.requests = requests.of_each_state()
    await page.reload()
    await expect(page.locator("#requests li")).to_have_count(4)
    for summary in await page.locator("#requests summary").all():
        await summary.click()
    await look("account-requests-listed")
    requests.refusal = "TOO_MANY_REQUESTS"
    await form.get_by_label("In your words").fill("One more.")
    await form.get_by_role("button", name="Send the request").click()
    await expect(form.get_by_role("alert")).to_be_visible()
    await look("account-requests-refused")
    requests.refusal, requests.requests = "", []
    gateway.trouble.refusal = HTTPStatus.INTERNAL_SERVER_ERROR
    await page.goto("about:blank")
    await page.goto(f"{web.address}/#/account/requests")
    await expect(page.locator("main")).to_contain_text("Something went wrong on our side")
    await look("account-requests-away")
    gateway.trouble.end()
