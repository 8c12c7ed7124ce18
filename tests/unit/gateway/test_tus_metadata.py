"""Upload-Metadata."""

from __future__ import annotations

import base64
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain.errors import MetadataMalformed
from services.gateway.domain.tus_metadata import parse_metadata

NAMES = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters=","), min_size=1, max_size=10)


@given(st.dictionaries(NAMES, st.text(max_size=50), max_size=5))
def test_what_is_encoded_is_read(pairs: dict[str, str]) -> None:
    """Names and values come back as they were."""
    encoded = {name: value.encode("utf-8", "replace") for name, value in pairs.items()}
    header = ", ".join(f"{name} {base64.b64encode(value).decode()}" for name, value in encoded.items())
    assert parse_metadata(header) == {name: value.decode() for name, value in encoded.items()}


@given(st.text())
def test_any_header_is_read_or_refused(header: str) -> None:
    """Nothing but MetadataMalformed is raised."""
    with contextlib.suppress(MetadataMalformed):
        assert isinstance(parse_metadata(header), dict)


@pytest.mark.parametrize(
    "header",
    ["a b c", "a ?", "a YQ==,a YQ==", ",", "a YQ==,,b YQ==", "x" * 5000, "\u00e4 YQ==", "a\u007f YQ==", "\ta YQ=="],
)
def test_malformed_metadata_is_refused(header: str) -> None:
    """Broken base64, names that are repeated, empty or not visible ASCII, and endless headers are refused."""
    with pytest.raises(MetadataMalformed):
        parse_metadata(header)
