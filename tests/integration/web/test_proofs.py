"""What was proved of each promise, beside its clause: when, by what and how much; or that it is not, and why."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.integration.web.axe import violations
from tests.integration.web.conftest import OpenPage
from tests.integration.web.holding import held
from tests.integration.web.layout import misfits
from tests.integration.web.proofs import proved
from tests.integration.web.test_german import Heard

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120), pytest.mark.asyncio(loop_scope="module")]


async def prove(page: Page, **figures: int) -> None:
    """Have the page told what a look found."""
    told = await proved(**figures)
    await page.route("**/v1/privacy/promises", lambda route: route.fulfill(json=told))


async def test_each_clause_says_whether_it_is_kept(open_page: OpenPage) -> None:
    """Kept, broken, of which nobody can say, without a check: each is said in words, with its figures or its reason."""
    web = await open_page()
    await prove(web.page, card_numbers_found=2)
    await web.page.goto(f"{web.address}/#/privacy")

    def of(clause: str) -> str:
        return f"[id='clause-{clause}'] .proof"

    await expect(web.page.locator("#policy .proof")).to_have_count(24)
    await expect(web.page.locator(of("4.2"))).to_contain_text("Kept, last proved")
    await expect(web.page.locator(of("4.2"))).to_contain_text("uploads erased in a day")
    await expect(web.page.locator(of("2.4"))).to_contain_text("Not kept, last looked at")
    await expect(web.page.locator(of("2.4"))).to_contain_text("2 possible card numbers")
    await expect(web.page.locator(of("9.1"))).to_contain_text("Unproved, never proved so far.")
    await expect(web.page.locator(of("9.1"))).to_contain_text("did not answer")
    await expect(web.page.locator(of("10"))).to_contain_text("There is no check for this yet")
    await expect(web.page.locator(of("12"))).to_contain_text("Region: eu-central.")
    await expect(web.page.locator("#policy-proofs")).to_contain_text("of 24 proved in the last day")
    assert await violations(web) == []


async def test_proofs_speak_the_page_s_language_and_fit_a_phone(open_page: OpenPage) -> None:
    """In German on a narrow screen nothing is wider than it, and no word is English."""
    web = await open_page(width_px=360)
    await prove(web.page)
    await web.page.add_init_script("localStorage.setItem('stripsession.language', 'de')")
    await web.page.goto(f"{web.address}/#/privacy")
    await web.page.reload()
    await expect(web.page.locator("[id='clause-4.2'] .proof")).to_contain_text("Gehalten, zuletzt belegt")
    assert await misfits(web, 360) == []
    # The policy's own words are as they are published.
    await web.page.evaluate(
        "document.querySelectorAll('#policy .clause > :not(.proof)').forEach((its) => its.remove())"
    )
    heard = Heard(web)
    await heard.note("privacy policy")
    assert heard.strange == {}


async def test_proofs_that_come_late_lead_nobody_back(open_page: OpenPage) -> None:
    """Whoever reads the clause that was asked for has it in place, and whoever has gone on stays where they are."""
    web = await open_page()
    promises = "**/v1/privacy/promises"
    title = web.page.locator("[id='clause-9.2'] h3")
    async with held(web.page, promises, "GET"):
        await web.page.goto(f"{web.address}/#/privacy/9.2")
        await expect(title).to_be_focused()
    await expect(web.page.locator("#policy .proof")).to_have_count(24)
    await expect(title).to_be_in_viewport()
    await web.page.goto("about:blank")
    last = web.page.locator("#policy").get_by_role("button").last
    async with held(web.page, promises, "GET"):
        await web.page.goto(f"{web.address}/#/privacy/9.2")
        await expect(title).to_be_focused()
        await last.focus()
    await expect(web.page.locator("#policy .proof")).to_have_count(24)
    await expect(last).to_be_focused()
    await expect(title).not_to_be_in_viewport()


async def test_a_policy_is_shown_though_nothing_proved_can_be_read(open_page: OpenPage) -> None:
    """While promises cannot be read every clause stands there, and that is said once."""
    web = await open_page()
    await web.page.route("**/v1/privacy/promises", lambda route: route.abort())
    await web.page.goto(f"{web.address}/#/privacy")
    await expect(web.page.locator("#policy .clause")).to_have_count(24)
    await expect(web.page.locator("#policy-proofs")).to_contain_text("cannot be shown now")
    await expect(web.page.locator("#policy .proof")).to_have_count(0)
