"""What the gateway's use cases need from elsewhere."""

from __future__ import annotations

import dataclasses
from typing import Protocol

from services.gateway.domain.identity import Identity
from services.gateway.domain.progress import Progress


class TokenVerifier(Protocol):
    """Tells whom an access token speaks for."""

    async def verify(self, token: str) -> Identity:
        """The person. Raises TokenRefused, or BackendAway when the keys cannot be had."""
        ...


class KeyVerifier(TokenVerifier, Protocol):
    """Tells whom an API key speaks for, and whether it still does."""

    async def require_still(self, token: str, caller: Identity) -> None:
        """Go on unless the key was revoked: one that ran out since, or that nobody can be asked about, was not.

        Raises TokenRefused.
        """
        ...


class ProgressReading(Protocol):
    """Reads how far a track is."""

    async def read(self, owner_id: str, track_id: str) -> Progress:
        """One reading. Raises TrackGone and BackendAway."""
        ...


@dataclasses.dataclass(frozen=True)
class PlanFormats:
    """What a person's plan lets be downloaded."""

    title: str
    """The plan's, for people."""
    formats: tuple[str, ...]
    """None named means every one."""

    def has(self, wanted: str) -> bool:
        """Whether a file of this format may be had."""
        return not self.formats or wanted in self.formats


class PlanReading(Protocol):
    """Tells what people's plans let be downloaded."""

    async def formats_of(self, owner_id: str, wanted: str) -> PlanFormats:
        """What the plan has, now where it would not have `wanted`."""
        ...
