"""The views of passkeys, at the door and in the account, for the walk through every view."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from playwright.async_api import expect

from tests.browser import WebPage

Look = Callable[[str], Awaitable[None]]


async def sign_in(web: WebPage, look: Look) -> None:
    """Passkeys are for names: the form offers them under one, and not at a bare address."""
    by_name = web.address.replace("127.0.0.1", "localhost")
    await web.page.goto(by_name)
    await expect(web.page.get_by_role("button", name="Sign in with a passkey")).to_be_visible()
    await look("sign-in-passkey")
    await web.page.goto(f"{web.address}/#/")
    await expect(web.page.get_by_role("heading", name="Sign in")).to_be_visible()


async def kept(web: WebPage, look: Look) -> None:
    """Listed, added, refused and removed."""
    await web.page.goto(f"{web.address}/#/account/security")
    await expect(web.page.locator("#passkeys li")).to_have_count(2)
    await look("account-passkeys")
    dialog = web.page.get_by_role("dialog")
    await web.page.get_by_role("button", name="Add a passkey").click()
    await expect(dialog.get_by_label("Name")).to_have_value(re.compile("^This (computer|phone)$"))
    await look("account-new-passkey")
    await dialog.get_by_role("button", name="Add a passkey").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("Passkeys do not work at this address")
    await look("account-passkey-refused")
    await web.page.keyboard.press("Escape")
    await web.page.get_by_role("button", name="Remove the passkey Pixel 9").click()
    await expect(dialog).to_be_visible()
    await look("account-remove-passkey")
    await web.page.keyboard.press("Escape")
