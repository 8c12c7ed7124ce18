"""What can come of a token besides its claims."""

from __future__ import annotations


class TokenRefused(Exception):
    """The token is not believed; the text says why, for logs and tests, never for whoever showed it."""


class KeysAway(Exception):
    """The issuer's keys cannot be had, so its tokens can be neither believed nor refused."""
