"""Sessions, passwords and links of mails in a real Chromium, against the small gateway."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser import WebPage
from tests.integration.web.conftest import OpenPage
from tests.integration.web.fake_gateway import PASSWORD, FakeGateway
from tests.integration.web.fake_mail import MASKED, NEW_MASKED, SPENT
from tests.integration.web.holding import held

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90), pytest.mark.asyncio(loop_scope="module")]

CODE = "vTg5hN2kR7wY4jD8fM1pSx6a"


async def test_sessions_are_ended(web: WebPage, gateway: FakeGateway) -> None:
    """Where one is signed in is listed, and one session ends, then all others; the one at hand cannot be ended here."""
    await web.page.goto(f"{web.address}/#/account/security")
    rows = web.page.locator("#sessions li")
    await expect(rows).to_have_count(3)
    await expect(rows.filter(has_text="This session").get_by_role("button")).to_have_count(0)
    await web.page.get_by_role("button", name="End Safari, iPhone").click()
    await expect(rows).to_have_count(2)
    heading = web.page.get_by_role("heading", name="Where you are signed in")
    await expect(heading).to_be_focused()
    await web.page.get_by_role("button", name="End all other sessions").click()
    await expect(web.page.get_by_text("You are signed in nowhere else.")).to_be_visible()
    await expect(heading).to_be_focused()
    assert len(gateway.mail.sessions.devices) == 1


async def test_a_password_is_changed(web: WebPage, gateway: FakeGateway) -> None:
    """What is missing or wrong is said; then both fields are empty and it is told."""
    await web.page.goto(f"{web.address}/#/account/security")
    change = web.page.get_by_role("button", name="Change the password")
    await web.page.get_by_label("Present password").fill("wrong")
    await web.page.get_by_role("textbox", name="New password").fill("short")
    await change.click()
    await expect(web.page.get_by_role("alert")).to_have_text("Choose a password of at least 8 characters.")
    await web.page.get_by_role("textbox", name="New password").fill("another horse battery")
    await change.click()
    await expect(web.page.get_by_role("alert")).to_contain_text("The password is wrong.")
    await web.page.get_by_label("Present password").fill(PASSWORD)
    await change.click()
    await expect(web.page.get_by_label("Present password")).to_have_value("")
    await expect(web.page.locator(".notice")).to_contain_text("Your password is changed.")
    assert gateway.mail.asked[-1]["password"] == "another horse battery"


async def test_whoever_has_no_password_is_asked_for_none(web: WebPage, gateway: FakeGateway) -> None:
    """A mail with a link that sets one is offered instead."""
    gateway.factor.has_password = False
    await web.page.goto(f"{web.address}/#/account/security")
    await expect(web.page.get_by_text("You have no password.")).to_be_visible()
    await expect(web.page.get_by_label("Present password")).to_have_count(0)
    await web.page.get_by_role("button", name="Mail a link to set one").click()
    await expect(web.page.get_by_text("A mail is on its way to ada@example.org.")).to_be_visible()
    await expect(web.page.get_by_role("heading", name="Password", exact=True)).to_be_focused()
    assert gateway.mail.asked == [{"email": "ada@example.org", "language": "en"}]


async def test_no_password_is_asked_for_before_it_is_known_that_there_is_one(
    web: WebPage, gateway: FakeGateway
) -> None:
    """Neither while that is read, nor where it cannot be read; then it comes with the next try."""
    async with held(web.page, "**/v1/auth/second-factor", "GET"):
        await web.page.goto(f"{web.address}/#/account/security")
        await expect(web.page.get_by_role("heading", name="Where you are signed in")).to_be_visible()
        await expect(web.page.get_by_label("Present password")).to_have_count(0)
        gateway.trouble.refusal = HTTPStatus.INTERNAL_SERVER_ERROR
    again = web.page.get_by_role("button", name="Try again")
    await expect(again).to_be_visible()
    await expect(web.page.get_by_label("Present password")).to_have_count(0)
    gateway.trouble.end()
    await again.press("Enter")
    await expect(web.page.get_by_label("Present password")).to_be_visible()


async def test_an_account_without_an_address_is_told_of_as_such(web: WebPage, gateway: FakeGateway) -> None:
    """A provider may have told none: nothing is said of an address of this machine, or of one to confirm."""
    gateway.account["email"] = ""
    await web.page.goto(f"{web.address}/#/account/profile")
    await web.page.reload()
    await expect(web.page.get_by_text("This account has no address.")).to_be_visible()
    await expect(web.page.get_by_text("this machine alone")).to_have_count(0)
    await expect(web.page.get_by_text("Address not confirmed")).to_have_count(0)


async def test_a_name_that_is_saved_takes_the_keyboard_along(web: WebPage, gateway: FakeGateway) -> None:
    """The button can do nothing then, and the field is next."""

    async def renamed(route: Route) -> None:
        if route.request.method == "PATCH":
            await route.fulfill(json={**gateway.account, "display_name": "Ada"})
        else:
            await route.continue_()

    await web.page.route("**/v1/me", renamed)
    await web.page.goto(f"{web.address}/#/account/profile")
    name = web.page.get_by_label("Name")
    await name.fill("Ada")
    await web.page.get_by_role("button", name="Save").press("Enter")
    await expect(web.page.locator(".notice")).to_contain_text("Saved")
    await expect(name).to_be_focused()


async def test_a_forgotten_password(open_page: OpenPage, gateway: FakeGateway) -> None:
    """A mail is asked for from the sign-in form, in the page's language; its link chooses, and leaves the address."""
    page = await open_page()
    await page.page.get_by_role("link", name="Forgot your password?").click()
    await page.page.get_by_role("button", name="Send the link").click()
    await expect(page.page.get_by_role("alert")).to_contain_text("Enter an e-mail address")
    await page.page.get_by_label("E-mail address").fill("ada@example.org")
    await page.page.get_by_role("button", name="Send the link").click()
    await expect(page.page.get_by_role("status").filter(has_text="ada@example.org")).to_be_visible()
    assert gateway.mail.asked == [{"email": "ada@example.org", "language": "en"}]
    await page.page.goto(f"{page.address}/#/reset/{CODE}")
    await page.page.get_by_role("textbox", name="New password").fill("another horse battery")
    assert CODE not in page.page.url
    await page.page.get_by_role("button", name="Choose it").click()
    await expect(page.page.get_by_text("You have a new password.")).to_be_visible()
    assert gateway.mail.asked[-1] == {"code": CODE, "password": "another horse battery", "language": "en"}
    await page.page.get_by_role("link", name="Sign in").click()
    await expect(page.page.get_by_role("heading", name="Sign in")).to_be_visible()


