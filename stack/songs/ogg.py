"""Ogg pages: an encoder numbers its stream at random, and a committed file should not change from run to run."""

from __future__ import annotations

import struct

POLYNOMIAL = 0x04C11DB7  # RFC 3533, section 6: initial value and final exclusive-or are zero, bits are not reflected


def renumber(stream: bytes, serial: int) -> bytes:
    """The pages of a one-stream Ogg file with another stream number; raises ValueError where no page begins."""
    table = _checksum_table()
    pages, at = [], 0
    while at < len(stream):
        if stream[at : at + 4] != b"OggS":
            raise ValueError(f"no Ogg page at byte {at}")
        segments = stream[at + 26]
        size = 27 + segments + sum(stream[at + 27 : at + 27 + segments])
        page = bytearray(stream[at : at + size])
        struct.pack_into("<I", page, 14, serial)
        struct.pack_into("<I", page, 22, 0)
        checksum = 0
        for byte in page:
            checksum = (checksum << 8 & 0xFFFFFFFF) ^ table[checksum >> 24 ^ byte]
        struct.pack_into("<I", page, 22, checksum)
        pages.append(bytes(page))
        at += size
    return b"".join(pages)


def _checksum_table() -> list[int]:
    table = []
    for byte in range(256):
        value = byte << 24
        for _ in range(8):
            value = (value << 1 ^ (POLYNOMIAL if value >> 31 else 0)) & 0xFFFFFFFF
        table.append(value)
    return table
