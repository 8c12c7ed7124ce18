"""What is held of a person, in the page: counted as they look, in words, with where to act on it."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser import WebPage
from tests.integration.web.axe import violations
from tests.integration.web.conftest import OpenPage
from tests.integration.web.fake_census import KINDS, census
from tests.integration.web.fake_gateway import PASSWORD, FakeGateway
from tests.integration.web.layout import misfits

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120), pytest.mark.asyncio(loop_scope="module")]
# As of an upload whose file the browser can find again: of one that lies in the page's own folder, asked of nobody.
_KEEP_A_FILE = """async () => {
  const folder = await navigator.storage.getDirectory();
  const file = await folder.getFileHandle("Long Way.wav", { create: true });
  const opening = indexedDB.open("stripsession", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("handles");
  await new Promise((go) => (opening.onsuccess = go));
  const keeping = opening.result.transaction("handles", "readwrite").objectStore("handles").put(file, "one");
  await new Promise((go) => (keeping.onsuccess = go));
  opening.result.close();
}"""
OF_ALL = sum(len(kinds) for kinds in KINDS.values())


async def visit(web: WebPage) -> None:
    await web.page.goto(f"{web.address}/#/account/privacy")


async def test_every_kind_is_told_in_words_with_where_to_act_on_it(web: WebPage) -> None:
    """Whatever a service can hold has words, a deadline and a way to it; name and address stand there themselves."""
    await visit(web)
    rows = web.page.locator("li[data-kind]")
    await expect(rows).to_have_count(OF_ALL)
    tracks = web.page.locator("[data-kind='library.tracks']")
    await expect(tracks).to_contain_text("1,234")
    await expect(tracks).to_contain_text("Kept: until you delete it or the account closes")
    await expect(tracks.get_by_role("link", name="To the library")).to_have_attribute("href", "#/")
    await expect(web.page.locator("[data-kind='library.stem_files']")).to_contain_text("12 MB")
    profile = web.page.get_by_role("region", name="Who you are here")
    await expect(profile).to_contain_text("ada@example.org")
    await profile.get_by_role("link", name="Change name or address").click()
    await expect(web.page.locator("#section-profile")).to_be_focused()


async def test_looking_at_what_is_kept_here_keeps_nothing_more(web: WebPage) -> None:
    """Where this browser has no database of the page's, looking makes none; and one that is there can be removed."""
    await visit(web)
    again = web.page.get_by_role("button", name="Count again")
    await expect(again).to_be_visible()
    await again.click()
    await expect(again).to_be_enabled()
    assert await web.page.evaluate("async () => (await indexedDB.databases()).length") == 0
    await web.page.evaluate(_KEEP_A_FILE)
    await again.click()
    await expect(web.page.get_by_text("Where the files of unfinished uploads lie")).to_be_visible()
    removed = """() => new Promise((told) => {
      const removing = indexedDB.deleteDatabase("stripsession");
      removing.onsuccess = () => told("removed");
      removing.onblocked = () => told("blocked");
    })"""
    assert await web.page.evaluate(removed) == "removed"


async def test_a_service_that_is_down_is_named_and_asked_again(web: WebPage, gateway: FakeGateway) -> None:
    """The rest is shown; once it is back, counting again shows its part too, and the keyboard stays where it was."""
    gateway.census.answer = census(away=["billing"], unknown="dreams_of_songs")
    await visit(web)
    await expect(web.page.get_by_text("Billing does not answer right now.")).to_be_visible()
    await expect(web.page.locator("[data-kind='billing.invoices']")).to_have_count(0)
    await expect(web.page.locator("[data-kind='library.dreams_of_songs']")).to_contain_text("library: dreams of songs")
    gateway.census.answer = census()
    again = web.page.get_by_role("button", name="Count again")
    await again.click()
    await expect(web.page.locator("[data-kind='billing.invoices']")).to_be_visible()
    await expect(web.page.get_by_text("does not answer")).to_have_count(0)
    await expect(again).to_be_focused()


async def test_without_a_network_what_was_counted_stays(web: WebPage) -> None:
    """A count that fails is told beside the one before; at the first visit there is another try and nothing else."""
    await visit(web)
    rows = web.page.locator("li[data-kind]")
    await expect(rows).to_have_count(OF_ALL)
    await web.page.route("**/v1/privacy/census", lambda route: route.abort())
    await web.page.get_by_role("button", name="Count again").click()
    await expect(web.page.locator("#account")).to_contain_text("cannot be reached")
    await expect(rows).to_have_count(OF_ALL)
    await web.page.goto("about:blank")
    await visit(web)
    await expect(web.page.get_by_role("button", name="Try again")).to_be_visible()
    await expect(rows).to_have_count(0)
    await web.page.unroute("**/v1/privacy/census")
    await web.page.get_by_role("button", name="Try again").click()
    await expect(rows).to_have_count(OF_ALL)


async def test_this_browsers_own_part_is_told(web: WebPage) -> None:
    """What the page keeps on this device is listed as it is with each count, and cookies as the server may set them."""
    await visit(web)
    here = web.page.get_by_role("region", name="In this browser")
    await expect(here).to_contain_text("When somebody signed in, and never who")
    await expect(here).not_to_contain_text("Look of the page")
    await web.page.evaluate("localStorage.setItem('stripsession.theme', 'dark')")
    await web.page.evaluate(_KEEP_A_FILE)
    await web.page.get_by_role("button", name="Count again").click()
    await expect(here).to_contain_text("Look of the page")
    await expect(here).to_contain_text("Where the files of unfinished uploads lie, and never their bytes")
    await expect(web.page.get_by_role("region", name="Cookies")).to_contain_text("stripsession_access")


async def test_it_fits_a_phone_in_german_and_is_accessible(open_page: OpenPage) -> None:
    """With every kind in the longer language nothing is wider than a narrow screen, and axe finds nothing."""
    web = await open_page(width_px=360)
    await web.sign_up("ada@example.org", PASSWORD)
    await web.page.evaluate("localStorage.setItem('stripsession.language', 'de')")
    await web.page.reload()
    await visit(web)
    await expect(web.page.locator("[data-kind='library.tracks']")).to_contain_text("Songs")
    await expect(web.page.locator("li[data-kind]")).to_have_count(OF_ALL)
    assert await misfits(web, 360) == []
    assert await violations(web) == []
