"""Share links: how long they work, what a token is, and what view they carry."""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.library.domain.errors import ShareLifeInvalid, ShareViewInvalid
from services.library.domain.share import VIEW_BYTES_MAX, Share, clean_view, digest_of, life_of, new_token

MADE = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)
WEEK = datetime.timedelta(days=7)
SHARE = Share("shr_1", "trk_1", "usr_1", "{}", MADE, MADE + WEEK)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def test_a_link_works_until_it_expires_or_is_revoked() -> None:
    """A link works up to its last moment exclusive, and never once it was revoked; the first revocation counts."""
    assert SHARE.is_live(MADE)
    assert SHARE.is_live(MADE + WEEK - datetime.timedelta(microseconds=1))
    assert not SHARE.is_live(MADE + WEEK)
    ended = SHARE.revoked(MADE)
    assert not ended.is_live(MADE)
    assert ended.revoked(MADE + WEEK) is ended


@given(life_s=st.integers())
def test_a_link_works_an_hour_to_ninety_days(life_s: int) -> None:
    """Any other life is refused, and none at all means a week."""
    if life_s == 0:
        assert life_of(life_s) == WEEK
    elif 3600 <= life_s <= 90 * 86_400:
        assert life_of(life_s).total_seconds() == life_s
    else:
        with pytest.raises(ShareLifeInvalid):
            life_of(life_s)


def test_a_token_is_random_and_known_by_its_digest() -> None:
    """Tokens hold 256 bits each of their own, and are looked up by SHA-256."""
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert {len(token) for token in tokens} == {43}
    assert {digest_of(token) for token in tokens} == {hashlib.sha256(token.encode()).digest() for token in tokens}


@given(token=st.text())
def test_any_text_is_a_token_or_none(token: str) -> None:
    """What cannot be a token has no digest, whatever text it is, and raises nothing."""
    digest = digest_of(token)
    assert digest is None or len(token) == 43


@given(view=st.dictionaries(st.text(), JSON, max_size=4))
def test_a_view_is_kept_as_it_came(view: dict[str, object]) -> None:
    """A view that fits reads back as it was sent; a larger one is refused."""
    short = json.dumps(view, ensure_ascii=False, separators=(",", ":"))
    if len(short.encode()) <= VIEW_BYTES_MAX:
        assert json.loads(clean_view(json.dumps(view, indent=1))) == view
    else:
        with pytest.raises(ShareViewInvalid):
            clean_view(short)


@given(text=st.text() | JSON.map(json.dumps))
def test_any_text_is_a_view_or_refused(text: str) -> None:
    """Whatever comes as a view is a JSON object of at most 4 kB afterwards, or ShareViewInvalid."""
    with contextlib.suppress(ShareViewInvalid):
        kept = clean_view(text)
        assert isinstance(json.loads(kept), dict)
        assert len(kept.encode()) <= VIEW_BYTES_MAX


def nested(levels: int) -> str:
    return '{"a":' * levels + "1" + "}" * levels


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "1",
        "null",
        "{",
        '{"a": NaN}',
        '{"a": 1e999}',
        '{"a": "\\ud800"}',
        nested(17),
        '{"a":' + "[" * 100_000,
        json.dumps({"a": "é" * 2_048}),
        json.dumps({"a": math.pi, "b": "x" * 4_096}),
    ],
    ids=lambda text: text[:20],
)
def test_what_is_no_small_object_is_refused(text: str) -> None:
    """No object, a number or text that JSON cannot hold, one too deep or too large: ShareViewInvalid."""
    with pytest.raises(ShareViewInvalid):
        clean_view(text)


def test_an_empty_view_is_an_empty_object() -> None:
    """A link without a view opens as the player does by itself; one of sixteen levels is still taken."""
    assert clean_view("") == "{}"
    assert clean_view(nested(16)) == nested(16)
