"""The views that mails lead to, for the walk through every view."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from playwright.async_api import expect

from tests.browser import WebPage
from tests.integration.web.fake_gateway import PASSWORD, FakeGateway
from tests.integration.web.fake_mail import MASKED, NEW_MASKED, SPENT

Look = Callable[[str], Awaitable[None]]


async def mailed(web: WebPage, look: Look) -> None:
    """Each link as it is opened, and what is said once it is done."""
    code = "x" * 43
    for address, text, name in (
        ("forgot", "Enter the address of your account", "forgot"),
        (f"reset/{code}", "It signs you out everywhere", "reset"),
        (f"verify/{SPENT}", "was used or has run out", "verify-spent"),
        (f"verify/{code}", MASKED, "verify"),
        (f"confirm/{code}", "Enter the password that you chose", "confirm"),
        (f"change/{code}", NEW_MASKED, "change-email"),
        (f"undo/{code}", "Your old address counts again", "undo-email"),
        ("change", "has no link in it any more", "change-email-without-code"),
    ):
        await web.page.goto(f"{web.address}/#/{address}")
        await expect(web.page.locator("#mailed")).to_contain_text(text)
        await look(name)
    await _done(web, code, look)
    await web.page.goto(f"{web.address}/#/")


async def _done(web: WebPage, code: str, look: Look) -> None:
    submit = web.page.locator("#mailed button[type=submit]")
    for address, fields, text, name in (
        ("forgot", {"E-mail address": "ada@example.org"}, "A mail is on its way to", "forgot-sent"),
        (f"reset/{code}", {"New password": PASSWORD}, "You have a new password", "reset-done"),
        (f"verify/{code}", {}, "Your address is confirmed", "verify-done"),
        (f"change/{code}", {}, "This is the address of your account now", "change-email-done"),
        (f"undo/{code}", {}, "A mail with a link for a new password", "undo-email-done"),
    ):
        await web.page.goto(f"{web.address}/#/{address}")
        for label, value in fields.items():
            await web.page.get_by_role("textbox", name=label).fill(value)
        await submit.click()
        await expect(web.page.locator("#mailed")).to_contain_text(text)
        await look(name)


async def sign_up_sent(web: WebPage, gateway: FakeGateway, look: Look) -> None:
    """Where a sign-up is confirmed by mail, what the form says then; ends at the sign-in form."""
    gateway.mail.confirms_sign_ups = True
    await web.page.get_by_role("button", name="Create an account").click()
    await web.page.get_by_label("I am 13 or older").check()
    await web.fill_entry("ada@example.org", PASSWORD, "Create an account")
    await expect(web.page.get_by_role("heading", name="Look into your mail")).to_be_visible()
    await look("sign-up-sent")
    gateway.mail.confirms_sign_ups = False
    await web.page.reload()
