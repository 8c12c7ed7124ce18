"""A version of the policy that is announced, in the page."""

from __future__ import annotations

import pytest
from playwright.async_api import Route, expect

from services.gateway.api.policy_routes import policy_json
from tests.integration.gateway.test_policy import published
from tests.integration.web.conftest import OpenPage
from tests.integration.web.fake_gateway import FakeGateway
from tests.integration.web.fake_policy import version_in_force

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120), pytest.mark.asyncio(loop_scope="module")]


async def test_what_is_coming_is_not_said_to_be_in_force(open_page: OpenPage) -> None:
    """A version whose day is still to come says from when, above its clauses and among the versions."""
    told, web = await published(), await open_page()
    told.policy.version.is_coming = told.versions[0].is_coming = True
    number, day = told.policy.version.version, told.policy.version.date

    async def answer(route: Route) -> None:
        await route.fulfill(json=policy_json(told))

    await web.page.route("**/v1/privacy/policy*", answer)
    await web.page.goto(f"{web.address}/#/privacy")
    shown = web.page.locator("#policy")
    await expect(shown.get_by_text(f"Version {number}, in force from {day}")).to_have_count(2)
    await expect(shown).not_to_contain_text("in force since")


async def test_of_what_is_not_in_force_nothing_is_proved(open_page: OpenPage, gateway: FakeGateway) -> None:
    """A version that is announced says that it is not in force yet, and one of before that it is older."""
    gateway.policy.has_next = True
    web = await open_page("/#/privacy")
    shown, note = web.page.locator("#policy"), web.page.locator("#policy-proofs")
    await expect(note).to_contain_text("proved in the last day")
    await shown.get_by_role("button", name=f"Version {await version_in_force() + 1}").click()
    await expect(note).to_have_text("This version is not in force yet. What is proved is shown with the one that is.")
    await expect(shown.locator(".proof")).to_have_count(0)
    await shown.get_by_role("button", name="Version 1").click()
    await expect(note).to_contain_text("This is an older version.")
