"""Passkeys in a real browser with an authenticator of DevTools', before the real gateway and auth."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, CDPSession, expect

from chassis.clock import SystemClock
from chassis.db.pool import Database
from chassis.testing.nats import free_port
from chassis.testing.postgres import PostgresServer
from services.auth import wiring
from services.auth.settings import AuthSettings
from services.auth.store.store import MIGRATIONS, SCHEMA
from tests.browser import WebPage
from tests.integration.gateway.conftest import opened, running
from tests.integration.web.fake_gateway import PASSWORD, WEB

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120), pytest.mark.asyncio(loop_scope="module")]

# As a phone's own: it holds the passkey, and has its owner's finger when it asks for it.
PHONE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}

# The finger is there before the question the button asks, and not before: by then the form has taken its own back.
TOUCHED_FOR_THE_BUTTON = """() => {
  const get = navigator.credentials.get.bind(navigator.credentials);
  navigator.credentials.get = async (asked) => {
    if (asked.mediation !== "conditional") {
      await window.touchThePhone();
    }
    return get(asked);
  };
}"""


@contextlib.asynccontextmanager
async def _standing(postgres: PostgresServer, certificates: Path, folder: Path) -> AsyncIterator[tuple[str, Database]]:
    """The address of a gateway with the page and real auth behind it, and auth's database. Nothing else is real."""
    port = free_port()
    address = f"http://localhost:{port}"
    settings = AuthSettings(
        certificates=certificates,
        nats_url="",
        signing_key_file=folder / "key.pem",
        passkey_origins=(address,),
        # Hashing is tested by itself; here it need only be real.
        hashing_memory_kib=1024,
        hashing_passes=1,
        drain_s=1,
    )
    async with contextlib.AsyncExitStack() as stack:
        database = await stack.enter_async_context(postgres.database(SCHEMA, MIGRATIONS))
        auth = wiring.assemble(settings, database, SystemClock())
        for part in (auth.hasher, auth.server, auth.readiness):
            await stack.enter_async_context(running(part))
        auth_address = f"127.0.0.1:{auth.server.port}"
        door = opened(certificates, WEB, auth_address=auth_address, http_listen=f"127.0.0.1:{port}")
        await stack.enter_async_context(door)
        yield address, database


async def _with_phone(web: WebPage) -> tuple[CDPSession, dict[str, str]]:
    """DevTools of a page whose browser has an authenticator, and that one's name."""
    devtools = await web.page.context.new_cdp_session(web.page)
    await devtools.send("WebAuthn.enable")
    added = await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": PHONE})
    return devtools, {"authenticatorId": added["authenticatorId"]}


async def test_a_passkey_signs_in_where_it_was_added(
    browser: Browser, postgres: PostgresServer, certificates: Path, tmp_path: Path
) -> None:
    """Somebody adds a passkey, signs out, and signs in with it by the button, then by what the form fills in.

    No word is typed for it, and a second passkey is not made in the same place.
    """
    async with _standing(postgres, certificates, tmp_path) as (address, _):
        web = await WebPage.open(browser, address)
        devtools, phone = await _with_phone(web)
        await web.sign_up("ada@example.org", PASSWORD)
        await web.page.goto(f"{address}/#/account/security")
        await web.page.get_by_role("button", name="Add a passkey").click()
        dialog = web.page.get_by_role("dialog")
        await dialog.get_by_label("Name").fill("My phone")
        await dialog.get_by_role("button", name="Add a passkey").click()
        kept = web.page.locator("#passkeys li")
        await expect(kept).to_contain_text(["My phone"])
        await expect(kept).to_contain_text(["never used"])
        await web.page.get_by_role("button", name="Add a passkey").click()
        await dialog.get_by_role("button", name="Add a passkey").click()
        await expect(dialog.get_by_role("alert")).to_contain_text("There is a passkey of yours in this device")
        await web.page.keyboard.press("Escape")
        # Nobody touches the phone before the button asks for it: a question that found no finger is never asked again.
        await devtools.send("WebAuthn.setAutomaticPresenceSimulation", phone | {"enabled": False})
        await web.page.expose_function(
            "touchThePhone", lambda: devtools.send("WebAuthn.setAutomaticPresenceSimulation", phone | {"enabled": True})
        )
        await web.page.evaluate(TOUCHED_FOR_THE_BUTTON)
        await web.sign_out()
        await web.page.get_by_role("button", name="Sign in with a passkey").click()
        await web.sees_library()
        await web.page.goto(f"{address}/#/account/security")
        await expect(kept).to_contain_text(["last used"])
        # Among what the browser fills in, the phone chooses by itself what its owner would.
        await web.page.goto(f"{address}/#/account/session")
        await web.page.get_by_role("button", name="Sign out").click()
        await web.sees_library()
        assert web.faults == []
        await web.close()


async def test_a_passkey_shows_who_one_is(
    browser: Browser, postgres: PostgresServer, certificates: Path, tmp_path: Path
) -> None:
    """Long after signing in, somebody who has a passkey and a password goes on by the passkey alone.

    A finger that is not there leaves the question open, so that the password or another try answers it.
    """
    async with _standing(postgres, certificates, tmp_path) as (address, database):
        web = await WebPage.open(browser, address)
        devtools, phone = await _with_phone(web)
        await web.sign_up("ada@example.org", PASSWORD)
        await web.page.goto(f"{address}/#/account/security")
        await web.page.get_by_role("button", name="Add a passkey").click()
        dialog = web.page.get_by_role("dialog")
        await dialog.get_by_role("button", name="Add a passkey").click()
        kept = web.page.locator("#passkeys li")
        await expect(kept).to_have_count(1)
        # An hour goes by: the next token, which the page fetches for want of this one, says so.
        await database.pool.execute("UPDATE sessions SET authenticated_at = authenticated_at - interval '1 hour'")
        await web.page.context.clear_cookies(name="stripsession_access")
        await devtools.send("WebAuthn.setUserVerified", phone | {"isUserVerified": False})
        await web.page.get_by_role("button", name="Set up the second step").click()
        question = web.page.get_by_role("dialog", name="Show that it is you")
        by_passkey, password = question.get_by_role("button", name="Use a passkey"), question.get_by_label("Password")
        await password.fill(PASSWORD)
        await by_passkey.click()
        await expect(question.get_by_role("alert")).to_contain_text("No passkey was given")
        await expect(password).to_have_value(PASSWORD)
        await expect(by_passkey).to_be_focused()
        await devtools.send("WebAuthn.setUserVerified", phone | {"isUserVerified": True})
        await by_passkey.click()
        await expect(question).to_be_hidden()
        await expect(web.page.get_by_label("Code from the app")).to_be_visible()
        assert web.faults == []
        await web.close()
