"""The privacy policy in the page: read by anybody, clause by clause, in the page's language."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, Route, expect

from services.gateway.api.policy_routes import policy_json
from tests.integration.gateway.test_policy import published
from tests.integration.web.axe import violations
from tests.integration.web.conftest import OpenPage
from tests.integration.web.layout import misfits

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120), pytest.mark.asyncio(loop_scope="module")]


async def publish(page: Page) -> None:
    """Have the page told the policy that is published."""
    told = policy_json(await published())

    async def answer(route: Route) -> None:
        await route.fulfill(json=told)

    await page.route("**/v1/privacy/policy*", answer)


async def test_whoever_has_no_account_reads_the_policy(open_page: OpenPage) -> None:
    """From where one signs in a link leads to it, and each clause has an address of its own."""
    web = await open_page()
    await publish(web.page)
    await web.page.get_by_role("link", name="Privacy policy").click()
    await expect(web.page.get_by_role("heading", name="Privacy policy")).to_be_visible()
    await expect(web.page.locator("#policy .clause")).to_have_count(24)
    await web.page.locator("#policy").get_by_role("link", name="9.2").click()
    assert web.page.url.endswith("#/privacy/9.2")
    await expect(web.page.locator("[id='clause-9.2']")).to_be_in_viewport()
    await expect(web.page.locator("[id='clause-9.2']")).to_contain_text("within 24 hours")
    assert await violations(web) == []


async def test_the_policy_fits_a_phone(open_page: OpenPage) -> None:
    """Nothing of it is wider than a narrow screen."""
    web = await open_page(width_px=360)
    await publish(web.page)
    await web.page.goto(f"{web.address}/#/privacy")
    await expect(web.page.locator("#policy .clause")).to_have_count(24)
    assert await misfits(web, 360) == []
