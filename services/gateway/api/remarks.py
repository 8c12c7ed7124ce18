"""Every word that a remark on a separation may carry, with an example of it. The document lists them from here.

A client may know them all: a word that is not here, as a newer service may have one, is told as OTHER, and so is a
sentence of before there were words.
"""

from __future__ import annotations

from collections.abc import Mapping

from services.gateway.api.reasons import OTHER
from services.gateway.domain.remark import Remark

EXAMPLES: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "CHANNELS_CHANGED": ("changes its number of channels on the way", {}),
    "CLIPPED": ("4000 samples were louder than the file format can hold and were clipped", {"count": "4000"}),
    "CLIPPED_RARELY": (
        "1 sample was louder than the file format can hold and was clipped (in 196 s of music this is rarely audible)",
        {"count": "1", "length_s": "196"},
    ),
    "DAMAGE_SKIPPED": ("skipped 2 damaged piece(s)", {"count": "2"}),
    "DOWNMIXED": ("mixed down to stereo from 6 channels", {"count": "6"}),
    "ENDS_EARLY": ("ends 1.3 s earlier than it declares", {"missing_s": "1.3"}),
    "MODEL_VALUES_REPLACED": ("the model gave values that had to be replaced", {"count": "3"}),
    "NOT_NUMBERS_REPLACED": ("replaced 3 sample(s) that were not numbers", {"count": "3"}),
    "PICTURES_IGNORED": ("ignored 1 picture(s)", {"count": "1"}),
    "TRACKS_IGNORED": ("used the first audio track and ignored 1 more", {"count": "1"}),
    "VIDEO_IGNORED": ("ignored 1 video track(s)", {"count": "1"}),
}
"""Word -> a sentence, and its figures: a word has the same ones in every sentence."""
CODES: tuple[str, ...] = (*EXAMPLES, OTHER)
"""The enumeration in the document."""


def remark_json(remark: Remark) -> dict[str, object]:
    """A remark."""
    code = remark.code if remark.code in EXAMPLES else OTHER
    return {"code": code, "text": remark.text, "facts": dict(remark.facts)}
