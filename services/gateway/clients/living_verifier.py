"""Access tokens whose session has ended, refused although their signature and time are good."""

from __future__ import annotations

import asyncio

from services.gateway.app.ports import TokenVerifier
from services.gateway.domain.ended_sessions import EndedSessions
from services.gateway.domain.errors import BackendAway, TokenRefused
from services.gateway.domain.identity import Identity

KNOWN_S = 5.0
"""Longest wait of a request for the first word of which sessions have ended."""


class LivingVerifier:
    """What another verifier lets through, but for ended sessions."""

    def __init__(
        self, inner: TokenVerifier, ended: EndedSessions, known: asyncio.Event, *, known_s: float = KNOWN_S
    ) -> None:
        """`known` is set once those that ended before this process began are in `ended`."""
        self._inner = inner
        self._ended = ended
        self._known = known
        self._known_s = known_s

    async def verify(self, token: str) -> Identity:
        """The person. Raises TokenRefused, or BackendAway when nobody can tell yet."""
        identity = await self._inner.verify(token)
        if not self._known.is_set():
            try:
                async with asyncio.timeout(self._known_s):
                    await self._known.wait()
            except TimeoutError as error:
                raise BackendAway from error
        if identity.session_id in self._ended:
            raise TokenRefused("session ended")
        return identity
