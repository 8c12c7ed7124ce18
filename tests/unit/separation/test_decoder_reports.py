"""A child's reports are checked as a stranger's word."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.separation.clients.decoder_reports import (
    REASON_TEXTS,
    TAG_CHARACTERS_MAX,
    WARNINGS,
    clean_tag,
    properties,
    refusal,
    refused,
    summary,
)
from services.separation.decoder.framing import FramingBroken
from services.separation.domain.remark import Remark

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
    assert summary(report, expected, 22050).remarks == (
        Remark("DAMAGE_SKIPPED", "skipped 2 damaged piece(s)", (("count", "2"),)),
        Remark("ENDS_EARLY", "ends 0.5 s earlier than it declares", (("missing_s", "0.5"),)),
    )
    with pytest.raises(FramingBroken):
        summary(report, expected, 22051)


@pytest.mark.parametrize(
    ("clipped", "code", "told"),
    [
        (1, "CLIPPED_RARELY", "1 sample was louder than the file format can hold and was clipped{rarely}"),
        (4000, "CLIPPED", "4000 samples were louder than the file format can hold and were clipped"),
    ],
)
def test_clipping_is_told_in_a_listeners_words(clipped: int, code: str, told: str) -> None:
    """What was clipped is counted, and called rarely audible only while it is a tiny share."""
    total = 2 * int(str(GOOD["sample_rate"]))
    report: dict[str, object] = {
        "total_samples": total,
        "clipped_samples": clipped,
        "nonfinite_samples": 0,
        "damaged_packets": 0,
    }
    told = told.format(rarely=" (in 2 s of music this is rarely audible)")
    (remark,) = summary(report, properties(GOOD, longest_s=10), total).remarks
    assert (remark.code, remark.text) == (code, told)
    length = {"length_s": "2"} if code == "CLIPPED_RARELY" else {}
    assert dict(remark.facts) == {"count": str(clipped), **length}


def test_every_warning_of_a_child_is_remarked_on_with_its_figure() -> None:
    """Each word of a child has a code and a sentence of ours, which holds the number that it gave."""
    told = [{"code": name, "number": 6 + place} for place, name in enumerate(WARNINGS)]
    remarks = properties({**GOOD, "warnings": told}, longest_s=10).remarks
    assert [remark.code for remark in remarks] == [code for code, _ in WARNINGS.values()]
    for warning, remark in zip(told, remarks, strict=True):
        assert dict(remark.facts) == {"count": str(warning["number"])}
        assert f" {warning['number']} " in f"{remark.text} "
