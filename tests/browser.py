"""Drives the browser client in a real Chromium, as a person would; against a fake gateway or the whole stack."""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

from playwright.async_api import (
    Browser,
    CDPSession,
    ConsoleMessage,
    Download,
    ElementHandle,
    FilePayload,
    Locator,
    Page,
    async_playwright,
    expect,
)

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
)
PHONE_WIDTH_PX_MAX = 500
_PATIENCE_MS = 15_000
_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# With these Chromium asks a person where to save or what to open, and nobody is there; see `saves_into`.
_SAVING = "['showSaveFilePicker', 'showOpenFilePicker', 'showDirectoryPicker'].forEach((name) => delete window[name])"

_SAVES_INTO = """(name) => {
  window.showSaveFilePicker = async ({ suggestedName }) => {
    window.suggestedName = suggestedName;
    const folder = await navigator.storage.getDirectory();
    return folder.getFileHandle(name, { create: true });
  };
}"""

_SAVED = """async (name) => {
  const folder = await navigator.storage.getDirectory();
  const handle = await folder.getFileHandle(name).catch(() => null);
  if (!handle) return null;
  const reader = new FileReader();
  const read = new Promise((resolve) => (reader.onload = resolve));
  reader.readAsDataURL(await handle.getFile());
  await read;
  return reader.result.split(",")[1] ?? "";
}"""

_LISTENING = """
  // Whatever goes to the loudspeaker goes to window.ear as well, which keeps the last of its left channel.
  const { connect } = AudioNode.prototype;
  AudioNode.prototype.connect = function (to, ...rest) {
    if (to instanceof AudioDestinationNode) {
      const sides = new ChannelSplitterNode(this.context, { numberOfOutputs: 2 });
      window.ear = new AnalyserNode(this.context, { fftSize: 32768 });
      connect.call(this, sides);
      connect.call(sides, window.ear, 0);
    }
    return connect.call(this, to, ...rest);
  };
"""

_SOUNDS = """() => {
  const heard = new Float32Array(4096);
  window.ear?.getFloatTimeDomainData(heard);
  return heard.some((value) => Math.abs(value) > 0.01);
}"""

_TAPPED = """async (frames) => {
  const { sample, stems } = await document.getElementById("player-view").engine.tap(frames);
  // In steps of 16 bits, which are shorter to hand over; of whole ones nothing is lost.
  const steps = (values) => [...values].map((value) => value * 32768);
  return { sample, stems: stems.map((channels) => channels.map(steps)) };
}"""

_HEARS = """async (wanted) => {
  const { stems } = await document.getElementById("player-view").engine.tap(2048);
  const loud = (values) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length) > 1e-4;
  return wanted.every((isHeard, lane) => stems[lane].some(loud) === isHeard);
}"""


@dataclasses.dataclass(frozen=True)
class Tapped:
    """What the mixer played next: `stems[lane][channel]`, in steps of 16 bits, from the song's `sample` on."""

    sample: int
    stems: list[list[list[float]]]


def chromium_path() -> str:
    """The browser on PATH, the one without a window first: it takes half the processor time.

    Raises FileNotFoundError with what to do.
    """
    for name in _NAMES:
        path = shutil.which(name)
        if path:
            return path
    raise FileNotFoundError("no Chromium on PATH: run tests/install_browser.sh")


