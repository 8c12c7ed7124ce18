"""What a picture is, as its first bytes say: its kind and its size in pixels. No picture is decoded here.

A name or a header that came with it says nothing. Its size is bounded since whoever shows it must hold all its pixels:
some hundred bytes of a PNG may be ten thousand million of them.
"""

from __future__ import annotations

import zlib

from services.library.domain.errors import CoverTooLarge, CoverUnreadable
from services.library.domain.file_tags import COVER_BYTES_MAX, Cover

SIDE_PIXELS_MAX = 4096
"""4096 by 4096 pixels are 64 MiB once they are shown."""
_PNG_HEAD = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR"
_PNG_END = b"\x00\x00\x00\x00IEND\xaeB`\x82"
_JPEG_START, _JPEG_END = b"\xff\xd8\xff", b"\xff\xd9"
_JPEG_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
"""Baseline, extended and progressive: the others are shown by no browser."""
_JPEG_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
"""Markers that no length follows."""
_JPEG_SCAN = 0xDA
_STEPS_MAX = 20_000
"""Pieces of a head that are looked at: a picture of 4 MiB has hundreds, and a hostile one could have millions."""

Size = tuple[int, int]


def sent_cover(data: bytes) -> Cover:
    """A JPEG, PNG or WebP with the media type that it has, at most 4 MiB and 4096 pixels a side.

    Raises CoverTooLarge, or CoverUnreadable for anything else, for what is cut off, and for a PNG or a WebP with more
    behind its end.
    """
    if len(data) > COVER_BYTES_MAX:
        raise CoverTooLarge
    if data.startswith(_PNG_HEAD):
        media_type, size = "image/png", _png_size(data)
    elif data.startswith(_JPEG_START):
        media_type, size = "image/jpeg", _jpeg_size(data)
    elif data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        media_type, size = "image/webp", _webp_size(data)
    else:
        raise CoverUnreadable
    if size is None or not min(size):
        raise CoverUnreadable
    if max(size) > SIDE_PIXELS_MAX:
        raise CoverTooLarge
    return Cover(media_type, data)


def _png_size(data: bytes) -> Size | None:
    at = len(_PNG_HEAD)
    header, checksum = data[at - 4 : at + 13], data[at + 13 : at + 17]
    if zlib.crc32(header) != int.from_bytes(checksum) or not _ends_as_png(data):
        return None
    return int.from_bytes(data[at : at + 4]), int.from_bytes(data[at + 4 : at + 8])


def _ends_as_png(data: bytes) -> bool:
    """Whether its chunks follow one another up to the last one, and nothing comes after that."""
    at = 8
    for _ in range(_STEPS_MAX):
        if data[at + 4 : at + 8] in (b"IEND", b""):
            return data[at:] == _PNG_END
        at += 12 + int.from_bytes(data[at : at + 4])
    return False


def _jpeg_size(data: bytes) -> Size | None:
    """Of the first frame, which comes before the first scan."""
    if not data.rstrip(b"\0").endswith(_JPEG_END):
        return None
    at = 2
    for _ in range(_STEPS_MAX):
        if at + 4 > len(data) or data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker in _JPEG_ALONE:
            at += 2
            continue
        length = int.from_bytes(data[at + 2 : at + 4])
        if marker in _JPEG_FRAMES and length >= 8 and at + 2 + length <= len(data):
            return int.from_bytes(data[at + 7 : at + 9]), int.from_bytes(data[at + 5 : at + 7])
        if marker == _JPEG_SCAN or length < 2:
            return None
        at += 2 + length
    return None


def _webp_size(data: bytes) -> Size | None:
    length = int.from_bytes(data[4:8], "little")
    if length + 8 != len(data):
        return None
    name, body = data[12:16], data[20:30]
    if name == b"VP8 " and len(body) == 10 and body[3:6] == b"\x9d\x01\x2a":
        return int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF
    if name == b"VP8L" and len(body) >= 5 and body[0] == 0x2F:
        bits = int.from_bytes(body[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if name == b"VP8X" and len(body) == 10:
        return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1
    return None
