"""Access tokens, verified here with everything pinned that a token could choose for itself."""

from __future__ import annotations

import time
from collections.abc import Callable

from chassis.tokens import errors
from chassis.tokens.verifying import claimed_issuer, verify
from services.gateway.clients.authentication_times import authenticated_at, factor_verified_at
from services.gateway.clients.key_set import KeySet
from services.gateway.clients.session_issuers import SessionIssuers
from services.gateway.domain.errors import BackendAway, TokenRefused
from services.gateway.domain.identity import Identity


class KeySetVerifier:
    """Verifies access tokens of auth, and session tokens of the issuers that auth trusts."""

    def __init__(
        self, keys: KeySet, issuers: SessionIssuers | None = None, now_s: Callable[[], float] = time.time
    ) -> None:
        """What is pinned of each issuer comes from auth over mTLS."""
        self._keys = keys
        self._issuers = issuers
        self._now_s = now_s

    async def verify(self, token: str) -> Identity:
        """The person. Raises TokenRefused, or BackendAway when the keys cannot be had."""
        try:
            return await self._verified(token)
        except errors.TokenRefused as error:
            raise TokenRefused(str(error)) from error
        except errors.KeysAway as error:
            raise BackendAway from error

    async def _verified(self, token: str) -> Identity:
        issuer = claimed_issuer(token)
        rules = await self._keys.known_rules()
        if issuer == rules.issuer or self._issuers is None:
            verified = await verify(token, rules, self._keys.keys, now_s=self._now_s())
            at = authenticated_at(verified.claims)
            return Identity(verified.subject, verified.session_id, verified.expires_at, authenticated_at=at)
        trusted = await self._issuers.found(issuer)
        if trusted is None:
            raise errors.TokenRefused("iss")
        verified = await verify(token, *trusted, now_s=self._now_s())
        user_id, at = await self._issuers.user_of(verified), factor_verified_at(verified.claims)
        return Identity(user_id, verified.session_id, verified.expires_at, authenticated_at=at)