async def test_links_that_do_nothing_any_more(open_page: OpenPage) -> None:
    """A link that was used says so, and an address without its code says where to look."""
    page = await open_page(f"/#/reset/{SPENT}")
    await expect(page.page.get_by_role("alert")).to_contain_text("was used or has run out")
    await expect(page.page.get_by_role("link", name="Ask for a new link")).to_be_visible()
    await page.page.reload()
    await expect(page.page.get_by_text("has no link in it any more")).to_be_visible()
    await page.page.goto(f"{page.address}/#/verify/{SPENT}")
    await expect(page.page.get_by_role("alert")).to_contain_text("was used or has run out")


async def test_an_address_is_confirmed(web: WebPage, gateway: FakeGateway) -> None:
    """A mail is asked for in the profile; its link says whose address it is, and confirms it when told to."""
    await web.page.goto(f"{web.address}/#/account")
    await web.page.get_by_role("button", name="Mail a link to confirm it").click()
    await web.page.goto(f"{web.address}/#/verify/{CODE}")
    await expect(web.page.locator("#mailed dl")).to_contain_text(MASKED)
    assert gateway.mail.asked == [{"language": "en"}]
    await web.page.get_by_role("button", name="Confirm it").click()
    await expect(web.page.get_by_text("Your address is confirmed.")).to_be_visible()
    assert CODE not in web.page.url
    assert gateway.mail.asked == [{"language": "en"}, {"code": CODE}]


async def test_a_sign_up_that_is_confirmed_by_mail(open_page: OpenPage, gateway: FakeGateway) -> None:
    """The page says where to look; the link asks for the password again, and then one is signed in."""
    gateway.mail.confirms_sign_ups = True
    page = await open_page()
    await page.page.get_by_role("button", name="Create an account").click()
    await page.page.get_by_label("I am 13 or older").check()
    await page.fill_entry("ada@example.org", PASSWORD, "Create an account")
    await expect(page.page.get_by_role("heading", name="Look into your mail")).to_be_visible()
    await page.page.goto(f"{page.address}/#/confirm/{CODE}")
    await page.page.get_by_label("Password").fill("wrong")
    await page.page.get_by_role("button", name="Finish").click()
    await expect(page.page.get_by_role("alert")).to_contain_text("The password is wrong.")
    await page.page.get_by_label("Password").fill(PASSWORD)
    await page.page.get_by_role("button", name="Finish").click()
    await page.sees_library()


@pytest.mark.parametrize("act", ["verify", "reset", "change", "undo", "confirm"])
async def test_opening_a_link_does_nothing(open_page: OpenPage, gateway: FakeGateway, act: str) -> None:
    """Each link says whose account it is for, and waits for its button: programs that read mail open links, too."""
    page = await open_page(f"/#/{act}/{CODE}")
    await expect(page.page.locator("#mailed dl")).to_contain_text(MASKED)
    await expect(page.page.locator("#mailed button[type=submit]")).to_be_enabled()
    assert (await page.page.locator("#mailed dl").inner_text()).count(NEW_MASKED) == (act in {"change", "undo"})
    # What the page sent before this has come by now.
    await page.page.evaluate("() => fetch('/v1/me')")
    assert gateway.mail.asked == []
    assert CODE not in page.page.url


