"""What the library needs of the world for the tags and covers of songs."""

from __future__ import annotations

from typing import Protocol

from services.library.domain.file_tags import CoverObject, FileTags
from services.library.domain.keys import Key


class FileTagsOfTracks(Protocol):
    """What tracks' files say of themselves, within a unit of work."""

    async def add(self, track_id: str, tags: FileTags) -> None:
        """Store a track's tags; those that it has stay."""
        ...

    async def get(self, track_id: str) -> FileTags:
        """A track's tags."""
        ...

    async def add_cover(self, owner_id: str, track_id: str, cover: CoverObject, key: Key) -> bool:
        """Store where its file's cover lies, and its key; false when it has one, no tags, or its listener chose."""
        ...

    async def choose_cover(self, owner_id: str, track_id: str, cover: CoverObject, key: Key) -> str:
        """Store where the cover that its listener sent lies, in place of the one before; name of that one's object."""
        ...

    async def drop_cover(self, track_id: str) -> str:
        """Destroy the key of a track's cover, and take none of its file from now on; name of its object."""
        ...

    async def cover(self, owner_id: str, track_id: str) -> tuple[CoverObject, Key] | None:
        """A track's cover and its key."""
        ...

    async def drop(self, track_id: str) -> None:
        """Forget a track's tags, and so destroy the key of its cover."""
        ...
