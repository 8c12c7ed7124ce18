"""Signing in by a provider in a real Chromium: there, back, and what is connected."""

from __future__ import annotations

import pytest
from playwright.async_api import Route, expect

from tests.browser import WebPage
from tests.integration.web.conftest import OpenPage
from tests.integration.web.fake_gateway import FakeGateway
from tests.integration.web.fake_providers import BOTH, answer_as

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90), pytest.mark.asyncio(loop_scope="module")]


async def test_somebody_new_comes_in_by_a_provider(open_page: OpenPage, gateway: FakeGateway) -> None:
    """One that is away is told; the other leads there and back, then asks for the age, and leaves the address plain."""
    gateway.providers.offered = BOTH
    web = await open_page()
    await web.page.get_by_role("button", name="Continue with Choir of the Upper Valley").click()
    await expect(web.page.get_by_role("alert")).to_contain_text("This provider cannot be reached just now.")
    await web.page.get_by_role("button", name="Continue with Google").click()
    await answer_as(web.page, "Ada")
    view = web.page.locator("#arrived")
    await expect(view.get_by_role("heading", name="One more thing")).to_be_focused()
    await expect(view).to_contain_text("signed in with Google as Ada, ada@example.org.")
    await view.get_by_role("button", name="Create the account").click()
    await expect(view.get_by_role("alert")).to_contain_text("An account is for people of 13 or older.")
    await view.get_by_label("I am 13 or older").check()
    await view.get_by_role("button", name="Create the account").click()
    await web.sees_library()
    assert web.page.url == f"{gateway.address}/#/"
    # Where somebody was who went to show who they are, or to pay, is of that session.
    await web.page.evaluate("""() => {
      sessionStorage.setItem("stripsession.place", "there");
      sessionStorage.setItem("stripsession.before-payment", "what was paid for");
    }""")
    await web.sign_out()
    assert await web.page.evaluate("() => sessionStorage.length") == 0


async def test_a_provider_is_connected_and_taken_away(web: WebPage, gateway: FakeGateway) -> None:
    """Under Security, where the last way in says why it stays."""
    gateway.providers.offered = BOTH
    await web.page.goto(f"{web.address}/#/account/security")
    await web.page.reload()
    await web.page.get_by_role("button", name="Connect Google").click()
    await answer_as(web.page, "Ada")
    take_away = web.page.get_by_role("button", name="Disconnect Google")
    await expect(take_away).to_be_visible()
    assert gateway.providers.connected == ["google"]
    gateway.providers.is_last_way_in = True
    await web.page.reload()
    await expect(take_away).to_be_disabled()
    await expect(web.page.locator("#connections")).to_contain_text("Nothing else would sign you in.")
    gateway.providers.is_last_way_in = False
    await web.page.reload()
    await take_away.click()
    await expect(web.page.get_by_role("button", name="Connect Google")).to_be_visible()
    await expect(web.page.get_by_role("heading", name="Connected sign-ins")).to_be_focused()
    assert gateway.providers.connected == []


async def test_who_has_a_provider_alone_is_asked_anew_there(web: WebPage, gateway: FakeGateway) -> None:
    """Before a dangerous act the question leads to the provider that signs them in, which is told to ask."""
    await _asked_who_they_are(web, gateway, press="Set up the second step")
    question = web.page.get_by_role("dialog", name="Show that it is you")
    await expect(question.get_by_role("button", name="Go on")).to_have_count(0)
    await question.get_by_role("button", name="Sign in again with Google").click()
    gateway.providers.is_known = True
    await answer_as(web.page, "Ada")
    assert gateway.providers.asked_anew == [True]
    await expect(web.page.get_by_role("button", name="Set up the second step")).to_be_visible()
    assert web.page.url == f"{gateway.address}/#/account/security"


async def _asked_who_they_are(web: WebPage, gateway: FakeGateway, *, press: str, section: str = "security") -> None:
    """Somebody whom a provider alone signs in presses what only they may do, once they have shown that it is them."""
    gateway.providers.offered, gateway.providers.connected = BOTH, ["google"]
    gateway.factor.is_fresh, gateway.factor.only_by = False, "provider"
    await web.page.goto(f"{web.address}/#/account/{section}")
    await web.page.get_by_role("button", name=press, exact=True).click()


async def _leave_by_google(web: WebPage, gateway: FakeGateway) -> None:
    """From the question who one is to the provider's page, where everybody is known."""
    question = web.page.get_by_role("dialog", name="Show that it is you")
    await question.get_by_role("button", name="Sign in again with Google").click()
    await expect(web.page.get_by_role("heading", name="Who signs in?")).to_be_visible()
    gateway.providers.is_known = gateway.factor.is_fresh = True


async def test_who_comes_back_is_led_to_what_they_were_about_to_do(web: WebPage, gateway: FakeGateway) -> None:
    """The act is named and has the focus, nothing was done of it meanwhile, and pressing it goes on."""
    await _asked_who_they_are(web, gateway, press="Set up the second step")
    await _leave_by_google(web, gateway)
    gateway.asked.clear()
    await answer_as(web.page, "Ada")
    await expect(web.page.get_by_role("button", name="Set up the second step")).to_be_focused()
    told = web.page.get_by_text("It is confirmed that it is you. Go on with “Set up the second step”.")
    await expect(told.first).to_be_visible()
    assert "POST /v1/auth/second-factor" not in gateway.asked
    await web.page.keyboard.press("Enter")
    await expect(web.page.get_by_role("dialog").get_by_role("img", name="QR code")).to_be_visible()


