"""Accept-Encoding (RFC 9110): which of the codings that we keep a reader takes."""

from __future__ import annotations

import re

_OFFER = re.compile(r"\s*([\w*-]+)\s*(?:;\s*q=([01](?:\.\d{0,3})?)\s*)?", re.ASCII | re.IGNORECASE)


def taken_codings(accept_encoding: str, kept: tuple[str, ...]) -> tuple[str, ...]:
    """Those of `kept`, in its order, that the header takes: by name, or by * where it does not name them."""
    weights: dict[str, float] = {}
    for part in accept_encoding.split(","):
        offer = _OFFER.fullmatch(part)
        if offer is not None:
            weights[offer[1].lower()] = float(offer[2] or 1)
    return tuple(coding for coding in kept if weights.get(coding, weights.get("*", 0.0)) > 0)
