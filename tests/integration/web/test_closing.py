"""Closing the account in the page: what is asked, what is told, how it is kept, and how it is followed."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path

import pytest
from playwright.async_api import Route, expect

from tests.browser import WebPage
from tests.integration.web.conftest import OpenPage
from tests.integration.web.fake_closing import TOKEN
from tests.integration.web.fake_gateway import PASSWORD, FakeGateway
from tests.integration.web.fake_receipts import SIGNED_RECEIPT
from tests.integration.web.told import MOMENT

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120), pytest.mark.asyncio(loop_scope="module")]

BAR = "#closing-bar"
LOOK_MS = 5_000
"""How soon an erasure that is under way is looked at again."""
UNSIGNED_MS, UNSIGNED_LOOKS = 60_000, 10
"""How soon, and how often, a receipt is looked for that is not signed yet."""


async def to_closing(web: WebPage) -> None:
    await web.page.goto(f"{web.address}/#/account/closing")
    await expect(web.page.locator("#close-account")).to_be_visible()


async def test_an_account_is_closed_in_a_week_and_kept_after_all(web: WebPage, gateway: FakeGateway) -> None:
    """What goes and stays is said before; the link is shown once; a bar in every view keeps the account."""
    page = web.page
    await to_closing(web)
    await expect(page.locator("#account section")).to_contain_text("nothing is paid back by itself")
    await expect(page.locator("#account section")).to_contain_text("payment records, for seven years")
    await expect(page.locator(BAR)).to_have_count(0)
    await page.get_by_role("button", name="Close the account").click()
    link = page.get_by_label("Link to follow it by")
    await expect(link).to_be_focused()
    assert await link.input_value() == f"{web.address}/#/closing/{TOKEN}"
    assert [at_once for _, at_once in gateway.closing.asked] == [False]
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("alert")).to_contain_text("This is shown once only")
    await page.get_by_role("dialog").get_by_role("button", name="Done").click()
    assert TOKEN not in await page.content()
    for view in ("#/", "#/account/plan"):
        await page.goto(f"{web.address}/{view}")
        await expect(page.locator(BAR)).to_contain_text("Your account will be erased on May 11, 2031.")
    await page.reload()
    await page.locator(BAR).get_by_role("button", name="Keep my account").click()
    await expect(page.locator(BAR)).to_have_count(0)
    await expect(page.locator("#content")).to_be_focused()
    assert gateway.closing.state == ""


async def test_at_once_takes_a_typed_word_and_leads_to_the_link(web: WebPage, gateway: FakeGateway) -> None:
    """Nothing is asked before the word stands there; then this browser forgets who it was, and shows how far it is."""
    page = web.page
    await to_closing(web)
    await page.get_by_role("radio", name="At once").check()
    erase = page.get_by_role("button", name="Erase everything now")
    await erase.click()
    await expect(page.get_by_text("Type erase as it stands there.")).to_be_visible()
    assert gateway.closing.asked == []
    gateway.closing.followed = "erasing"
    await page.get_by_role("textbox", name="To erase all of it now, type erase").fill("Erase")
    await erase.click()
    await expect(page.get_by_role("heading", name="The erasure of an account")).to_be_visible()
    assert page.url.endswith(f"#/closing/{TOKEN}")
    assert [at_once for _, at_once in gateway.closing.asked] == [True]
    await expect(page.locator("#account-name")).to_have_count(0)
    rows = page.locator("#closing tbody tr")
    await expect(rows).to_have_count(5)
    await expect(rows.nth(1)).to_contain_text("Done")
    await expect(rows.nth(3)).to_contain_text("Did not answer; it is asked again")
    await expect(rows.nth(4)).to_contain_text("Not yet")
    await page.goto(f"{web.address}/#/")
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


async def test_at_once_this_browser_forgets_though_no_sign_out_is_heard(web: WebPage, gateway: FakeGateway) -> None:
    """Whose account is erased leaves nothing behind where the server does not answer the sign-out, and has the link."""
    page = web.page
    await to_closing(web)
    await page.route("**/v1/auth/logout", lambda route: route.abort())
    await page.get_by_role("radio", name="At once").check()
    await page.get_by_role("textbox", name="To erase all of it now, type erase").fill("erase")
    await page.get_by_role("button", name="Erase everything now").click()
    await expect(page.get_by_role("heading", name="The erasure of an account")).to_be_visible()
    kept = await page.evaluate("Object.keys(localStorage)")
    assert {"stripsession.signed-in", "stripsession.owner"}.isdisjoint(kept)
    await page.goto(f"{web.address}/#/")
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


async def test_at_once_the_link_is_there_though_this_browser_forgets_nothing(
    web: WebPage, gateway: FakeGateway
) -> None:
    """Where what the browser keeps cannot be removed, the one link to the erasure is not lost, and that is told."""
    page = web.page
    await to_closing(web)
    await page.evaluate("""async () => {
      await caches.open("stripsession.answers");
      CacheStorage.prototype.delete = () => Promise.reject(new Error("no"));
    }""")
    gateway.closing.followed = "erasing"
    await page.get_by_role("radio", name="At once").check()
    await page.get_by_role("textbox", name="To erase all of it now, type erase").fill("erase")
    await page.get_by_role("button", name="Erase everything now").click()
    await expect(page.get_by_role("heading", name="The erasure of an account")).to_be_visible()
    assert page.url.endswith(f"#/closing/{TOKEN}")
    await expect(page.get_by_role("alert")).to_contain_text("did not let go of all")


async def test_whoever_has_not_just_shown_who_they_are_is_asked(web: WebPage, gateway: FakeGateway) -> None:
    """The question comes before anything is closed, and the same wish goes on after it; who cancels closes nothing."""
    page = web.page
    await to_closing(web)
    gateway.factor.is_fresh = False
    await page.get_by_role("button", name="Close the account").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("Show that it is you")
    await dialog.get_by_role("button", name="Cancel").click()
    await expect(page.locator("#close-account").get_by_role("alert")).to_be_visible()
    assert gateway.closing.asked == []
    await page.get_by_role("button", name="Close the account").click()
    await dialog.get_by_label("Password").fill(PASSWORD)
    await dialog.get_by_role("button", name="Go on").click()
    await expect(page.get_by_label("Link to follow it by")).to_be_visible()
    assert len(gateway.closing.asked) == 1


async def test_who_comes_too_late_is_told(web: WebPage, gateway: FakeGateway) -> None:
    """An account that is being erased by now is not kept, and the bar says so."""
    page = web.page
    gateway.closing.state, gateway.closing.refusal = "waiting", "CLOSING_BEGUN"
    await page.reload()
    await page.locator(BAR).get_by_role("button", name="Keep my account").click()
    await expect(page.get_by_role("alert")).to_contain_text("Nothing takes that back")
    await expect(page.locator(BAR)).to_contain_text("Your account is being erased.")
    await expect(page.locator(BAR).get_by_role("button")).to_have_count(0)


async def test_offline_the_page_says_so_and_closes_nothing(web: WebPage, gateway: FakeGateway) -> None:
    """A wish that does not reach the server is refused in words, and can be sent again."""
    page = web.page
    await to_closing(web)
    await page.context.set_offline(True)
    await page.get_by_role("button", name="Close the account").click()
    await expect(page.locator("#close-account").get_by_role("alert")).to_contain_text("cannot be reached")
    await page.context.set_offline(False)
    await page.get_by_role("button", name="Close the account").click()
    await expect(page.get_by_label("Link to follow it by")).to_be_visible()
    assert len(gateway.closing.asked) == 1


async def test_a_lost_answer_is_asked_for_again(web: WebPage, gateway: FakeGateway) -> None:
    """Where the wish arrived and its link did not, the page says that the account waits, and shows another link."""
    page = web.page
    await to_closing(web)
    await page.route("**/v1/account/closing", _lose_answers)
    await page.get_by_role("button", name="Close the account").click()
    await expect(page.locator("#close-account").get_by_role("alert")).to_contain_text("cannot be reached")
    await expect(page.locator(BAR)).to_contain_text("Your account will be erased on May 11, 2031.")
    await page.unroute("**/v1/account/closing")
    await page.get_by_role("button", name="Show a new link").click()
    await expect(page.get_by_label("Link to follow it by")).to_have_value(f"{web.address}/#/closing/{TOKEN}")
    (lost, again) = gateway.closing.asked
    assert lost == again
    await page.get_by_role("dialog").get_by_role("button", name="Done").click()
    await page.reload()
    await page.get_by_role("button", name="Show a new link").click()
    await expect(page.get_by_label("Link to follow it by")).to_be_focused()
    assert [at_once for _, at_once in gateway.closing.asked] == [False] * 3
    assert len({name for name, _ in gateway.closing.asked}) == 2


async def test_a_wish_that_was_taken_back_does_not_stand_in_the_next_one_s_way(
    web: WebPage, gateway: FakeGateway
) -> None:
    """Whose answer was lost, who kept the account and then asks anew is told of that once, and heard the next time."""
    page = web.page
    await to_closing(web)
    await page.route("**/v1/account/closing", _lose_answers)
    ask = page.get_by_role("button", name="Close the account")
    await ask.click()
    await page.locator(BAR).get_by_role("button", name="Keep my account").click()
    await expect(page.locator(BAR)).to_have_count(0)
    await page.unroute("**/v1/account/closing")
    await ask.click()
    await expect(page.locator("#close-account").get_by_role("alert")).to_contain_text("taken back since")
    await ask.click()
    await expect(page.get_by_label("Link to follow it by")).to_be_visible()


async def _lose_answers(route: Route) -> None:
    """What is asked for arrives, and nobody hears of it."""
    if route.request.method == "POST":
        await route.fetch()
        await route.abort()
    else:
        await route.continue_()


async def test_where_nothing_can_be_taken_back_nothing_is_chosen(web: WebPage, gateway: FakeGateway) -> None:
    """A server without a window erases at once, and asks for the word."""
    gateway.closing.window_s = 0
    await web.page.reload()
    await to_closing(web)
    await expect(web.page.get_by_role("radio", name="At once")).to_have_count(0)
    await expect(web.page.get_by_role("button", name="Erase everything now")).to_be_visible()


async def test_whoever_holds_the_link_follows_without_an_account(
    open_page: OpenPage, gateway: FakeGateway, tmp_path: Path
) -> None:
    """Nobody signs in: when it begins, how far it is, what was removed, and the receipt of it, byte for byte.

    A link that leads nowhere says so.
    """
    web = await open_page()
    page = web.page
    gateway.closing.followed = "waiting"
    await page.goto(f"{web.address}/#/closing/{TOKEN}")
    await expect(page.locator("#closing")).to_contain_text("It begins on May 11, 2031.")
    gateway.closing.followed = "over"
    await page.reload()
    await expect(page.locator("#closing")).to_contain_text("All of it is gone since")
    songs = page.locator("#closing tbody tr").nth(1)
    await expect(songs).to_contain_text("songs: 1,200, usage events: 3")
    async with page.expect_download() as saving:
        await page.get_by_role("button", name="Save receipt").click()
    download = await saving.value
    assert download.suggested_filename == "receipt-account.json"
    await download.save_as(tmp_path / "receipt.json")
    assert (tmp_path / "receipt.json").read_bytes() == SIGNED_RECEIPT
    await page.goto(f"{web.address}/#/closing/{'x' * 43}")
    await expect(page.get_by_role("heading", name="This link leads nowhere")).to_be_visible()
    assert not [line for line in gateway.asked if TOKEN in line]


async def test_a_receipt_that_is_not_signed_yet_is_not_given(open_page: OpenPage, gateway: FakeGateway) -> None:
    """All is erased, and whoever follows is told that its receipt is to come."""
    web = await open_page()
    gateway.closing.followed, gateway.closing.is_signed = "over", False
    await web.page.goto(f"{web.address}/#/closing/{TOKEN}")
    await expect(web.page.locator("#closing")).to_contain_text("is not signed yet")
    await expect(web.page.get_by_role("button", name="Save receipt")).to_have_count(0)


async def test_a_receipt_that_nobody_signs_is_not_asked_for_for_ever(open_page: OpenPage, gateway: FakeGateway) -> None:
    """It comes by itself where it is signed within minutes; a page that stops asking says so."""
    web = await open_page()
    shown, looks = web.page.locator("#closing"), list[str]()

    async def note(route: Route) -> None:
        looks.append(route.request.method)
        await route.continue_()

    await web.page.route("**/v1/privacy/closings/open", note)
    await web.page.clock.install()
    gateway.closing.followed, gateway.closing.is_signed = "over", False
    await web.page.goto(f"{web.address}/#/closing/{TOKEN}")
    await expect(shown).to_contain_text("is not signed yet")
    for look in range(2, UNSIGNED_LOOKS + 1):
        async with web.page.expect_response("**/closings/open"):
            await web.page.clock.fast_forward(UNSIGNED_MS)
        await expect(shown).to_have_attribute("aria-busy", "false")
        assert len(looks) == look
    await expect(shown).to_contain_text("has stopped asking")
    await web.page.clock.fast_forward(10 * UNSIGNED_MS)
    await web.page.evaluate("() => fetch('/v1/me')")
    assert len(looks) == UNSIGNED_LOOKS
    gateway.closing.is_signed = True
    await web.page.reload()
    await expect(web.page.get_by_role("button", name="Save receipt")).to_be_visible()


async def test_a_server_that_is_away_is_asked_again(open_page: OpenPage, gateway: FakeGateway) -> None:
    """What cannot be read is told, with another try that brings it."""
    web = await open_page()
    gateway.trouble.refusal = HTTPStatus.INTERNAL_SERVER_ERROR
    await web.page.goto(f"{web.address}/#/closing/{TOKEN}")
    await expect(web.page.locator("#closing")).to_contain_text("Something went wrong on our side")
    gateway.trouble.end()
    gateway.closing.followed = "withdrawn"
    await web.page.get_by_role("button", name="Try again").click()
    await expect(web.page.locator("#closing")).to_contain_text("It was taken back")


async def test_it_is_followed_on_after_a_server_that_was_away(open_page: OpenPage, gateway: FakeGateway) -> None:
    """One look that fails is not the last one: whoever leaves the page open sees the end."""
    web = await open_page()
    await web.page.clock.install()
    shown = web.page.locator("#closing")
    gateway.closing.followed = "erasing"
    await web.page.goto(f"{web.address}/#/closing/{TOKEN}")
    await expect(shown).to_contain_text("It is under way.")
    gateway.trouble.refusal = HTTPStatus.SERVICE_UNAVAILABLE
    await web.page.clock.fast_forward(LOOK_MS)
    await expect(shown.get_by_role("button", name="Try again")).to_be_visible()
    gateway.trouble.end()
    gateway.closing.followed = "over"
    await web.page.clock.fast_forward(LOOK_MS)
    await expect(shown).to_contain_text("All of it is gone since")
    await expect(shown.get_by_role("button", name="Try again")).to_have_count(0)


async def test_what_is_due_is_not_said_to_wait(open_page: OpenPage, gateway: FakeGateway) -> None:
    """Of an erasure at once the first answer may be older than its beginning; the next one is seconds away."""
    web = await open_page()
    await web.page.clock.install()
    gateway.closing.followed, gateway.closing.due_at = "waiting", MOMENT
    await web.page.goto(f"{web.address}/#/closing/{TOKEN}")
    await expect(web.page.locator("#closing")).to_contain_text("It is under way.")
    gateway.closing.followed = "over"
    await web.page.clock.fast_forward(LOOK_MS)
    await expect(web.page.locator("#closing")).to_contain_text("All of it is gone since")


async def test_a_device_whose_clock_is_wrong_does_not_say_that_it_has_begun(
    open_page: OpenPage, gateway: FakeGateway
) -> None:
    """Whether it is due is for the server's clock to say."""
    web = await open_page()
    await web.page.clock.set_fixed_time("2040-01-01T00:00:00Z")
    gateway.closing.followed = "waiting"
    await web.page.goto(f"{web.address}/#/closing/{TOKEN}")
    await expect(web.page.locator("#closing")).to_contain_text("It begins on May 11, 2031.")


async def test_the_link_s_address_is_copied(open_page: OpenPage, gateway: FakeGateway) -> None:
    """That it was is seen; where the browser lets no page copy, the address lies marked in a field."""
    gateway.closing.followed = "erasing"
    web = await open_page(f"/#/closing/{TOKEN}")
    copy, field = web.page.get_by_role("button", name="Copy the address"), web.page.get_by_label("Link to follow it by")
    await web.page.evaluate("() => (navigator.clipboard.writeText = () => Promise.reject(new Error('no')))")
    await copy.click()
    await expect(field).to_have_value(f"{web.address}/#/closing/{TOKEN}")
    await expect(field).to_be_focused()
    await web.page.evaluate("() => (navigator.clipboard.writeText = () => Promise.resolve())")
    await copy.click()
    await expect(field).to_have_count(0)
    await expect(web.page.locator(".notice")).to_contain_text("Copied.")
