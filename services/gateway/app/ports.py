"""What the gateway's use cases need from elsewhere."""

from __future__ import annotations

from typing import Protocol

from services.gateway.domain.identity import Identity
from services.gateway.domain.progress import Progress


class TokenVerifier(Protocol):
    """Tells whom an access token speaks for."""

    async def verify(self, token: str) -> Identity:
        """The person. Raises TokenRefused, or BackendAway when the keys cannot be had."""
        ...


class ProgressReading(Protocol):
    """Reads how far a track is."""

    async def read(self, owner_id: str, track_id: str) -> Progress:
        """One reading. Raises TrackGone and BackendAway."""
        ...
