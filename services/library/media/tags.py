"""The two tags every download carries, in the forms the containers want."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

# Players show a few hundred characters; the bound keeps every header small whatever the listener typed.
TAG_CHARACTERS_MAX = 500


def clean_text(text: str) -> str:
    """`text` in NFC, without control characters or lone surrogates, white space as single spaces, bounded in length."""
    spaced = "".join(" " if character.isspace() else character for character in unicodedata.normalize("NFC", text))
    kept = "".join(character for character in spaced if unicodedata.category(character) not in ("Cc", "Cs"))
    return " ".join(kept.split())[:TAG_CHARACTERS_MAX].rstrip()


@dataclass(frozen=True)
class Tags:
    """Title and artist as the listener wrote them; an empty one is left out of the file."""

    title: str = ""
    artist: str = ""

    def cleaned(self) -> Tags:
        """The same tags, fit for any container."""
        return Tags(clean_text(self.title), clean_text(self.artist))


def vorbis_comment(tags: Tags) -> bytes:
    """The body of a FLAC VORBIS_COMMENT block (little-endian lengths, UTF-8)."""
    clean = tags.cleaned()
    entries = [f"{name}={value}" for name, value in (("TITLE", clean.title), ("ARTIST", clean.artist)) if value]
    encoded = [b"StripSession", *(entry.encode() for entry in entries)]
    sized = [len(entry).to_bytes(4, "little") + entry for entry in encoded]
    return sized[0] + len(entries).to_bytes(4, "little") + b"".join(sized[1:])


def riff_info(tags: Tags) -> bytes:
    """A LIST/INFO chunk (INAM, IART; UTF-8, NUL-ended, even length), or nothing when both tags are empty."""
    clean = tags.cleaned()
    chunks = b""
    for name, value in ((b"INAM", clean.title), (b"IART", clean.artist)):
        if value:
            text = value.encode() + b"\0"
            chunks += name + len(text).to_bytes(4, "little") + text + b"\0" * (len(text) % 2)
    return b"LIST" + (4 + len(chunks)).to_bytes(4, "little") + b"INFO" + chunks if chunks else b""


def id3v2(tags: Tags) -> bytes:
    """An ID3v2.3 tag (TIT2, TPE1; UTF-16 with a byte order mark), or nothing when both tags are empty."""
    clean = tags.cleaned()
    frames = b""
    for name, value in ((b"TIT2", clean.title), (b"TPE1", clean.artist)):
        if value:
            text = b"\x01\xff\xfe" + value.encode("utf-16-le")
            frames += name + len(text).to_bytes(4, "big") + b"\0\0" + text
    if not frames:
        return b""
    size = len(frames)
    synchsafe = bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x03\x00\x00" + synchsafe + frames
