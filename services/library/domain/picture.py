"""What a picture is, as its bytes say: its kind, its size in pixels, whether it is whole and still. None is decoded.

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
_WEBP_MOVES = 0x02
"""Among the flags of a WebP's canvas."""
_STEPS_MAX = 20_000
"""Pieces of a picture that are looked at: one of 4 MiB has hundreds, and a hostile one could have millions."""

Size = tuple[int, int]


def sent_cover(data: bytes) -> Cover:
    """A JPEG, PNG or WebP with the media type that it has, at most 4 MiB and 4096 pixels a side.

    Raises CoverTooLarge, or CoverUnreadable for anything else, for what is cut off, moves or holds no pixels, and for a
    PNG or a WebP with more behind its end. What its pixels are made of is not looked into: they may still be damaged.
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
    if zlib.crc32(header) != int.from_bytes(checksum) or not _is_whole_png(data):
        return None
    return int.from_bytes(data[at : at + 4]), int.from_bytes(data[at + 4 : at + 8])


def _is_whole_png(data: bytes) -> bool:
    """Whether its chunks, pixels among them, follow one another up to the last one, and nothing comes after that."""
    at, has_pixels = 8, False
    for _ in range(_STEPS_MAX):
        length, name = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        if name in (b"IEND", b""):
            return has_pixels and data[at:] == _PNG_END
        if name == b"acTL":
            return False
        has_pixels = has_pixels or (name == b"IDAT" and length > 0)
        at += 12 + length
    return False


def _jpeg_size(data: bytes) -> Size | None:
    """Of its only frame, which comes before the first scan."""
    whole = data.rstrip(b"\0")
    if not whole.endswith(_JPEG_END):
        return None
    at, size = 2, None
    for _ in range(_STEPS_MAX):
        if at + 4 > len(whole) or whole[at] != 0xFF:
            return None
        marker = whole[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker in _JPEG_ALONE:
            at += 2
            continue
        length = int.from_bytes(whole[at + 2 : at + 4])
        end = at + 2 + length
        if length < 2 or end + len(_JPEG_END) > len(whole):
            return None
        if marker == _JPEG_SCAN:
            return None if whole.startswith(_JPEG_END, end) else size
        if marker in _JPEG_FRAMES:
            if size is not None or length < 8:
                return None
            size = int.from_bytes(whole[at + 7 : at + 9]), int.from_bytes(whole[at + 5 : at + 7])
        at = end
    return None


def _webp_size(data: bytes) -> Size | None:
    """Of its only frame, which a canvas of the same size may come before."""
    if int.from_bytes(data[4:8], "little") + 8 != len(data):
        return None
    at, canvas = 12, None
    for _ in range(_STEPS_MAX):
        name, length = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        body, end = data[at + 8 : at + 18], at + 8 + length
        if len(data) < at + 8 or end > len(data):
            return None
        if name in (b"VP8 ", b"VP8L"):
            size = _lossy_size(body[:length]) if name == b"VP8 " else _lossless_size(body[:length])
            return size if canvas in (None, size) else None
        if name == b"VP8X":
            if at != 12 or length != 10 or body[0] & _WEBP_MOVES:
                return None
            canvas = int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1
        elif canvas is None or name in (b"ANIM", b"ANMF"):
            return None
        at = end + length % 2
    return None


def _lossy_size(frame: bytes) -> Size | None:
    # The first bit says that it needs the frame before it.
    if len(frame) < 10 or frame[0] & 1 or frame[3:6] != b"\x9d\x01\x2a":
        return None
    return int.from_bytes(frame[6:8], "little") & 0x3FFF, int.from_bytes(frame[8:10], "little") & 0x3FFF


def _lossless_size(frame: bytes) -> Size | None:
    if len(frame) < 5 or frame[0] != 0x2F:
        return None
    bits = int.from_bytes(frame[1:5], "little")
    return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
