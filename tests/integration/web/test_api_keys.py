"""API keys in the account: made, shown once, seen, revoked."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, expect

from tests.browser import WebPage
from tests.integration.web.fake_gateway import FakeGateway
from tests.integration.web.holding import held, is_not_closed

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90), pytest.mark.asyncio(loop_scope="module")]


async def _new_key(web: WebPage) -> Locator:
    await web.page.goto(f"{web.address}/#/account/keys")
    await web.page.get_by_role("button", name="Make a key").click()
    dialog = web.page.get_by_role("dialog")
    await expect(dialog).to_be_visible()
    return dialog


async def test_a_key_is_made_and_shown_once(web: WebPage, gateway: FakeGateway) -> None:
    """A key is for what was checked and as long as was chosen; its secret is there to copy, and nowhere after."""
    dialog = await _new_key(web)
    await expect(dialog.get_by_label("Name")).to_be_focused()
    await dialog.get_by_label("Name").fill("  Nightly backup ")
    await dialog.get_by_role("checkbox", name="Get the sound").check()
    await dialog.get_by_role("radio", name="Until I revoke it").check()
    await expect(dialog.get_by_text("A key without an end that gets lost")).to_be_visible()
    await dialog.get_by_role("button", name="Make a key").click()
    secret = dialog.get_by_label("The key")
    await expect(secret).to_be_focused()
    told = await secret.input_value()
    assert told.startswith("sks_live_")
    (made,) = gateway.api_keys.made
    assert (made["name"], made["expires_at"]) == ("Nightly backup", None)
    assert made["scopes"] == ["tracks:read", "downloads"]
    await dialog.get_by_role("button", name="Done").click()
    row = web.page.locator("#api-keys li")
    await expect(row).to_contain_text("It may see your tracks and get the sound.")
    await expect(row).to_contain_text("Does not expire")
    await expect(row).to_contain_text("Last used on January 2, 2024")
    await expect(row).to_contain_text(told[-4:])
    assert told not in await web.page.content()


async def test_a_key_that_is_on_its_way_is_not_left_unseen(web: WebPage, gateway: FakeGateway) -> None:
    """Nothing closes the dialog while the key is made: it would work, and nobody would ever have seen it."""
    dialog = await _new_key(web)
    await dialog.get_by_label("Name").fill("Slow backup")
    async with held(web.page, "**/v1/api-keys"):
        await dialog.get_by_role("button", name="Make a key").click()
        await is_not_closed(dialog)
    await expect(dialog.get_by_label("The key")).to_have_value(re.compile("^sks_live_"))
    assert len(gateway.api_keys.made) == 1


async def test_what_is_missing_is_said(web: WebPage, gateway: FakeGateway) -> None:
    """Without a name, or with nothing that it may do, no key is made and the dialog says what to do."""
    dialog = await _new_key(web)
    await dialog.get_by_role("button", name="Make a key").click()
    await expect(dialog.get_by_text("Give the key a name.")).to_be_visible()
    await dialog.get_by_label("Name").fill("one too many")
    await dialog.get_by_role("checkbox", name="See your tracks").uncheck()
    await dialog.get_by_role("button", name="Make a key").click()
    await expect(dialog.get_by_role("alert")).to_have_text("Choose at least one thing that the key may do.")
    await dialog.get_by_role("checkbox", name="Share with others").check()
    await dialog.get_by_role("button", name="Make a key").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("Revoke one of them first.")
    assert gateway.api_keys.made == []


async def test_a_key_is_revoked_after_asking(web: WebPage, gateway: FakeGateway) -> None:
    """Revoking asks first; then the key is gone, and the keyboard goes on at the list."""
    dialog = await _new_key(web)
    await dialog.get_by_label("Name").fill("Old script")
    await dialog.get_by_role("button", name="Make a key").click()
    await dialog.get_by_role("button", name="Done").click()
    revoke = web.page.get_by_role("button", name="Revoke the key Old script")
    await revoke.click()
    await dialog.get_by_role("button", name="Cancel").click()
    await expect(revoke).to_be_focused()
    assert len(gateway.api_keys.made) == 1
    await revoke.click()
    await dialog.get_by_role("button", name="Revoke", exact=True).click()
    await expect(web.page.get_by_text("You have no key.")).to_be_visible()
    await expect(web.page.locator("#api-keys")).to_be_focused()
    assert gateway.api_keys.made == []
