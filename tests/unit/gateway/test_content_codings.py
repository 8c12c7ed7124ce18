"""Accept-Encoding: what a reader takes of what we keep."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain.content_codings import taken_codings

KEPT = ("br", "gzip")


@pytest.mark.parametrize(
    ("header", "taken"),
    [
        ("", ()),
        ("gzip, deflate, br, zstd", ("br", "gzip")),
        ("gzip", ("gzip",)),
        ("GZIP;q=0.5", ("gzip",)),
        ("br;q=0, gzip", ("gzip",)),
        ("br;q=0.000,gzip ; q=1.000", ("gzip",)),
        ("*", ("br", "gzip")),
        ("*;q=0, br", ("br",)),
        ("br;q=0, *", ("gzip",)),
        ("identity", ()),
        ("br;q=2, gzip;q=x", ()),
        ("brx, xgzip", ()),
    ],
)
def test_what_is_taken(header: str, taken: tuple[str, ...]) -> None:
    """A coding is taken when it is named, or * stands for it, with a weight above nought; ours come in our order."""
    assert taken_codings(header, KEPT) == taken


@given(st.text())
def test_any_header_is_read(header: str) -> None:
    """Whatever a header holds, the answer is a part of what is kept."""
    assert set(taken_codings(header, KEPT)) <= set(KEPT)
