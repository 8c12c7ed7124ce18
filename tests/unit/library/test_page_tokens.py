"""Page tokens: opaque to those who hold them, and a stranger's word when they come back."""

from __future__ import annotations

import base64
import contextlib
import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.library.app.page_tokens import ordered_token_of, page_token_of, read_ordered_token, read_token
from services.library.app.ports import Place, Spot
from services.library.domain.errors import PageTokenInvalid
from services.library.domain.listing import Order


@given(
    moment=st.datetimes(timezones=st.just(datetime.UTC)),
    row_id=st.from_regex(r"(trk|upl)_[0-9a-f]{32}", fullmatch=True),
)
def test_a_token_leads_back_to_its_row(moment: datetime.datetime, row_id: str) -> None:
    """The token of a row reads back as that row's place."""
    assert read_token(page_token_of(moment, row_id)) == Place(moment, row_id)


@pytest.mark.parametrize(
    "words", ["foo", "2026-01-01 trk_1", "2026-01-01T00:00+00:00 a\0", "0001-01-01T00:00+23:00 trk_1", "é"]
)
def test_a_strangers_token_is_refused(words: str) -> None:
    """A token that names no moment of the calendar, or a row that the database cannot be asked for, is refused."""
    with pytest.raises(PageTokenInvalid):
        read_token(base64.urlsafe_b64encode(words.encode()).decode())


@given(token=st.text(min_size=1))
def test_any_text_is_refused_by_its_name(token: str) -> None:
    """Whatever text comes as a token is a place or PageTokenInvalid, and no other failure."""
    with contextlib.suppress(PageTokenInvalid):
        assert read_token(token) is not None


ORDERED = sorted(set(Order) - {Order.NEWEST}, key=lambda order: order.value)


@given(
    order=st.sampled_from(ORDERED),
    sort_key=st.text(st.characters(exclude_characters="\0", codec="utf-8")),
    row_id=st.from_regex(r"trk_[0-9a-f]{32}", fullmatch=True),
)
def test_a_token_of_an_order_leads_back_to_its_spot(order: Order, sort_key: str, row_id: str) -> None:
    """The token of a spot reads back as that spot in its own order, and as nothing in any other."""
    token = ordered_token_of(order, Spot(sort_key, row_id))
    assert read_ordered_token(order, token) == Spot(sort_key, row_id)
    for other in {*ORDERED} - {order}:
        with pytest.raises(PageTokenInvalid):
            read_ordered_token(other, token)
    with pytest.raises(PageTokenInvalid):
        read_token(token)


@given(token=st.text(min_size=1), order=st.sampled_from(ORDERED))
def test_any_text_is_refused_in_every_order(token: str, order: Order) -> None:
    """Whatever text comes as a token of an order is a spot or PageTokenInvalid, and no other failure."""
    with contextlib.suppress(PageTokenInvalid):
        assert read_ordered_token(order, token) is not None


@pytest.mark.parametrize("words", ["title trk_1", "title trk_1 a\0b", "title  a", "title trk\0 a", "oldest trk_1 a"])
def test_a_strangers_token_of_an_order_is_refused(words: str) -> None:
    """A token without a spot, of no order, or with a NUL is refused."""
    with pytest.raises(PageTokenInvalid):
        read_ordered_token(Order.TITLE, base64.urlsafe_b64encode(words.encode()).decode())