async def test_a_link_that_cannot_be_asked_about_can_be_tried_again(open_page: OpenPage, gateway: FakeGateway) -> None:
    """While the server is away nothing is lost: its code is kept for another try."""
    gateway.mail.refusal = (503, "UNREACHABLE")
    page = await open_page(f"/#/change/{CODE}")
    again = page.page.get_by_role("button", name="Try again")
    await expect(again).to_be_visible()
    gateway.mail.refusal = None
    await again.click()
    await page.page.get_by_role("button", name="Change it").click()
    await expect(page.page.get_by_text("This is the address of your account now.")).to_be_visible()
    assert gateway.mail.asked == [{"code": CODE, "language": "en"}]


async def test_a_link_that_ends_meanwhile_leaves_a_way_on(open_page: OpenPage, gateway: FakeGateway) -> None:
    """Its form goes, since it can do nothing any more; what it says is read from its title on, and asks for another."""
    page = await open_page(f"/#/reset/{CODE}")
    another = page.page.get_by_role("link", name="Ask for a new link")
    await expect(another).to_be_visible()
    await page.page.get_by_role("textbox", name="New password").fill("another horse battery")
    gateway.mail.refusal = (404, "CODE_SPENT")
    await page.page.get_by_role("button", name="Choose it").click()
    await expect(page.page.get_by_role("alert")).to_contain_text("was used or has run out")
    await expect(page.page.locator("#mailed form")).to_have_count(0)
    await expect(page.page.locator("#mailed h1")).to_be_focused()
    gateway.mail.refusal = (503, "UNREACHABLE")
    await page.page.goto(f"{page.address}/#/reset/{CODE[::-1]}")
    again = page.page.get_by_role("button", name="Try again")
    await expect(again).to_be_visible()
    gateway.mail.refusal = (404, "CODE_SPENT")
    await again.press("Enter")
    await expect(page.page.get_by_role("alert")).to_contain_text("was used or has run out")
    await expect(page.page.locator("#mailed h1")).to_be_focused()
    gateway.mail.refusal = None
    await another.click()
    await _asks_once(page.page)
    await expect(page.page.locator("#mailed h1")).to_be_focused()
    assert [asked for asked in gateway.mail.asked if "email" in asked] == [
        {"email": "ada@example.org", "language": "en"}
    ]


async def _asks_once(page: Page) -> None:
    """For a link for a new password; while that is sent, Enter sends it no second time."""
    sent = asyncio.Event()

    async def held(route: Route) -> None:
        await sent.wait()
        await route.continue_()

    await page.route("**/v1/auth/password-reset", held)
    address = page.get_by_label("E-mail address")
    await address.fill("ada@example.org")
    await address.press("Enter")
    await expect(page.get_by_role("button", name="Send the link")).to_be_disabled()
    await address.press("Enter")
    sent.set()
    await expect(page.get_by_text("A mail is on its way to")).to_be_visible()
    # What the page sent before this has come by now.
    await page.evaluate("() => fetch('/v1/me')")


async def test_what_is_done_is_told_though_the_account_cannot_be_read(web: WebPage, gateway: FakeGateway) -> None:
    """The link's account and its outcome have the focus on their title, and a failure afterwards takes neither back."""
    await web.page.goto(f"{web.address}/#/verify/{CODE}")
    title = web.page.locator("#mailed h1")
    await expect(web.page.locator("#mailed dl")).to_contain_text(MASKED)
    await expect(title).to_be_focused()
    await web.page.evaluate("""() => {
      const ask = window.fetch;
      window.fetch = (asked, ...rest) =>
        String(asked.url ?? asked).endsWith("/v1/me") ? Promise.reject(new TypeError("away")) : ask(asked, ...rest);
    }""")
    await web.page.get_by_role("button", name="Confirm it").click()
    await expect(web.page.get_by_text("Your address is confirmed.")).to_be_visible()
    await expect(title).to_be_focused()
    assert gateway.mail.asked == [{"code": CODE}]


async def test_nothing_of_one_link_stays_for_the_next(open_page: OpenPage, gateway: FakeGateway) -> None:
    """Neither what was typed nor why it was refused."""
    page = await open_page(f"/#/confirm/{CODE}")
    password = page.page.get_by_role("textbox", name="Password")
    await password.fill("wrong")
    await page.page.get_by_role("button", name="Finish").click()
    await expect(page.page.get_by_role("alert")).to_contain_text("The password is wrong.")
    gateway.mail.refusal = (503, "UNREACHABLE")
    await page.page.goto(f"{page.address}/#/confirm/{CODE[::-1]}")
    await expect(page.page.get_by_role("button", name="Try again")).to_be_visible()
    await expect(password).to_have_count(0)
    gateway.mail.refusal = None
    await page.page.get_by_role("button", name="Try again").click()
    await expect(password).to_have_value("")
    await expect(page.page.get_by_role("alert")).to_have_count(0)
