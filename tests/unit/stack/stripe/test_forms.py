"""Form bodies with nested names."""

from __future__ import annotations

import contextlib
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stripe._encode import _api_encode

from stack.stripe import forms

names = st.text(st.characters(blacklist_characters="[]", blacklist_categories=["Cs"]), min_size=1, max_size=8)
texts = st.text(st.characters(blacklist_categories=["Cs"]), max_size=12)
parameters = st.dictionaries(
    names,
    st.recursive(
        texts,
        lambda inner: st.lists(inner, min_size=1, max_size=3) | st.dictionaries(names, inner, min_size=1, max_size=3),
        max_leaves=6,
    ),
    max_size=4,
)


def _numbered(value: Any) -> Any:
    """What the SDK sends of a value: the members of a list under their numbers."""
    if isinstance(value, list):
        return {str(place): _numbered(each) for place, each in enumerate(value)}
    if isinstance(value, dict):
        return {name: _numbered(each) for name, each in value.items()}
    return value


@given(parameters)
def test_reads_what_the_sdk_writes(given_parameters: dict[str, Any]) -> None:
    """Whatever the SDK encodes is read back as it was, with lists under their numbers."""
    encoded = urlencode(list(_api_encode(given_parameters)))
    assert forms.parse(encoded) == _numbered(given_parameters)


@given(st.lists(texts.filter(bool), min_size=1, max_size=12))
def test_lists_keep_their_order(words: list[str]) -> None:
    """Members come in their order, numbered or not, also beyond the ninth."""
    numbered = forms.parse(urlencode([(f"each[{place}]", word) for place, word in enumerate(words)]))
    assert forms.members(numbered["each"]) == words
    assert forms.members(forms.parse(urlencode([("each[]", word) for word in words]))["each"]) == words


@given(st.text(max_size=60))
def test_anything_is_read_or_refused(text: str) -> None:
    """No text makes the reader fail in any way but its own."""
    with contextlib.suppress(forms.FormMalformed):
        forms.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "a[b=1",
        "[a]=1",
        "a]=1",
        "=1",
        "a[b]c=1",
        "a=1&a=2",
        "a=1&a[b]=2",
        "a[b]=1&a=2",
        "a[]=1&a[b]=2",
        "a[][b]=1",
        "a=%FF",
        "a" + "[b]" * 9 + "=1",
        "&".join(f"a{number}=1" for number in range(forms.FIELDS_MAX + 1)),
    ],
)
def test_refuses_what_means_nothing(text: str) -> None:
    """Names that are open, doubled, in two shapes, too deep or too many are refused."""
    with pytest.raises(forms.FormMalformed):
        forms.parse(text)