@contextlib.asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A headless Chromium, on a machine that may be busy: what a page is expected to show has its time."""
    expect.set_options(timeout=_PATIENCE_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path(), args=list(FLAGS))
        try:
            yield browser
        finally:
            await browser.close()


class WebPage:
    """One tab on the browser client, with what a person does there and sees there."""

    def __init__(self, page: Page, address: str) -> None:
        """`address` is the gateway's, without a path. Waits are bounded by the page's default deadlines."""
        self.page = page
        self.address = address
        self.faults: list[str] = []
        """Script errors and refusals by the content security policy; a sound page has none."""
        self._network: CDPSession | None = None
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", self._note)

    @classmethod
    async def open(
        cls,
        browser: Browser,
        address: str,
        *,
        path: str = "/",
        deadline_s: float = 15.0,
        width_px: int = 1280,
        locale: str = "en-US",
    ) -> WebPage:
        """A fresh profile's tab; a narrow one is a phone's, with a touch screen."""
        is_phone = width_px < PHONE_WIDTH_PX_MAX
        context = await browser.new_context(
            accept_downloads=True,
            viewport={"width": width_px, "height": 800},
            is_mobile=is_phone,
            has_touch=is_phone,
            locale=locale,
        )
        context.set_default_timeout(deadline_s * 1000)
        await context.add_init_script(_SAVING)
        await context.add_init_script(_LISTENING)
        web = cls(await context.new_page(), address)
        await web.page.goto(address + path)
        return web

    async def another_tab(self) -> WebPage:
        """One more tab of the same profile."""
        web = WebPage(await self.page.context.new_page(), self.address)
        await web.page.goto(self.address)
        return web

    async def turn_to(self) -> None:
        """Come back to this tab from another one."""
        await self.page.bring_to_front()
        # Headless, all tabs are shown all the time.
        await self.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    async def slow_uploads(self, bytes_per_s: int | None) -> None:
        """What the page sends takes its time, so that something can happen meanwhile; None is as fast as it goes."""
        if self._network is None:
            self._network = await self.page.context.new_cdp_session(self.page)
            await self._network.send("Network.enable")
        conditions = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": bytes_per_s or -1}
        await self._network.send("Network.emulateNetworkConditions", conditions)

    async def close(self) -> None:
        """Close all tabs and forget the profile."""
        await self.page.context.close()

    def _note(self, message: ConsoleMessage) -> None:
        # Chromium logs every refused request; those are the server's answers, and shown to the person.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.faults.append(message.text)

    # ---- Signing in ----

    async def sign_up(self, email: str, password: str) -> None:
        """Make an account; ends in the library."""
        await self.page.get_by_role("button", name="Create an account").click()
        await self.page.get_by_label("I am 13 or older").check()
        await self.fill_entry(email, password, "Create an account")
        await self.sees_library()

    async def sign_in(self, email: str, password: str) -> None:
        """Sign in; ends in the library."""
        await self.fill_entry(email, password, "Sign in")
        await self.sees_library()

    async def fill_entry(self, email: str, password: str, submit: str) -> None:
        """Fill the sign-in form and send it."""
        await self.page.get_by_label("E-mail address").fill(email)
        await self.page.get_by_label("Password").fill(password)
        await self.page.locator("#entry-form").get_by_role("button", name=submit).click()

    async def sees_library(self) -> None:
        """Wait for the library view."""
        await expect(self.page.get_by_role("heading", name="Your tracks")).to_be_visible()

    async def sign_out(self) -> None:
        """Sign out, which is on the account's page; ends in the sign-in view."""
        await self.page.goto(self.address + "/#/account/session")
        await self.page.get_by_role("button", name="Sign out").click()
        await expect(self.page.get_by_role("heading", name="Sign in")).to_be_visible()

    # ---- The library ----

    async def choose(self, *paths: Path) -> None:
        """Give files by the button's file dialog."""
        await self.page.locator("#files").set_input_files([str(path) for path in paths])

    async def choose_bytes(self, name: str, data: bytes) -> None:
        """Give a file that lies nowhere by the button's file dialog."""
        given = FilePayload(name=name, mimeType="audio/flac", buffer=data)
        await self.page.locator("#files").set_input_files(given)

    async def drop(self, name: str, data: bytes, *, onto: str = "#drop") -> None:
        """Drop a file onto the page, at the first element of that selector."""
        transfer = await self.page.evaluate_handle(
            """([name, bytes]) => {
              const transfer = new DataTransfer();
              transfer.items.add(new File([new Uint8Array(bytes)], name, { lastModified: 1 }));
              return transfer;
            }""",
            [name, list(data)],
        )
        await self.page.dispatch_event(onto, "drop", {"dataTransfer": transfer})

    async def drop_file(self, path: Path) -> None:
        """Drop a file of any size onto the page."""
        given = await self.page.evaluate_handle("Object.assign(document.createElement('input'), { type: 'file' })")
        await cast(ElementHandle, given.as_element()).set_input_files(path)
        transfer = await given.evaluate_handle(
            "({ files }) => { const it = new DataTransfer(); it.items.add(files[0]); return it; }"
        )
        await self.page.dispatch_event("#drop", "drop", {"dataTransfer": transfer})

    def upload(self, name: str) -> Locator:
        """The row of an upload."""
        return self.page.locator(".upload-row").filter(has_text=name)

    async def sends(self, name: str, percent: int) -> None:
        """Wait until at least so much of an upload was sent."""
        row = await self.upload(name).element_handle()
        await self.page.wait_for_function("([row, least]) => Number(row.dataset.percent) >= least", arg=[row, percent])

    def track(self, title: str) -> Locator:
        """The row of a track."""
        return self.page.locator(".track-row").filter(has_text=title)

    async def sees_track(self, title: str, state: str, *, deadline_s: float = 15.0) -> None:
        """Wait until a track is in a state."""
        await expect(self.track(title)).to_have_attribute("data-state", state, timeout=deadline_s * 1000)

    async def delete(self, title: str) -> None:
        """Delete a track by its row's menu; the server is told some seconds later, when nobody took it back."""
        await self.page.get_by_role("button", name=f"More for {title}").click()
        await self.page.get_by_role("menuitem", name=f"Delete {title}").click()
        await expect(self.track(title)).to_have_count(0)

    async def download(self, title: str, what: str, file_format: str) -> Download:
        """Download a stem or all of them, such as "Vocals" or "Stems (zip)", in a format such as "WAV"."""
        await self.open_download(title)
        dialog = self.page.get_by_role("dialog")
        await dialog.get_by_role("radio", name=what, exact=True).check()
        await dialog.get_by_role("radio", name=file_format, exact=True).check()
        async with self.page.expect_download() as arriving:
            await dialog.get_by_role("button", name="Download").click()
        await dialog.get_by_role("button", name="Close").first.click()
        return await arriving.value

    async def saves_into(self, name: str) -> None:
        """From now until a reload somebody chooses this name whenever the page asks where to save."""
        await self.page.evaluate(_SAVES_INTO, name)

    async def saved(self, name: str) -> bytes | None:
        """What lies under such a name; None where nothing does."""
        told = cast(str | None, await self.page.evaluate(_SAVED, name))
        return None if told is None else base64.b64decode(told)

    async def open_download(self, title: str) -> None:
        """Open the dialog of what can be downloaded of a track."""
        await self.page.get_by_role("button", name=f"Download {title}").click()
        await expect(self.page.locator("#downloads-rows")).to_be_visible()

    # ---- The player ----

    @property
    def player(self) -> Locator:
        """The player view; data-state, data-position-s, data-playable-s and data-duration-s tell how it is."""
        return self.page.locator("#player-view")

    async def open_track(self, title: str) -> None:
        """Open a track's player, and wait until its stems are there."""
        await self.track(title).locator(".play-link").click()
        await expect(self.page.locator(".lane").first).to_be_visible()

    async def close_track(self) -> None:
        """Back to the library."""
        await self.page.get_by_role("link", name="All tracks").click()
        await self.sees_library()

    async def play(self) -> None:
        """Press play."""
        await self.player.get_by_role("button", name="Play", exact=True).click()

    async def pause(self) -> None:
        """Press pause."""
        await self.player.get_by_role("button", name="Pause", exact=True).click()

    async def sees_player(self, state: str, *, deadline_s: float = 15.0) -> None:
        """Wait until the player is playing, paused, waiting, buffering, ended or failed."""
        await expect(self.player).to_have_attribute("data-state", state, timeout=deadline_s * 1000)

    async def sees_ready(self, *, deadline_s: float = 60.0) -> None:
        """Wait until the open track is separated to its end."""
        # It is there before, and says why it cannot be used yet.
        await expect(self.player.get_by_role("button", name="Share", exact=True)).to_be_enabled(
            timeout=deadline_s * 1000
        )

    async def position_s(self) -> float:
        """Where it plays."""
        return float(await self.player.get_attribute("data-position-s") or 0)

    async def playable_s(self) -> float:
        """How far it could play."""
        return float(await self.player.get_attribute("data-playable-s") or 0)

    async def plays_past(self, position_s: float) -> None:
        """Wait until the position is beyond."""
        await self.page.wait_for_function(
            "past => Number(document.getElementById('player-view')?.dataset.positionS) > past", arg=position_s
        )

    async def can_play(self, playable_s: float) -> None:
        """Wait until at least so much can be played."""
        await self.page.wait_for_function(
            "least => Number(document.getElementById('player-view')?.dataset.playableS) >= least", arg=playable_s
        )

    async def seek(self, to_s: float) -> None:
        """Move the position slider."""
        await self.player.get_by_role("slider", name="Position").evaluate(
            """(slider, to) => {
              slider.value = String(to);
              slider.dispatchEvent(new Event("input", { bubbles: true }));
              slider.dispatchEvent(new Event("change", { bubbles: true }));
            }""",
            to_s,
        )

    async def loads_ahead(self) -> None:
        """Wait until what comes next is loaded, as far as anything is loaded ahead."""
        await self.page.wait_for_function("() => document.getElementById('player-view').engine.held_bytes > 20_000_000")

    async def tap(self, frames: int) -> Tapped:
        """What the mixer plays next, behind each stem's faders."""
        told = await self.page.evaluate(_TAPPED, frames)
        return Tapped(int(told["sample"]), told["stems"])

    async def hears(self, lanes: list[bool]) -> None:
        """Wait until exactly these lanes sound."""
        await self.page.wait_for_function(_HEARS, arg=lanes)

    async def sounds(self) -> None:
        """Wait until what goes to the loudspeaker is no silence."""
        await self.page.wait_for_function(_SOUNDS)
