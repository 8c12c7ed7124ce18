"""Heads of pictures of any size in pixels, with next to nothing behind them."""

from __future__ import annotations

import struct
import zlib


def png(width: int, height: int) -> bytes:
    """A PNG: its header, data of one row, its end."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(bytes(1 + 3 * min(width, 9)))
    chunks = [(b"IHDR", header), (b"IDAT", data), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(name, body) for name, body in chunks)


def png_chunk(name: bytes, body: bytes) -> bytes:
    """A piece of a PNG."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_size(data: bytes) -> tuple[int, int]:
    """Width and height of a PNG, in pixels."""
    width, height = struct.unpack(">II", data[16:24])
    return width, height


def jpeg(width: int, height: int) -> bytes:
    """A baseline JPEG: APP0, its frame, a scan, its end."""
    app = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    frame = b"\xff\xc0\x00\x11\x08" + struct.pack(">HH", height, width) + b"\x03\x01\x11\x00\x02\x11\x01\x03\x11\x01"
    scan = b"\xff\xda\x00\x0c\x03\x01\x00\x02\x11\x03\x11\x00\x3f\x00" + b"\x2a" * 8
    return b"\xff\xd8" + app + frame + scan + b"\xff\xd9"


def webp_lossy(width: int, height: int) -> bytes:
    """A WebP with one VP8 frame."""
    return riff(lossy_chunk(width, height))


def webp_lossless(width: int, height: int) -> bytes:
    """A WebP with one VP8L frame."""
    return riff(lossless_chunk(width, height))


def webp_extended(width: int, height: int) -> bytes:
    """A WebP that says its canvas first, then its transparency, then one VP8 frame."""
    return riff(canvas_chunk(width, height, flags=0x10), webp_chunk(b"ALPH", b"\0\0\0"), lossy_chunk(width, height))


def canvas_chunk(width: int, height: int, *, flags: int = 0) -> bytes:
    """A WebP's canvas."""
    canvas = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return webp_chunk(b"VP8X", bytes([flags, 0, 0, 0]) + canvas)


def lossy_chunk(width: int, height: int) -> bytes:
    """A VP8 frame."""
    return webp_chunk(b"VP8 ", b"\x10\x00\x00\x9d\x01\x2a" + struct.pack("<HH", width, height) + bytes(4))


def lossless_chunk(width: int, height: int) -> bytes:
    """A VP8L frame."""
    return webp_chunk(b"VP8L", b"\x2f" + ((width - 1) | (height - 1) << 14).to_bytes(4, "little") + bytes(3))


def webp_chunk(name: bytes, body: bytes) -> bytes:
    """A piece of a WebP."""
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def riff(*chunks: bytes) -> bytes:
    """A WebP of these pieces."""
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body
