"""A child's reports are checked as a stranger's word."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.separation.clients.decoder_reports import (
    REASON_TEXTS,
    TAG_CHARACTERS_MAX,
    clean_tag,
    properties,
    refusal,
    refused,
    summary,
)
from services.separation.decoder.framing import FramingBroken

GOOD: dict[str, object] = {
    "container": "wav",
    "codec": "pcm_s16le",
    "sample_rate": 44100,
    "channels_source": 2,
    "depth": 16,
    "samples": 44100,
    "counted": False,
    "bitrate": 1411200,
    "warnings": [],
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3),
)


@given(st.sampled_from(sorted(GOOD)), JSON)
def test_one_wrong_field_is_caught(name: str, value: object) -> None:
    """Whatever a child puts in a field, the result is a possible file or FramingBroken."""
    try:
        found = properties({**GOOD, name: value}, longest_s=10)
    except FramingBroken:
        return
    assert 1 <= found.channels <= 2
    assert found.depth in (16, 24)
    assert 0 < found.declared_seconds <= 10


@given(st.text(max_size=400))
def test_a_tag_is_one_clean_line(text: str) -> None:
    """No control or format character survives in a title, and its length is bounded."""
    cleaned = clean_tag(text)
    if cleaned is not None:
        assert 0 < len(cleaned) <= TAG_CHARACTERS_MAX
        assert not any(unicodedata.category(character).startswith("C") for character in cleaned)


@pytest.mark.parametrize("cause", sorted(REASON_TEXTS))
def test_every_refusal_says_what_to_do(cause: str) -> None:
    """A refusal has a stable reason and a finished sentence that names the next step."""
    error = refused(cause, 90)
    assert error.reason in {
        "not_audio",
        "no_audio_stream",
        "unsupported_rate",
        "unsupported_channels",
        "too_long",
        "too_short",
        "damaged",
    }
    assert error.message.endswith(".")
    assert "{" not in error.message
    assert "pload" in error.message


def test_an_unknown_reason_is_damage() -> None:
    """A child cannot invent a reason or a text."""
    assert refusal({"reason": "<b>pay here</b>", "number": "x"}).reason == "damaged"


def test_a_summary_must_match_what_was_received() -> None:
    """A child cannot claim more or fewer samples than it sent; a shortfall is told."""
    expected = properties(GOOD, longest_s=10)
    report: dict[str, object] = {
        "total_samples": 22050,
        "clipped_samples": 0,
        "nonfinite_samples": 0,
        "damaged_packets": 2,
    }
    assert summary(report, expected, 22050).warnings == (
        "skipped 2 damaged piece(s)",
        "ends 0.5 s earlier than it declares",
    )
    with pytest.raises(FramingBroken):
        summary(report, expected, 22051)


@pytest.mark.parametrize(
    ("clipped", "told"),
    [
        (1, "1 sample was louder than the file format can hold and was clipped{rarely}"),
        (4000, "4000 samples were louder than the file format can hold and were clipped"),
    ],
)
def test_clipping_is_told_in_a_listeners_words(clipped: int, told: str) -> None:
    """What was clipped is counted, and called rarely audible only while it is a tiny share."""
    total = 2 * int(str(GOOD["sample_rate"]))
    report: dict[str, object] = {
        "total_samples": total,
        "clipped_samples": clipped,
        "nonfinite_samples": 0,
        "damaged_packets": 0,
    }
    told = told.format(rarely=" (in 2 s of music this is rarely audible)")
    assert summary(report, properties(GOOD, longest_s=10), total).warnings == (told,)
