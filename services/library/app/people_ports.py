"""What the verbs need of people who are erased."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class People(Protocol):
    """People who are erased, within a unit of work."""

    async def destroy_key(self, owner_id: str) -> None:
        """Make all that is theirs unreadable for good, and let no other key of theirs be made."""
        ...

    async def note_track(self, owner_id: str, track_id: str) -> None:
        """Count a locked track of an erased person with all that goes with it, before it goes; nobody else's."""
        ...

    async def note_upload(self, owner_id: str, upload_id: str) -> None:
        """Count a locked upload of an erased person, before its key goes; nobody else's."""
        ...

    async def tracks(self, owner_id: str, limit: int) -> tuple[str, ...]:
        """Tracks of theirs that are not being deleted."""
        ...

    async def uploads(self, owner_id: str, limit: int) -> tuple[str, ...]:
        """Uploads of theirs whose objects may be left."""
        ...

    async def finish(self, owner_id: str) -> bool:
        """Note that nothing is left but names to find late objects by; false while something is."""
        ...

    async def counts(self, owner_id: str) -> Mapping[str, int]:
        """What was taken away, by kind."""
        ...
