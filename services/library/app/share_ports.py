"""What links, and requests that are made once, need of the world."""

from __future__ import annotations

import datetime
from typing import Protocol

from services.library.domain.made_request import MadeRequest
from services.library.domain.share import Share


class Shares(Protocol):
    """Links to tracks within a unit of work."""

    async def add(self, share: Share, digest: bytes) -> None:
        """Store a link and its token's digest."""
        ...

    async def live(self, track_id: str, now: datetime.datetime) -> tuple[Share, ...]:
        """A track's links that work, newest first."""
        ...

    async def get(self, track_id: str, share_id: str) -> Share | None:
        """One of a track's links, whether it works or not."""
        ...

    async def of_digest(self, digest: bytes) -> Share | None:
        """The link of a token, of a track that is not deleted and whose owner's key is held; ended ones too."""
        ...

    async def save(self, share: Share) -> None:
        """Store when a link was revoked."""
        ...

    async def drop(self, track_id: str) -> None:
        """Remove a track's links."""
        ...

    async def forget(self, ended_before: datetime.datetime) -> None:
        """Remove links that ended before that moment."""
        ...


class MadeRequests(Protocol):
    """Requests by their own names within a unit of work."""

    async def claim(
        self, owner_id: str, request: MadeRequest, made_id: str, now: datetime.datetime, since: datetime.datetime
    ) -> str:
        """What this request made since then, or `made_id`, which it makes now. Raises KeyReused.

        Of two requests of one name at once the second waits here, and finds what the first one made.
        """
        ...

    async def forget_of(self, owner_id: str, limit: int) -> bool:
        """Remove at most so many of a person's; whether there may be more."""
        ...

    async def forget(self, made_before: datetime.datetime, limit: int) -> None:
        """Remove at most so many that were made before that moment."""
        ...
