"""The second step on the page: set up, signed in with, asked for before dangerous acts, and taken away."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser import WebPage
from tests.integration.web.conftest import OpenPage
from tests.integration.web.fake_factor import CODE, RECOVERY
from tests.integration.web.fake_gateway import PASSWORD, FakeGateway
from tests.integration.web.holding import held, is_not_closed

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90), pytest.mark.asyncio(loop_scope="module")]


async def test_a_second_step_from_beginning_to_end(open_page: OpenPage, gateway: FakeGateway) -> None:
    """It is set up with a code, asked for when signing in, and removed once the person has shown who they are."""
    page = await open_page()
    await page.fill_entry("ada@example.org", PASSWORD, "Sign in")
    await page.sees_library()
    dialog = page.page.get_by_role("dialog")

    await page.page.goto(f"{page.address}/#/account/security")
    gateway.factor.is_fresh = False
    await page.page.get_by_role("button", name="Set up the second step").click()
    await dialog.get_by_label("Password").fill("wrong")
    await dialog.get_by_role("button", name="Go on").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("The password is wrong.")
    await dialog.get_by_label("Password").fill(PASSWORD)
    await dialog.get_by_role("button", name="Go on").click()
    await expect(dialog.get_by_role("img", name="QR code")).to_be_visible()
    await expect(dialog.get_by_text("GEZD GNBV")).to_be_visible()
    await dialog.get_by_label("Code from the app").fill("000000")
    await dialog.get_by_role("button", name="Turn it on").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("The code is wrong")
    await dialog.get_by_label("Code from the app").fill(CODE)
    await dialog.get_by_role("button", name="Turn it on").click()
    await expect(dialog.get_by_text(RECOVERY[3])).to_be_visible()
    for _ in range(3):
        await page.page.keyboard.press("Escape")
    await page.page.mouse.click(5, 5)
    await expect(dialog.get_by_role("alert")).to_contain_text("I have kept them")
    await expect(dialog.get_by_role("button", name="Close")).to_have_count(0)
    async with page.page.expect_download() as saved:
        await dialog.get_by_role("button", name="Download as a file").click()
    assert (await (await saved.value).path()).read_text().split() == RECOVERY
    await dialog.get_by_role("button", name="I have kept them").click()
    await expect(page.page.locator("#factor-state")).to_contain_text("9 recovery codes are left.")

    await page.page.context.clear_cookies()
    await page.page.reload()
    await page.fill_entry("ada@example.org", PASSWORD, "Sign in")
    step = page.page.locator("#second-step")
    await step.get_by_label("Code from the app").fill("000000")
    await step.get_by_role("button", name="Sign in").click()
    await expect(step.get_by_role("alert")).to_contain_text("The code is wrong")
    await step.get_by_role("button", name="Use a recovery code instead").click()
    await step.get_by_label("Recovery code").fill(RECOVERY[0])
    await step.get_by_role("button", name="Sign in").click()
    await expect(page.page.locator("#factor-state")).to_be_visible()

    gateway.factor.is_fresh = False
    await page.page.get_by_role("button", name="Remove", exact=True).click()
    await dialog.get_by_role("button", name="Remove", exact=True).click()
    await expect(dialog).to_contain_text("Show that it is you")
    await page.page.keyboard.press("Escape")
    await expect(page.page.locator("#factor-state")).to_be_visible()
    await page.page.get_by_role("button", name="Remove", exact=True).click()
    await dialog.get_by_role("button", name="Remove", exact=True).click()
    await dialog.get_by_label("Code from the app").fill(CODE)
    await dialog.get_by_role("button", name="Go on").click()
    await expect(page.page.get_by_role("button", name="Set up the second step")).to_be_visible()
    assert [sorted(proof) for proof in gateway.factor.proofs] == [["password"], ["password"], ["code", "language"]]


async def test_recovery_codes_that_are_on_their_way_are_not_left_unseen(web: WebPage) -> None:
    """Nothing closes the dialog while the step is turned on: its codes are told this once."""
    dialog = web.page.get_by_role("dialog")
    await web.page.goto(f"{web.address}/#/account/security")
    await web.page.get_by_role("button", name="Set up the second step").click()
    await dialog.get_by_label("Code from the app").fill(CODE)
    async with held(web.page, "**/v1/auth/second-factor/confirm"):
        await dialog.get_by_role("button", name="Turn it on").click()
        await is_not_closed(dialog)
    await expect(dialog.get_by_text(RECOVERY[3])).to_be_visible()


async def test_an_address_is_changed_and_taken_back(web: WebPage, gateway: FakeGateway) -> None:
    """The profile asks for a mail to the new address; its link and the old one's do it when told to."""
    await web.page.goto(f"{web.address}/#/account/profile")
    await web.page.get_by_role("button", name="Change the address").click()
    await web.page.get_by_role("button", name="Send the link").click()
    await expect(web.page.get_by_role("alert")).to_contain_text("Enter an e-mail address")
    await web.page.get_by_label("New e-mail address").fill("ada@new.example")
    await web.page.get_by_role("button", name="Send the link").click()
    await expect(web.page.get_by_role("status").filter(has_text="ada@new.example")).to_be_visible()
    assert gateway.factor.asked == [{"email": "ada@new.example", "language": "en"}]
    code = "x" * 43
    await web.page.goto(f"{web.address}/#/change/{code}")
    await web.page.get_by_role("button", name="Change it").click()
    await expect(web.page.get_by_text("This is the address of your account now.")).to_be_visible()
    await web.page.goto(f"{web.address}/#/undo/{code}")
    undo = web.page.get_by_role("button", name="Take it back")
    await expect(undo).to_be_visible()
    assert gateway.mail.asked == [{"code": code, "language": "en"}]
    await undo.click()
    await expect(web.page.get_by_text("A mail with a link for a new password")).to_be_visible()
    assert code not in web.page.url
