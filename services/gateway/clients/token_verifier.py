"""Access tokens, verified here with everything pinned that a token could choose for itself."""

from __future__ import annotations

import time
from collections.abc import Callable

from chassis.tokens import errors
from chassis.tokens.verifying import verify
from services.gateway.clients.key_set import KeySet
from services.gateway.domain.errors import BackendAway, TokenRefused
from services.gateway.domain.identity import Identity


class KeySetVerifier:
    """Verifies access tokens of the one issuer."""

    def __init__(self, keys: KeySet, now_s: Callable[[], float] = time.time) -> None:
        """Issuer and audience come with the keys, from auth over mTLS."""
        self._keys = keys
        self._now_s = now_s

    async def verify(self, token: str) -> Identity:
        """The person. Raises TokenRefused, or BackendAway when the keys cannot be had."""
        try:
            rules = await self._keys.known_rules()
            verified = await verify(token, rules, self._keys.keys, now_s=self._now_s())
        except errors.TokenRefused as error:
            raise TokenRefused(str(error)) from error
        except errors.KeysAway as error:
            raise BackendAway from error
        return Identity(user_id=verified.subject, session_id=verified.session_id, expires_at=verified.expires_at)
