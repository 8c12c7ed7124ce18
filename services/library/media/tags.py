"""The words and the picture that every download carries, cleaned, and in the forms that FLAC, Ogg and RIFF want."""

from __future__ import annotations

import struct
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

# Players show a few hundred characters; the bound keeps every header small whatever the listener typed.
TAG_CHARACTERS_MAX = 500
VENDOR = b"StripSession"
# The front cover, among the picture types that ID3 numbers and FLAC took over (RFC 9639, table 13).
FRONT_COVER = 3


def clean_text(text: str) -> str:
    """`text` in NFC, without control characters or lone surrogates, white space as single spaces, bounded in length."""
    spaced = "".join(" " if character.isspace() else character for character in unicodedata.normalize("NFC", text))
    kept = "".join(character for character in spaced if unicodedata.category(character) not in ("Cc", "Cs"))
    return " ".join(kept.split())[:TAG_CHARACTERS_MAX].rstrip()


@dataclass(frozen=True)
class CoverArt:
    """A picture as a file of its own: `media_type` is image/jpeg, image/png or image/webp. Never decoded here."""

    media_type: str
    data: bytes


@dataclass(frozen=True)
class Tags:
    """What a file says of itself; an empty word is left out. `track_number` is "3" or "3/12", `year` four digits."""

    title: str = ""
    artist: str = ""
    album: str = ""
    track_number: str = ""
    year: str = ""
    genre: str = ""
    cover: CoverArt | None = None

    def cleaned(self) -> Tags:
        """The same tags, fit for any container."""
        return Tags(
            clean_text(self.title),
            clean_text(self.artist),
            clean_text(self.album),
            clean_text(self.track_number),
            clean_text(self.year),
            clean_text(self.genre),
            self.cover,
        )

    def words(self, *names: str) -> Iterator[tuple[str, str]]:
        """(container's name, text) of each word that is there; `names` in the order of the fields."""
        clean = self.cleaned()
        values = (clean.title, clean.artist, clean.album, clean.track_number, clean.year, clean.genre)
        return ((name, value) for name, value in zip(names, values, strict=True) if value)


def vorbis_comment(tags: Tags, *pictures: bytes) -> bytes:
    """A VORBIS_COMMENT's body (little-endian lengths, UTF-8); `pictures` are further whole entries."""
    names = ("TITLE", "ARTIST", "ALBUM", "TRACKNUMBER", "DATE", "GENRE")
    entries = [f"{name}={value}".encode() for name, value in tags.words(*names)]
    entries += pictures
    sized = [len(entry).to_bytes(4, "little") + entry for entry in [VENDOR, *entries]]
    return sized[0] + len(entries).to_bytes(4, "little") + b"".join(sized[1:])


def flac_picture(cover: CoverArt) -> bytes:
    """The body of a FLAC PICTURE block (RFC 9639, 8.8); its size in pixels is left 0, which says unknown."""
    mime = cover.media_type.encode()
    head = struct.pack(">II", FRONT_COVER, len(mime)) + mime
    return head + struct.pack(">6I", 0, 0, 0, 0, 0, len(cover.data)) + cover.data


def riff_info(tags: Tags) -> bytes:
    """A LIST/INFO chunk (UTF-8, NUL-ended, even length), or nothing when there is no word."""
    chunks = b""
    for name, value in tags.words("INAM", "IART", "IPRD", "IPRT", "ICRD", "IGNR"):
        text = value.encode() + b"\0"
        chunks += name.encode() + len(text).to_bytes(4, "little") + text + b"\0" * (len(text) % 2)
    return b"LIST" + (4 + len(chunks)).to_bytes(4, "little") + b"INFO" + chunks if chunks else b""


def id3v2(tags: Tags) -> bytes:
    """An ID3v2.3 tag (UTF-16 with a byte order mark, the cover as APIC), or nothing when there is nothing to say."""
    frames = [
        _id3_frame(name, b"\x01\xff\xfe" + value.encode("utf-16-le"))
        for name, value in tags.words("TIT2", "TPE1", "TALB", "TRCK", "TYER", "TCON")
    ]
    if tags.cover is not None:
        # An encoding byte, the media type, the picture's kind, an empty description.
        head = b"\0" + tags.cover.media_type.encode() + b"\0" + bytes((FRONT_COVER,)) + b"\0"
        frames.append(_id3_frame("APIC", head + tags.cover.data))
    if not frames:
        return b""
    size = sum(map(len, frames))
    synchsafe = bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x03\x00\x00" + synchsafe + b"".join(frames)


def _id3_frame(name: str, body: bytes) -> bytes:
    return name.encode() + len(body).to_bytes(4, "big") + b"\0\0" + body
