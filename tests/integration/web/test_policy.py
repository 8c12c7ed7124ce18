"""The privacy policy in the page: read by anybody, clause by clause, version by version, in the page's language."""

from __future__ import annotations

from http import HTTPStatus

import pytest
from playwright.async_api import Browser, expect

from services.gateway.api.policy_routes import policy_json
from tests.browser import WebPage
from tests.integration.gateway.test_policy import published
from tests.integration.web.axe import violations
from tests.integration.web.conftest import OpenPage
from tests.integration.web.fake_gateway import FakeGateway
from tests.integration.web.fake_policy import NEXT_DATE, version_in_force
from tests.integration.web.holding import held
from tests.integration.web.layout import misfits

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120), pytest.mark.asyncio(loop_scope="module")]


async def test_whoever_has_no_account_reads_the_policy(open_page: OpenPage) -> None:
    """From where one signs in a link leads to it; each clause has an address, which takes the keyboard along."""
    web = await open_page()
    await web.page.get_by_role("link", name="Privacy policy").click()
    await expect(web.page.get_by_role("heading", name="Privacy policy")).to_be_visible()
    await expect(web.page.locator("#policy .clause")).to_have_count(24)
    await web.page.locator("#policy").get_by_role("link", name="9.2").click()
    assert web.page.url.endswith("#/privacy/9.2")
    clause = web.page.locator("[id='clause-9.2']")
    await expect(clause).to_be_in_viewport()
    await expect(clause).to_contain_text("within 24 hours")
    await expect(clause.locator("h3")).to_be_focused()
    assert await violations(web) == []


async def test_whoever_reads_german_reads_it_in_german(browser: Browser, gateway: FakeGateway) -> None:
    """Its title and each of its clauses are the German ones."""
    web = await WebPage.open(browser, gateway.address, path="/#/privacy", locale="de-DE")
    policy = policy_json(await published())
    sections: list[dict[str, list[dict[str, dict[str, str]]]]] = policy["sections"]  # type: ignore[assignment]  # as its schema has it
    german = [clause["text"]["de"] for section in sections for clause in section["clauses"]]
    await expect(web.page.locator("#policy .clause > p:not(.proof)")).to_have_text(german)
    await expect(web.page.locator("#policy h1")).to_have_text("Datenschutzerklärung")
    assert web.faults == []
    await web.close()


async def test_another_version_is_read_from_its_beginning(open_page: OpenPage, gateway: FakeGateway) -> None:
    """Its button shows it, and the keyboard goes on at its title; while it does not come, what was there stays."""
    gateway.policy.has_next = True
    web = await open_page("/#/privacy")
    policy = web.page.locator("#policy")
    # What is announced is not what is shown first.
    await expect(policy.locator("time")).not_to_have_text(NEXT_DATE)
    gateway.trouble.refusal = HTTPStatus.INTERNAL_SERVER_ERROR
    next_one = policy.get_by_role("button", name=f"Version {await version_in_force() + 1}")
    await next_one.click()
    await expect(policy).to_contain_text("Something went wrong on our side")
    await expect(policy.locator("time")).not_to_have_text(NEXT_DATE)
    await expect(next_one).to_be_focused()
    gateway.trouble.end()
    await policy.get_by_role("button", name="Reload the page").click()
    await expect(policy.locator("time")).to_have_text(NEXT_DATE)
    await expect(policy).not_to_contain_text("Something went wrong on our side")
    await expect(policy.locator("h1")).to_be_focused()


async def test_the_version_that_was_asked_for_last_is_shown(open_page: OpenPage, gateway: FakeGateway) -> None:
    """Whichever answer comes first."""
    gateway.policy.has_next = True
    web = await open_page("/#/privacy")
    policy = web.page.locator("#policy")
    await expect(policy.locator(".clause").first).to_be_visible()
    first = "**/v1/privacy/policy?version=1"
    async with web.page.expect_response(first), held(web.page, first, "GET"):
        await policy.get_by_role("button", name="Version 1").click()
        await policy.get_by_role("button", name=f"Version {await version_in_force() + 1}").click()
        await expect(policy.locator("h1")).to_be_focused()
    # What came before this has been looked at by now.
    await web.page.evaluate("() => fetch('/v1/me')")
    await expect(policy.locator("time")).to_have_text(NEXT_DATE)


async def test_a_policy_that_did_not_come_is_asked_for_again(open_page: OpenPage, gateway: FakeGateway) -> None:
    """That it did not come is said, and the clause that was asked for is shown once it has."""
    gateway.trouble.refusal = HTTPStatus.INTERNAL_SERVER_ERROR
    web = await open_page("/#/privacy/9.2")
    await expect(web.page.get_by_role("main")).to_contain_text("Something went wrong on our side")
    gateway.trouble.end()
    await web.page.get_by_role("button", name="Reload the page").press("Enter")
    await expect(web.page.locator("[id='clause-9.2'] h3")).to_be_focused()


async def test_the_policy_fits_a_phone(open_page: OpenPage) -> None:
    """Nothing of it is wider than a narrow screen."""
    web = await open_page("/#/privacy", width_px=360)
    await expect(web.page.locator("#policy .clause")).to_have_count(24)
    assert await misfits(web, 360) == []
