"""What a file says of itself; handed on to the library, never kept here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileTags:
    """Words of its tags, each perhaps empty, and its cover: the bytes of a picture and their media type."""

    title: str = ""
    artist: str = ""
    album: str = ""
    track_number: str = ""
    year: str = ""
    genre: str = ""
    cover: bytes = b""
    cover_type: str = ""
