"""The page as somebody meets it whose browser speaks German."""

from __future__ import annotations

import re
from typing import cast

import pytest
from playwright.async_api import Browser, expect

from services.gateway.api.remarks import EXAMPLES as REMARKS
from tests.browser import WebPage
from tests.integration.web.fake_closing import TOKEN
from tests.integration.web.fake_devices import USER_CODE
from tests.integration.web.fake_gateway import PASSWORD, FakeGateway
from tests.integration.web.told_words import words_in, words_of
from tests.integration.web.views import SECTIONS

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90), pytest.mark.asyncio(loop_scope="module")]

# What is seen, and what is only read out.
_TEXTS = """() => {
  const texts = [document.title];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const { parentElement: around } = node;
    // A command is the same in every language.
    if (around.checkVisibility({ visibilityProperty: true }) && !around.matches("code")) texts.push(node.data);
  }
  for (const element of document.querySelectorAll("body *")) {
    for (const name of ["aria-label", "aria-valuetext", "title", "placeholder", "alt"]) {
      texts.push(element.getAttribute(name) ?? "");
    }
  }
  return texts;
}"""
_UNTOLD = re.compile(r"undefined|\bnull\b|NaN|\[object|=>|\$\{")
_NAMES = frozenset({"audio", "cpu", "quartet"})
"""Said in German as well, by the server."""
_SONG = "Zug um Zug"
_FAILURE = ("SEPARATION_FAILED", "The separation failed. Try again.")
_SENT = frozenset({_FAILURE[1], *(text for text, _ in REMARKS.values())})
"""What the server says in English beside a word, for which the page has its own."""


class Heard:
    """What is not German in the views that were met."""

    def __init__(self, web: WebPage) -> None:
        """Words of the English messages that no German one has."""
        self._web = web
        self._english = words_of("en") - words_of("de") - _NAMES
        self.strange: dict[str, list[str]] = {}

    async def note(self, view: str) -> None:
        """Look at all that the page says now."""
        texts = cast(list[str], await self._web.page.evaluate(_TEXTS))
        strange = {text.strip() for text in texts if words_in(text) & self._english or _UNTOLD.search(text)}
        strange |= {text.strip() for text in texts if any(sentence in text for sentence in _SENT)}
        if strange:
            self.strange[view] = sorted(strange)


async def _through_the_door(web: WebPage, heard: Heard) -> None:
    await expect(web.page.get_by_role("heading", name="Anmelden")).to_be_visible()
    await heard.note("sign-in")
    await web.page.get_by_role("button", name="Konto anlegen").click()
    await web.page.get_by_label("Ich bin 13 oder älter").check()
    await heard.note("sign-up")
    await web.page.get_by_label("E-Mail-Adresse").fill("ada@example.org")
    await web.page.get_by_label("Passwort").fill(PASSWORD)
    await web.page.locator("#entry-form button[type=submit]").click()
    await expect(web.page.get_by_role("heading", name="Deine Songs")).to_be_visible()
    await expect(web.page.locator("#list-state")).to_contain_text("Noch keine Songs")
    await heard.note("empty library")


async def _through_the_library(web: WebPage, gateway: FakeGateway, heard: Heard) -> None:
    gateway.remarks = [{"code": code, "text": text, "facts": facts} for code, (text, facts) in REMARKS.items()]
    await web.choose_bytes(f"{_SONG}.flac", b"not really audio" * 1000)
    await web.sees_track(_SONG, "separating")
    gateway.release(2)
    await expect(web.track(_SONG)).to_contain_text("spielbar bis")
    await heard.note("library while a song is separated")
    gateway.release(gateway.song.segments)
    await web.sees_track(_SONG, "ready")
    await web.page.get_by_role("button", name=f"Mehr zu {_SONG}").click()
    await expect(web.page.get_by_role("menuitem").first).to_be_visible()
    await heard.note("menu of a track")
    await web.page.get_by_role("menuitem", name=f"Bearbeiten: {_SONG}").click()
    await expect(web.page.get_by_role("dialog")).to_be_visible()
    await heard.note("editing")
    await web.page.keyboard.press("Escape")
    await web.page.get_by_role("button", name=f"{_SONG} herunterladen").click()
    await expect(web.page.locator("#downloads-rows")).to_be_visible()
    await heard.note("download")
    await web.page.keyboard.press("Escape")