async def test_an_act_in_a_dialog_is_begun_anew_by_its_person(web: WebPage, gateway: FakeGateway) -> None:
    """What destroys something is not done by itself: the focus is at what opens its dialog."""
    gateway.factor.is_set = True
    await _asked_who_they_are(web, gateway, press="Remove")
    remove = web.page.get_by_role("button", name="Remove", exact=True)
    await web.page.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()
    await _leave_by_google(web, gateway)
    await answer_as(web.page, "Ada")
    await expect(remove).to_be_focused()
    await expect(web.page.get_by_role("dialog")).to_have_count(0)
    assert gateway.factor.is_set


async def test_who_comes_back_as_somebody_else_is_told(web: WebPage, gateway: FakeGateway) -> None:
    """Another account has nothing to go on with, and is shown neither the first one's place nor its closing."""
    gateway.closing.state = "waiting"
    await _asked_who_they_are(web, gateway, press="Set up the second step")
    await _leave_by_google(web, gateway)
    bar = web.page.locator("#closing-bar")

    async def as_somebody_else(route: Route) -> None:
        await expect(bar).to_be_visible()
        gateway.account |= {"user_id": "usr_bob", "email": "bob@example.org"}
        gateway.closing.state = ""
        await route.continue_()

    await web.page.route("**/v1/auth/providers/finish", as_somebody_else)
    await answer_as(web.page, "Ada")
    told = web.page.get_by_text("You are signed in to another account now: bob@example.org.")
    await expect(told.first).to_be_visible()
    assert web.page.url == f"{gateway.address}/#/"
    await expect(bar).to_have_count(0)


async def test_who_comes_back_as_somebody_else_is_told_of_their_own_closing(web: WebPage, gateway: FakeGateway) -> None:
    """Of two accounts that are both to be erased the bar has the day of the one that is signed in now."""
    gateway.closing.state = "waiting"
    await _asked_who_they_are(web, gateway, press="Set up the second step")
    await _leave_by_google(web, gateway)
    bar = web.page.locator("#closing-bar")

    async def as_somebody_else(route: Route) -> None:
        await expect(bar).to_contain_text("on May 11, 2031.")
        gateway.account |= {"user_id": "usr_bob", "email": "bob@example.org"}
        gateway.closing.due_at = "2032-06-12T09:30:00Z"
        await route.continue_()

    await web.page.route("**/v1/auth/providers/finish", as_somebody_else)
    await answer_as(web.page, "Ada")
    await expect(bar).to_contain_text("on June 12, 2032.")


async def test_who_is_not_let_in_by_the_provider_finds_the_way_back(web: WebPage, gateway: FakeGateway) -> None:
    """It leads to where they were, and not to another part of the account."""
    await _asked_who_they_are(web, gateway, press="Change the address", section="profile")
    await web.page.get_by_label("New e-mail address").fill("ada@new.example")
    await web.page.get_by_role("button", name="Send the link").click()
    question = web.page.get_by_role("dialog", name="Show that it is you")
    await question.get_by_role("button", name="Sign in again with Google").click()
    await answer_as(web.page, "Nobody")
    await expect(web.page.get_by_text("The sign-in was cancelled.")).to_be_visible()
    await web.page.get_by_role("link", name="Back to where you were").click()
    await expect(web.page.locator("#section-profile")).to_be_focused()


async def test_a_provider_is_named_beside_passkeys(web: WebPage, gateway: FakeGateway) -> None:
    """This browser may have none of the person's; providers that cannot be read are told, and read again."""
    gateway.providers.offered, gateway.providers.connected = BOTH, ["google"]
    gateway.factor.is_fresh, gateway.factor.only_by = False, "passkey provider"
    await web.page.goto(f"{web.address}/#/account/security")
    await web.page.reload()
    await expect(web.page.get_by_role("button", name="Connect Choir of the Upper Valley")).to_be_visible()
    gateway.providers.refusal = (403, "FORBIDDEN")
    await web.page.get_by_role("button", name="Set up the second step").click()
    question = web.page.get_by_role("dialog", name="Show that it is you")
    await expect(question.get_by_role("button", name="Use a passkey")).to_be_visible()
    again = question.get_by_role("button", name="Try again")
    await expect(again).to_be_visible()
    await expect(question).not_to_contain_text("ask you anew")
    gateway.providers.refusal = None
    await again.click()
    await expect(question.get_by_role("button", name="Sign in again with Google")).to_be_visible()
    await expect(question).to_contain_text("Without a passkey at hand")


async def test_without_providers_nothing_speaks_of_them(web: WebPage) -> None:
    """Neither the entry nor Security has a word about what this server does not offer."""
    await web.page.goto(f"{web.address}/#/account/security")
    await expect(web.page.get_by_role("heading", name="Where you are signed in")).to_be_visible()
    await expect(web.page.get_by_role("heading", name="Connected sign-ins")).to_have_count(0)
