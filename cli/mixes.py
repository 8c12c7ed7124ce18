"""What `--mix` asks for: a preset, or stems with their gains and pans."""

from __future__ import annotations

import argparse
import dataclasses
import re
from collections.abc import Mapping

PRESETS = ("karaoke", "instrumental", "acapella")
GAIN_DB_MIN, GAIN_DB_MAX = -60.0, 24.0
HELP = (
    "in place of stems, one file: all but the voices (karaoke, instrumental), the voices alone (acapella), "
    "or stems with their gains in dB and pans from -1 (left) to 1 (right), e.g. vocals=-6,drums,bass=0@-0.3"
)
_NUMBER = r"[+-]?[0-9]{1,4}(?:\.[0-9]{1,6})?"
_PART = re.compile(rf"(?P<stem>[a-z0-9][a-z0-9_-]*)(?:=(?P<gain>{_NUMBER}))?(?:@(?P<pan>{_NUMBER}))?")
_NAME_CHARACTERS_MAX = 100


@dataclasses.dataclass(frozen=True)
class Mix:
    """One file of several stems."""

    name: str
    """What its file is called."""
    query: Mapping[str, str]
    """What it is at the gateway."""
    stems: tuple[str, ...] = ()
    """The stems named; none for a preset, which fits any model with voices."""


def read_mix(text: str) -> Mix:
    """The mix that was typed. Raises ArgumentTypeError."""
    if text in PRESETS:
        return Mix(text, {"preset": text})
    pieces = [piece.strip() for piece in text.split(",")]
    parts = [_PART.fullmatch(piece) for piece in pieces]
    found = [part for part in parts if part is not None]
    if len(found) != len(parts):
        wrong = next(piece for piece, part in zip(pieces, parts, strict=True) if part is None)
        raise argparse.ArgumentTypeError(
            f"{wrong!r} is no part of a mix; write {', '.join(PRESETS)}, or stems with their gains in dB and pans, "
            "such as vocals=-6,drums,bass=0@-0.3"
        )
    stems = tuple(part["stem"] for part in found)
    if twice := next((stem for stem in stems if stems.count(stem) > 1), None):
        raise argparse.ArgumentTypeError(f"{twice} is named twice; name each stem once")
    gains, pans = [part["gain"] or "0" for part in found], [part["pan"] or "0" for part in found]
    for stem, gain, pan in zip(stems, gains, pans, strict=True):
        if not GAIN_DB_MIN <= float(gain) <= GAIN_DB_MAX:
            raise argparse.ArgumentTypeError(
                f"{stem}={gain}: a gain is from {GAIN_DB_MIN:.0f} to {GAIN_DB_MAX:.0f} dB; leave a stem out to mute it"
            )
        if not -1 <= float(pan) <= 1:
            raise argparse.ArgumentTypeError(f"{stem}@{pan}: a pan is from -1 (left) to 1 (right)")
    query = {"stems": ",".join(stems)}
    # The gateway takes all gains or none; stems as they are need no re-encoding.
    if any(float(gain) for gain in gains):
        query["gains"] = ",".join(gains)
    if any(float(pan) for pan in pans):
        query["pans"] = ",".join(pans)
    name = ",".join(pieces)
    return Mix(name if len(name) <= _NAME_CHARACTERS_MAX else "mix", query, stems)