async def _through_the_player(web: WebPage, gateway: FakeGateway, heard: Heard) -> None:
    await web.open_track(_SONG)
    await web.can_play(5.0)
    await expect(web.page.locator(".warnings li")).to_have_count(len(REMARKS))
    await web.page.locator(".report summary").click()
    await heard.note("player")
    await web.page.keyboard.press("?")
    await expect(web.page.get_by_role("dialog", name="Tastenkürzel")).to_be_visible()
    await heard.note("shortcuts")
    await web.page.keyboard.press("Escape")
    await web.page.get_by_role("button", name="Teilen", exact=True).click()
    await web.page.get_by_role("button", name="Link erstellen").click()
    link = await web.page.get_by_label("Der neue Link").input_value()
    await heard.note("share")
    await web.page.keyboard.press("Escape")
    await web.page.goto(link)
    await expect(web.page.get_by_text("Mit dir geteilt")).to_be_visible()
    await web.can_play(5.0)
    await heard.note("shared track")
    await web.page.goto(f"{web.address}/#/shared/{'x' * 43}")
    await expect(web.page.locator("#shared-gone")).to_be_visible()
    await heard.note("shared track that is gone")
    for section in SECTIONS:
        await web.page.goto(f"{web.address}/#/account/{section}")
        await expect(web.page.locator(f"#section-{section}")).to_be_focused()
        await heard.note(f"account, {section}")
    dialog = web.page.get_by_role("dialog")
    await web.page.goto(f"{web.address}/#/account/security")
    await web.page.get_by_role("button", name="Passkey hinzufügen").click()
    await dialog.get_by_role("button", name="Passkey hinzufügen").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("Unter dieser Adresse gehen keine Passkeys")
    await heard.note("new passkey")
    await web.page.keyboard.press("Escape")
    await web.page.get_by_role("button", name="Den Passkey Pixel 9 entfernen").click()
    await heard.note("removing a passkey")
    await web.page.keyboard.press("Escape")
    await web.page.goto(f"{web.address}/#/account/keys")
    await web.page.get_by_role("button", name="Schlüssel erstellen").click()
    await dialog.get_by_label("Name").fill("Nachts")
    await heard.note("new key")
    await dialog.get_by_role("button", name="Schlüssel erstellen").click()
    await expect(dialog.get_by_label("Der Schlüssel")).to_be_visible()
    await heard.note("made key")
    await dialog.get_by_role("button", name="Fertig").click()
    await web.page.get_by_role("button", name="Den Schlüssel Nachts widerrufen").click()
    await heard.note("revoking a key")
    await web.page.keyboard.press("Escape")
    gateway.closing.followed = "erasing"
    await web.page.goto(f"{web.address}/#/closing/{TOKEN}")
    await expect(web.page.locator("#closing tbody tr")).to_have_count(5)
    await heard.note("account that is erased")
    await web.page.goto(f"{web.address}/#/device")
    await heard.note("device")
    await web.page.get_by_label("Code").fill(USER_CODE)
    await web.page.get_by_role("button", name="Weiter").click()
    await expect(web.page.get_by_role("button", name="Ablehnen")).to_be_visible()
    await heard.note("device that asks")


async def test_no_english_word_is_left(browser: Browser, gateway: FakeGateway) -> None:
    """In a German browser the page is marked as German, and says no word that only its English messages have."""
    web = await WebPage.open(browser, gateway.address, locale="de-DE")
    await expect(web.page.locator("html[lang=de]")).to_have_count(1)
    heard = Heard(web)
    await _through_the_door(web, heard)
    await _through_the_library(web, gateway, heard)
    await _through_the_player(web, gateway, heard)
    gateway.end_tracks("failed", _FAILURE[1], _FAILURE[0])
    await web.page.goto(f"{web.address}/#/")
    await web.page.reload()
    await web.sees_track(_SONG, "failed")
    await heard.note("library with a song that failed")
    assert web.faults == []
    await web.close()
    assert heard.strange == {}


async def test_the_check_sees_english(browser: Browser, gateway: FakeGateway) -> None:
    """The English page says words that are English: the check above can fail."""
    web = await WebPage.open(browser, gateway.address)
    await expect(web.page.get_by_role("heading", name="Sign in")).to_be_visible()
    heard = Heard(web)
    await heard.note("sign-in")
    await web.close()
    assert "Pull a song apart. Play every part." in heard.strange["sign-in"]
