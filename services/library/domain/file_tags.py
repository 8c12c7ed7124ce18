"""What a song's file says of itself beside title and artist, and its cover."""

from __future__ import annotations

import dataclasses
import re

from services.library.domain.rooms import COVERS
from services.library.domain.text import clean_title

COVER_BYTES_MAX = 4 * 1024 * 1024
_MAGIC = {"image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG\r\n\x1a\n"}
_TRACK_NUMBER = re.compile(r"\d{1,4}(/\d{1,4})?", re.ASCII)
_YEAR = re.compile(r"(?<!\d)(\d{4})(?!\d)", re.ASCII)


@dataclasses.dataclass(frozen=True)
class FileTags:
    """Words of the file's tags; each may be empty. Made fit to keep by `clean_tags`."""

    album: str = ""
    track_number: str = ""
    year: str = ""
    genre: str = ""


@dataclasses.dataclass(frozen=True)
class Cover:
    """The picture of the front cover, as the file has it or its listener sent it."""

    media_type: str
    data: bytes


@dataclasses.dataclass(frozen=True)
class CoverObject:
    """Where a cover lies, sealed."""

    object_name: str
    media_type: str
    size_bytes: int


def clean_tags(album: str, track_number: str, year: str, genre: str) -> FileTags:
    """Words of a stranger's file as tags: one line each and bounded; a number or year that is none is left out."""
    number = "".join(track_number.split())
    found = _YEAR.search(year)
    return FileTags(
        clean_title(album),
        number if _TRACK_NUMBER.fullmatch(number) else "",
        found.group(1) if found else "",
        clean_title(genre),
    )


def sound_cover(media_type: str, data: bytes) -> Cover | None:
    """A picture of at most 4 MiB that begins as its type does; None for anything else."""
    magic = _MAGIC.get(media_type)
    if magic is None or not data.startswith(magic) or len(data) > COVER_BYTES_MAX:
        return None
    return Cover(media_type, data)


def cover_prefix(track_id: str) -> str:
    """Where a track's cover lies."""
    return f"{COVERS}/{track_id}"
