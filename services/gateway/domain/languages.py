"""Accept-Language (RFC 9110): which of our languages a reader likes best."""

from __future__ import annotations

import re

_RANGE = re.compile(
    r"\s*([a-z]{1,8}|\*)(?:-[a-z0-9-]+)?\s*(?:;\s*q=([01](?:\.\d{0,3})?)\s*)?", re.ASCII | re.IGNORECASE
)


def preferred_language(accept_language: str, spoken: tuple[str, ...]) -> str:
    """The one of `spoken` that the header weighs most, of equals the one it names first; else the first of ours."""
    weights: dict[str, float] = {}
    for part in accept_language.split(","):
        named = _RANGE.fullmatch(part)
        if named is not None:
            language, weight = named[1].lower(), float(named[2] or 1)
            weights[language] = max(weight, weights.get(language, 0.0))
    places = list(weights)

    def liking(language: str) -> tuple[float, int]:
        named = language if language in weights else "*"
        if named not in weights:
            # Liked more than what is refused: else nobody could refuse the first of ours.
            return (0.0, 1)
        return (weights[named], -places.index(named))

    return max(spoken, key=liking)
