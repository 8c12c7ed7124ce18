"""What goes to the loudspeaker while a listener switches stems: the song and a ramp, and no click."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.browser import WebPage
from tests.integration.web.fake_gateway import FakeGateway
from tests.integration.web.made_song import RATE_HZ, STEMS, TONES_HZ, MadeSong

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.asyncio(loop_scope="module")]

Samples = NDArray[np.float64]

RAMP_SAMPLES = RATE_HZ // 100
"""A fader takes ten milliseconds to its new place (SMOOTH_S of web/src/audio/song.ts)."""
FADE_SAMPLES = RATE_HZ // 200
"""A seek takes five (FADE_S)."""
_END_SAMPLES = RATE_HZ // 10
_LATE_S = 5.0
"""Of the made song's eight."""
_REMEMBERED_S = 1.0
"""More than the 743 ms of the ear: what was switched before this is no part of what is heard."""

# A seek, and all that is heard until it plays there: fetching and decoding may take a slow machine seconds. Each part
# begins before the one before it ends, or the same is done again.
_SOUGHT = """async (to_s) => {
  const { engine } = document.getElementById("player-view");
  const { context } = window.ear;
  const parts = [];
  let at_s = context.currentTime;
  const played_s = engine.seek(to_s) + 0.3;
  do {
    const due_s = at_s + 0.25;
    while (context.currentTime < due_s) await new Promise(requestAnimationFrame);
    if (context.currentTime > at_s + 0.7) return null;
    at_s = context.currentTime;
    const heard = new Float32Array(32768);
    window.ear.getFloatTimeDomainData(heard);
    parts.push([...heard]);
  } while (engine.position_s < played_s);
  return parts;
}"""

# Pressed, and heard a quarter of a second later, when the switch lies amid the 743 ms that window.ear keeps. On a
# machine that was busy elsewhere it may have passed: then the same is done again.
_SWITCHED = """async (label) => {
  const { context } = window.ear;
  const at_s = context.currentTime;
  document.querySelector(`[aria-label="${label}"]`).click();
  while (context.currentTime < at_s + 0.25) await new Promise(requestAnimationFrame);
  const heard = new Float32Array(32768);
  window.ear.getFloatTimeDomainData(heard);
  return context.currentTime < at_s + 0.6 ? [...heard] : null;
}"""


async def _heard(web: WebPage, label: str) -> Samples | None:
    told = cast(list[float] | None, await web.page.evaluate(_SWITCHED, label))
    return None if told is None else np.array(told)


async def _heard_of_seek(web: WebPage, to_s: float) -> list[Samples] | None:
    told = cast(list[list[float]] | None, await web.page.evaluate(_SOUGHT, to_s))
    return None if told is None else [np.array(part) for part in told]


def _jump_max(song: MadeSong, ramp_samples: int) -> float:
    """The largest step from one sample to the next that stems can make, each in a ramp of its own."""
    jumps = 0.0
    for stem in STEMS:
        left = song.pcm(stem, 0, song.samples)[:, 0] / 32768
        jumps += float(np.abs(np.diff(left)).max()) + float(np.abs(left).max()) / ramp_samples
    return jumps


def _sounding(samples: Samples) -> list[bool]:
    """Which of the song's four tones are there."""
    window = np.hanning(len(samples))
    at_s = np.arange(len(samples)) / RATE_HZ
    strengths = [abs(np.sum(samples * window * np.exp(-2j * np.pi * hz * at_s))) / window.sum() for hz in TONES_HZ]
    return [bool(strength > 0.003) for strength in strengths]


async def _playing(web: WebPage, gateway: FakeGateway) -> None:
    await web.drop("Night Train.flac", b"not really audio" * 1000)
    await web.sees_track("Night Train", "separating")
    gateway.release(gateway.song.segments)
    await web.open_track("Night Train")
    await web.play()
    await web.plays_past(0.8)


async def _settled(web: WebPage) -> None:
    """All that the ear remembers sounds as it does now, and there is song ahead, however long the tries before took."""
    if await web.position_s() > _LATE_S:
        await web.seek(0.5)
    await web.plays_past(await web.position_s() + _REMEMBERED_S)


async def test_switching_stems_makes_no_click(web: WebPage, gateway: FakeGateway) -> None:
    """At a mute and a solo no step between two samples is larger than the song's own and the ramp's."""
    await _playing(web, gateway)
    largest = _jump_max(gateway.song, RAMP_SAMPLES)
    # Of the lanes, which sound after each: vocals, drums, bass, other.
    switches: list[tuple[str, list[bool]]] = [
        ("Mute Vocals", [False, True, True, True]),
        ("Solo Bass", [False, False, True, False]),
        ("Solo Drums", [False, True, True, False]),
        ("Solo Bass", [False, True, False, False]),
        ("Solo Drums", [False, True, True, True]),
        ("Mute Vocals", [True, True, True, True]),
    ]
    before = [True, True, True, True]
    for label, after in switches:
        await _settled(web)
        while (heard := await _heard(web, label)) is None:
            await web.page.get_by_label(label, exact=True).click()
            await web.hears(before)
            await _settled(web)
        assert _sounding(heard[:_END_SAMPLES]) == before, label
        assert _sounding(heard[-_END_SAMPLES:]) == after, label
        assert np.abs(np.diff(heard)).max() <= largest, label
        before = after


async def test_a_seek_makes_no_click(web: WebPage, gateway: FakeGateway) -> None:
    """What sounded before a seek fades out while what comes after it fades in, neither with a step."""
    await _playing(web, gateway)
    places: Any = np.random.default_rng(2).uniform(0.5, 6.0, 6)
    for at_s in places:
        while (parts := await _heard_of_seek(web, float(at_s))) is None:
            await web.plays_past(float(at_s))
        for heard in parts:
            # Both sound at once for as long as the fade takes.
            assert np.abs(np.diff(heard)).max() <= 2 * _jump_max(gateway.song, FADE_SAMPLES)
        assert _sounding(parts[-1][-_END_SAMPLES:]) == [True, True, True, True]
