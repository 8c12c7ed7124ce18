"""Every view of the page, one after the other: for pictures of them, and for what must hold in each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Literal

from playwright.async_api import FilePayload, expect

from tests.browser import WebPage
from tests.integration.web import (
    acceptance_views,
    age_views,
    closing_views,
    mailed_views,
    passkey_views,
    policy_views,
    provider_views,
    request_views,
)
from tests.integration.web.fake_devices import USER_CODE
from tests.integration.web.fake_factor import CODE
from tests.integration.web.fake_gateway import PASSWORD, FakeGateway
from tests.integration.web.fake_providers import BOTH

WIDTHS_PX = (360, 768, 1440)
PHONE_PX, DESK_PX = 360, 1440
Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")
SECTIONS = (
    *("profile", "security", "plan", "page", "keys", "webhooks"),
    *("privacy", "requests", "export", "receipts", "session", "closing"),
)
SONG = "Night Train"
_SONGS = (
    SONG,
    "A very long title of a song that goes on and on until no row can hold it any more",
    "夜のうた",
)
_AUDIO = b"not really audio" * 1000
_SLOW_BYTES_PER_S = 10_000
_REMARK: dict[str, object] = {
    "code": "CLIPPED",
    "text": "4000 samples were louder than the file format can hold and were clipped",
    "facts": {"count": "4000"},
}
Look = Callable[[str], Awaitable[None]]

# What is told in passing stays until it was looked at.
_STAY = """() => {
  window.passing = window.setTimeout;
  window.setTimeout = (act, wait_ms, ...rest) => passing(act, wait_ms < 5000 ? wait_ms : 600_000, ...rest);
}"""
_PASS = "() => void (window.setTimeout = window.passing)"


async def themed(web: WebPage) -> AsyncIterator[Theme]:
    """The view as it is, light and dark. Without motion a colour is there at once, and not on its way from another."""
    for theme in THEMES:
        await turn_to(web, theme)
        yield theme


async def turn_to(web: WebPage, theme: Theme) -> None:
    """Show the view in a theme."""
    await web.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    # The page for an address that has none has no script, and one theme.
    await expect(web.page.locator(f"html[data-theme={theme}], html:not(:has(script))")).to_have_count(1)


async def walk(web: WebPage, gateway: FakeGateway, look: Look) -> None:
    """Go through the page as somebody new; each view's name goes to `look`, which may tab about and changes nothing.

    `web` is a fresh page at its beginning.
    """
    # There, under Security too, are ways in by others.
    gateway.providers.offered, gateway.providers.connected = BOTH, ["google"]
    await web.page.reload()
    await _door(web, gateway, look)
    await _first_songs(web, gateway, look)
    await _library(web, gateway, look)
    await _download(web, gateway, look)
    link = await _player(web, look)
    await _account(web, gateway, look)
    await age_views.asked(web, gateway, look)
    await _factor(web, gateway, look)
    await _device(web, gateway, look)
    await _payments(web, gateway, look)
    await closing_views.closing(web, gateway, look)
    await acceptance_views.notices(web, gateway, look)
    await _elsewhere(web, link, look)
    await _faults(web, gateway, look)


async def _door(web: WebPage, gateway: FakeGateway, look: Look) -> None:
    await mailed_views.mailed(web, look)
    await expect(web.page.get_by_role("heading", name="Sign in")).to_be_visible()
    await expect(web.page.get_by_role("button", name="Continue with Google")).to_be_visible()
    await look("sign-in")
    await policy_views.policy(web, gateway, look)
    await request_views.strangers(web, gateway, look)
    await passkey_views.sign_in(web, look)
    await provider_views.back(web, look)
    await mailed_views.sign_up_sent(web, gateway, look)
    await web.page.get_by_role("button", name="Create an account").click()
    await expect(web.page.get_by_label("I am 13 or older")).to_be_visible()
    await look("sign-up")
    await web.page.locator("#entry-form button[type=submit]").click()
    await expect(web.page.get_by_role("alert")).to_be_visible()
    await look("sign-up-refused")
    await web.page.get_by_label("I am 13 or older").check()
    await web.fill_entry("ada@example.org", PASSWORD, "Create an account")
    await web.sees_library()


async def _first_songs(web: WebPage, gateway: FakeGateway, look: Look) -> None:
    await expect(web.page.locator("#list-state")).to_contain_text("No tracks yet")
    await look("library-empty")
    gateway.refusal = (422, "This is a picture, not audio.")
    await web.choose_bytes("cat.mp3", b"GIF89a")
    await expect(web.upload("cat.mp3")).to_contain_text("This is a picture, not audio.")
    await look("library-refused")
    gateway.refusal = None
    await web.upload("cat.mp3").get_by_role("button", name="Remove").click()
    await web.slow_uploads(_SLOW_BYTES_PER_S)
    for number in range(7):
        await web.choose_bytes(f"Evening {number}.flac", _AUDIO * 60)
    await web.sends("Evening 0", 1)
    await expect(web.page.get_by_role("button", name="Show all")).to_be_visible()
    await look("library-uploading")
    await web.page.get_by_role("button", name="Cancel all uploads").click()
    await expect(web.page.locator(".upload-row")).to_have_count(0)
    await web.slow_uploads(None)
    gateway.remarks = [_REMARK]
    for title in _SONGS:
        await web.choose_bytes(f"{title}.flac", _AUDIO)
        await web.sees_track(title, "separating")
    gateway.release(3)
    await expect(web.track(SONG)).to_contain_text("playable to")
    await look("library-separating")
    gateway.release(gateway.song.segments)
    for title in _SONGS:
        await web.sees_track(title, "ready")


async def _library(web: WebPage, gateway: FakeGateway, look: Look) -> None:
    heard = {
        "artist": "Ada and the Analysts",
        "tags": ["evening", "to practise"],
        "key": "F# minor",
        "tempo_bpm": 92.04,
    }
    for track in list(gateway.tracks.values())[1:]:
        track.update(heard)
    await web.page.reload()
    await expect(web.track(_SONGS[2])).to_contain_text("to practise")
    await look("library")
    more = web.page.get_by_role("button", name=f"More for {SONG}")
    await more.click()
    await expect(web.page.get_by_role("menuitem").first).to_be_visible()
    await look("menu")
    await web.page.get_by_role("menuitem", name=f"Edit {SONG}").click()
    await expect(web.page.get_by_role("dialog")).to_be_visible()
    await look("edit")
    picture = FilePayload(name="cover.png", mimeType="image/png", buffer=await web.page.screenshot())
    await web.page.locator("dialog input[type=file]").set_input_files(picture)
    await expect(web.page.get_by_role("dialog")).to_contain_text("This one, once you save.")
    await look("edit-cover")
    await web.page.keyboard.press("Escape")
    await web.page.evaluate(_STAY)
    await web.delete(SONG)
    await expect(web.page.get_by_role("button", name="Undo")).to_be_visible()
    await look("undo")
    await web.page.get_by_role("button", name="Undo").click()
    await web.page.evaluate(_PASS)
    await expect(web.track(SONG)).to_have_count(1)


async def _download(web: WebPage, gateway: FakeGateway, look: Look) -> None:
    await web.open_download(SONG)
    await look("download")
    dialog = web.page.get_by_role("dialog")
    await dialog.get_by_role("radio", name="Stems (zip)", exact=True).check()
    await dialog.get_by_role("checkbox", name="Vocals", exact=True).uncheck()
    await look("download-zip")
    gateway.file = _AUDIO * 100
    gateway.hold_downloads(are_held=True)
    await web.saves_into("Night Train.flac")
    await dialog.get_by_role("radio", name="Vocals", exact=True).check()
    await dialog.get_by_role("button", name="Download").click()
    await expect(dialog.locator(".saving")).to_contain_text("of")
    await look("download-saving")
    await dialog.get_by_role("button", name="Cancel").click()
    await expect(dialog.locator(".saving")).to_have_count(0)
    gateway.hold_downloads(are_held=False)
    gateway.file = None
    await web.page.keyboard.press("Escape")


async def _player(web: WebPage, look: Look) -> str:
    """The link that was made there."""
    await web.open_track(SONG)
    await web.can_play(5.0)
    await look("player")
    await web.page.locator(".report summary").click()
    await expect(web.page.locator(".report dl")).to_be_visible()
    await look("player-report")
    await web.page.keyboard.press("?")
    await expect(web.page.get_by_role("dialog")).to_be_visible()
    await look("shortcuts")
    await web.page.keyboard.press("Escape")
    await web.player.get_by_role("button", name="Share", exact=True).click()
    await expect(web.page.get_by_text("No link of this track works now.")).to_be_visible()
    await look("share")
    await web.page.get_by_role("button", name="Make a link").click()
    made = web.page.get_by_label("The new link")
    await expect(made).to_be_visible()
    await look("new-link")
    return await made.input_value()


async def _account(web: WebPage, gateway: FakeGateway, look: Look) -> None:
    for section in SECTIONS:
        await web.page.goto(f"{web.address}/#/account/{section}")
        await expect(web.page.locator(f"#section-{section}")).to_be_focused()
        # What there is, not that it is on its way.
        await expect(web.page.get_by_text("Loading…")).to_have_count(0)
        await look(f"account-{section}")
    await request_views.own(web, gateway, look)
    await passkey_views.kept(web, look)
    await _keys(web, look)
    await _webhooks(web, gateway, look)


async def _keys(web: WebPage, look: Look) -> None:
    await web.page.goto(f"{web.address}/#/account/keys")
    make = web.page.get_by_role("button", name="Make a key")
    dialog = web.page.get_by_role("dialog")
    await make.click()
    await expect(dialog).to_be_visible()
    await look("account-new-key")
    await dialog.get_by_role("button", name="Make a key").click()
    await expect(dialog.get_by_text("Give the key a name.")).to_be_visible()
    await look("account-key-unnamed")
    await dialog.get_by_label("Name").fill(
        "Nightly backup of everything that the band has recorded since the beginning"
    )
    await dialog.get_by_role("checkbox", name="Get the sound").check()
    await dialog.get_by_role("button", name="Make a key").click()
    await expect(dialog.get_by_label("The key")).to_be_visible()
    await look("account-key-made")
    await dialog.get_by_role("button", name="Done").click()
    await expect(web.page.locator("#api-keys li")).to_have_count(1)
    await look("account-keys-listed")
    await web.page.get_by_role("button", name="Revoke the key Nightly backup").click()
    await expect(dialog).to_be_visible()
    await look("account-revoke-key")
    await web.page.keyboard.press("Escape")


async def _webhooks(web: WebPage, gateway: FakeGateway, look: Look) -> None:
    """One is made, tried, given up, and looked into."""
    await web.page.goto(f"{web.address}/#/account/webhooks")
    dialog = web.page.get_by_role("dialog")
    await web.page.get_by_role("button", name="Add a webhook").click()
    await expect(dialog).to_be_visible()
    await look("account-new-webhook")
    await dialog.get_by_label("Address").fill(f"https://hooks.example.org/{'a-long-way-down/' * 8}")
    await dialog.get_by_role("button", name="Add a webhook").click()
    await expect(dialog.get_by_label("The secret")).to_be_visible()
    await look("account-webhook-made")
    await dialog.get_by_role("button", name="Done").click()
    row = web.page.locator("#webhooks li")
    await row.get_by_role("button", name="Send a test").click()
    await look("account-webhook-tested")
    gateway.webhooks.fail()
    await web.page.reload()
    await expect(row.get_by_role("button", name="Turn on")).to_be_visible()
    await look("account-webhook-failing")
    await row.get_by_role("button", name="Log").click()
    await expect(dialog.locator("li")).to_be_visible()
    await look("account-webhook-log")
    await dialog.get_by_role("button", name="Done").click()
    await row.get_by_role("button", name="Change secret").click()
    await expect(dialog).to_be_visible()
    await look("account-webhook-rotate")
    await web.page.keyboard.press("Escape")


async def _factor(web: WebPage, gateway: FakeGateway, look: Look) -> None:
    """The second step, set up, in force and taken away, and the question who one is before that."""
    dialog = web.page.get_by_role("dialog")
    await web.page.goto(f"{web.address}/#/account/security")
    await web.page.get_by_role("button", name="Set up the second step").click()
    await expect(dialog.get_by_role("img", name="QR code")).to_be_visible()
    await look("account-factor-begun")
    await dialog.get_by_label("Code from the app").fill(CODE)
    await dialog.get_by_role("button", name="Turn it on").click()
    await expect(dialog.get_by_role("listitem")).to_have_count(10)
    await look("account-factor-codes")
    await dialog.get_by_role("button", name="I have kept them").click()
    await expect(web.page.locator("#factor-state")).to_contain_text("9 recovery codes are left")
    await look("account-factor-set")
    await web.page.get_by_role("button", name="Remove", exact=True).click()
    await expect(dialog).to_contain_text("Your password alone opens the account then")
    await look("account-factor-removal")
    gateway.factor.is_fresh = False
    await dialog.get_by_role("button", name="Remove", exact=True).click()
    await expect(dialog).to_contain_text("Show that it is you")
    await look("step-up")
    await dialog.get_by_role("button", name="Use a recovery code instead").click()
    await look("step-up-recovery")
    await web.page.keyboard.press("Escape")
    gateway.factor.is_fresh, gateway.factor.is_set = True, False
    await web.page.goto(f"{web.address}/#/account/profile")
    await web.page.get_by_role("button", name="Change the address").click()
    await look("account-new-address")


async def _device(web: WebPage, gateway: FakeGateway, look: Look) -> None:
    await web.page.goto(f"{web.address}/#/device")
    await expect(web.page.get_by_label("Code")).to_be_visible()
    await look("device")
    await web.page.get_by_label("Code").fill(USER_CODE)
    await web.page.get_by_role("button", name="Continue").click()
    await expect(web.page.get_by_role("button", name="Sign it in")).to_be_visible()
    await look("device-asks")
    await web.page.get_by_role("button", name="Sign it in").click()
    await expect(web.page.get_by_role("heading", name="The program is signed in")).to_be_visible()
    await look("device-approved")
    gateway.devices.answers.clear()
    await web.page.goto(f"{web.address}/#/device/{USER_CODE}")
    await web.page.get_by_role("button", name="Refuse").click()
    await expect(web.page.get_by_role("heading", name="The program is refused")).to_be_visible()
    await look("device-refused")
    # Its address is that of the empty form by now.
    await web.page.reload()
    await web.page.get_by_label("Code").fill("XXXX-XXXX")
    await web.page.get_by_role("button", name="Continue").click()
    await expect(web.page.get_by_role("alert")).to_be_visible()
    await look("device-unknown")


async def _payments(web: WebPage, gateway: FakeGateway, look: Look) -> None:
    """The plan of somebody who may pay, pays, changes, ends, and could not pay; and the wall before the library."""
    for state, next_plan in (("none", None), ("active", "studio"), ("ending", None), ("grace", None), ("lapsed", None)):
        gateway.payments.set_up(state, next_plan)
        await web.page.goto(f"{web.address}/#/account/plan")
        await web.page.reload()
        await expect(web.page.get_by_text("Test mode: no money moves.")).to_be_visible()
        await expect(web.page.get_by_role("heading", name="Invoices")).to_be_visible()
        await look(f"payments-{state}")
    gateway.left_s = 0
    await web.page.goto(f"{web.address}/#/")
    await web.page.reload()
    await expect(web.page.get_by_role("link", name="See plans and packs")).to_be_visible()
    await look("minutes-used-up")
    gateway.left_s = 3600
    gateway.payments.is_set_up = False


async def _elsewhere(web: WebPage, link: str, look: Look) -> None:
    await web.page.goto(link)
    await expect(web.page.get_by_text("Shared with you")).to_be_visible()
    await web.can_play(5.0)
    await look("shared")
    await web.page.goto(f"{web.address}/#/shared/{'x' * 43}")
    await expect(web.page.locator("#shared-gone")).to_be_visible()
    await look("shared-ended")
    await web.page.goto(f"{web.address}/#/track/trk_404")
    await expect(web.page.get_by_role("heading", name="This track is not here")).to_be_visible()
    await look("track-missing")


async def _faults(web: WebPage, gateway: FakeGateway, look: Look) -> None:
    gateway.end_tracks("failed", "The model gave up.")
    await web.page.goto(f"{web.address}/#/")
    await web.page.reload()
    await web.sees_track(SONG, "failed")
    await look("library-failed")
    await web.page.get_by_role("button", name=f"More for {SONG}").click()
    await web.page.get_by_role("menuitem", name=f"Show the reason for {SONG}").click()
    await expect(web.page.get_by_role("dialog")).to_be_visible()
    await look("reason")
    await web.page.keyboard.press("Escape")
    await web.page.context.set_offline(True)
    await expect(web.page.locator("#offline")).to_be_visible()
    await look("library-offline")
    await web.page.context.set_offline(False)
    await web.page.goto(f"{web.address}/no/such/page")
    await expect(web.page.get_by_role("heading", name="There is nothing at this address")).to_be_visible()
    await look("address-missing")
