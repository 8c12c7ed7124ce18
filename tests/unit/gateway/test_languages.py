"""Accept-Language: which of our languages a reader likes best."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain.languages import preferred_language

SPOKEN = ("en", "de")


@pytest.mark.parametrize(
    ("header", "preferred"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT", "de"),
        ("DE, en", "de"),
        ("en, de", "en"),
        ("de;q=0.1, en", "en"),
        ("en;q=0.8,de;q=0.9", "de"),
        ("fr, de-AT;q=0.8, en;q=0.5", "de"),
        ("de-AT;q=0.1, de;q=0.9, en;q=0.5", "de"),
        ("de;q=0, en;q=0.1", "en"),
        ("en;q=0", "de"),
        ("en;q=0, *;q=0.5", "de"),
        ("*", "en"),
        ("*;q=0.1, de", "de"),
        ("fr", "en"),
        ("de;q=2, en;q=x", "en"),
        ("deutsch", "en"),
    ],
)
def test_which_is_preferred(header: str, preferred: str) -> None:
    """The weights decide, and of equals the order; a language that is refused is taken when no other is left."""
    assert preferred_language(header, SPOKEN) == preferred


@given(st.text())
def test_any_header_is_read(header: str) -> None:
    """Whatever a header holds, the answer is a language of ours."""
    assert preferred_language(header, SPOKEN) in SPOKEN
