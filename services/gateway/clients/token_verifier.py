"""Access tokens, verified here against auth's keys with everything pinned that a token could choose for itself."""

from __future__ import annotations

import datetime

import jwt

from services.gateway.clients.key_set import KeySet
from services.gateway.domain.errors import TokenRefused
from services.gateway.domain.identity import Identity

ALGORITHMS = frozenset({"EdDSA", "ES256"})
REQUIRED_CLAIMS = ("exp", "nbf", "iat", "iss", "aud", "sub", "sid")
LEEWAY_S = 5
"""Clocks of two machines differ by less."""
_TOKEN_CHARACTERS_MAX = 4096


class KeySetVerifier:
    """Verifies access tokens of the one issuer."""

    def __init__(self, keys: KeySet) -> None:
        """Issuer and audience come with the keys, from auth over mTLS."""
        self._keys = keys

    async def verify(self, token: str) -> Identity:
        """The person. Raises TokenRefused, or BackendAway when the keys cannot be had."""
        if len(token) > _TOKEN_CHARACTERS_MAX:
            raise TokenRefused("too long")
        try:
            header = jwt.get_unverified_header(token)
        except jwt.PyJWTError as error:
            raise TokenRefused("no token") from error
        algorithm, kid = header.get("alg"), header.get("kid")
        if algorithm not in ALGORITHMS or not isinstance(kid, str) or "crit" in header:
            raise TokenRefused("header")
        key = await self._keys.key(kid)
        if key is None or key.algorithm_name != algorithm:
            raise TokenRefused("key")
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                issuer=self._keys.issuer,
                audience=self._keys.audience,
                leeway=LEEWAY_S,
                options={"require": list(REQUIRED_CLAIMS), "strict_aud": True},
            )
        except jwt.PyJWTError as error:
            raise TokenRefused(type(error).__name__) from error
        subject, session = claims["sub"], claims["sid"]
        if not (isinstance(subject, str) and subject and isinstance(session, str) and session):
            raise TokenRefused("claims")
        expires_at = datetime.datetime.fromtimestamp(int(claims["exp"]), datetime.UTC)
        return Identity(user_id=subject, session_id=session, expires_at=expires_at)
