"""Tokens of pages: opaque to those who hold them, and a stranger's word when they come back."""

from __future__ import annotations

import base64
import binascii
import datetime

from services.library.app.ports import Place, Spot
from services.library.domain.errors import PageTokenInvalid
from services.library.domain.listing import Order


def page_token_of(created_at: datetime.datetime, row_id: str) -> str:
    """The token of the page after this row."""
    return _coded(f"{created_at.isoformat()} {row_id}")


def read_token(token: str) -> Place | None:
    """Where the page begins; None for the first. Raises PageTokenInvalid."""
    if not token:
        return None
    moment, _, row_id = _decoded(token).partition(" ")
    try:
        created_at = datetime.datetime.fromisoformat(moment)
        # Neither a moment outside the calendar in UTC nor a NUL may reach the database.
        if created_at.tzinfo is None or not row_id or not row_id.isprintable():
            raise PageTokenInvalid
        return Place(created_at.astimezone(datetime.UTC), row_id)
    except (ValueError, OverflowError) as error:
        raise PageTokenInvalid from error


def ordered_token_of(order: Order, spot: Spot) -> str:
    """The token of the page after this spot of an order."""
    return _coded(f"{order.value} {spot.row_id} {spot.sort_key}")


def read_ordered_token(order: Order, token: str) -> Spot | None:
    """Where the page begins; None for the first. Raises PageTokenInvalid, too, for a token of another order."""
    if not token:
        return None
    name, _, rest = _decoded(token).partition(" ")
    row_id, blank, sort_key = rest.partition(" ")
    if name != order.value or not row_id or not row_id.isprintable() or not blank or "\0" in sort_key:
        raise PageTokenInvalid
    return Spot(sort_key, row_id)


def _coded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


def _decoded(token: str) -> str:
    try:
        return base64.urlsafe_b64decode(token.encode()).decode()
    except (binascii.Error, ValueError) as error:
        raise PageTokenInvalid from error
