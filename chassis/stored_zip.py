"""The bytes of a stored zip around its files': nothing is compressed, CRCs come after the data, zip64 where needed.

An entry's place and size are all that its bytes depend on, so that any range of a zip can be written by itself.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import UTC, datetime

_UINT16_MAX, _UINT32_MAX = 0xFFFF, 0xFFFFFFFF
# Data descriptor after the data; names in UTF-8.
_FLAGS = 1 << 3 | 1 << 11
_ZIP64_VERSION, _PLAIN_VERSION = 45, 20


@dataclass(frozen=True)
class Entry:
    """One file of a zip. Its name is made safe by whoever gives it, and its moment has a zone."""

    name: str
    modified: datetime
    offset: int
    size: int

    @property
    def zip64(self) -> bool:
        """Whether its size takes the long form."""
        return self.size >= _UINT32_MAX

    @property
    def data_at(self) -> int:
        """Where the file's own bytes begin."""
        return self.offset + len(self.local_header())

    @property
    def descriptor_at(self) -> int:
        """Where they end."""
        return self.data_at + self.size

    @property
    def end(self) -> int:
        """Where the next entry begins."""
        return self.descriptor_at + len(self.descriptor(0))

    def _stamp(self) -> tuple[int, int, bytes]:
        """DOS time and date (UTC), which begin in 1980 and count in twos, and the exact second as an extra field."""
        moment = self.modified.astimezone(UTC)
        seconds = min(max(0, int(moment.timestamp())), 0x7FFFFFFF)
        moment = max(moment, datetime(1980, 1, 1, tzinfo=UTC))
        time = moment.hour << 11 | moment.minute << 5 | moment.second // 2
        date = min(moment.year - 1980, 127) << 9 | moment.month << 5 | moment.day
        return time, date, struct.pack("<HHBI", 0x5455, 5, 1, seconds)

    def local_header(self) -> bytes:
        """What stands before the file's bytes."""
        name, (time, date, extra) = self.name.encode(), self._stamp()
        size = 0
        version = _PLAIN_VERSION
        if self.zip64:
            size, version = _UINT32_MAX, _ZIP64_VERSION
            extra += struct.pack("<HHQQ", 1, 16, 0, 0)
        fields = (b"PK\3\4", version, _FLAGS, 0, time, date, 0, size, size, len(name), len(extra))
        return struct.pack("<4sHHHHHIIIHH", *fields) + name + extra

    def descriptor(self, crc32: int) -> bytes:
        """What stands after them."""
        return struct.pack("<4sIQQ" if self.zip64 else "<4sIII", b"PK\7\x08", crc32, self.size, self.size)

    def directory_entry(self, crc32: int) -> bytes:
        """What the directory says of it."""
        name, (time, date, extra) = self.name.encode(), self._stamp()
        size, offset = min(self.size, _UINT32_MAX), min(self.offset, _UINT32_MAX)
        large = b""
        if size == _UINT32_MAX:
            large += struct.pack("<QQ", self.size, self.size)
        if offset == _UINT32_MAX:
            large += struct.pack("<Q", self.offset)
        if large:
            extra += struct.pack("<HH", 1, len(large)) + large
        version = _ZIP64_VERSION if large else _PLAIN_VERSION
        # Made on Unix, a plain file that its owner writes and all read.
        fields = (b"PK\1\2", 3 << 8 | _ZIP64_VERSION, version, _FLAGS, 0, time, date, crc32, size, size)
        tail = (len(name), len(extra), 0, 0, 0, 0o100644 << 16, offset)
        return struct.pack("<4sHHHHHHIIIHHHHHII", *fields, *tail) + name + extra


def directory_end(count: int, size: int, at: int) -> bytes:
    """What stands after a directory of so many entries and bytes that begins there: the end of the zip."""
    end = b""
    if count >= _UINT16_MAX or size >= _UINT32_MAX or at >= _UINT32_MAX:
        record = (b"PK\6\6", 44, 3 << 8 | _ZIP64_VERSION, _ZIP64_VERSION, 0, 0, count, count, size, at)
        end = struct.pack("<4sQHHIIQQQQ", *record) + struct.pack("<4sIQI", b"PK\6\7", 0, at + size, 1)
    few = min(count, _UINT16_MAX)
    short = (min(size, _UINT32_MAX), min(at, _UINT32_MAX), 0)
    return end + struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, few, few, *short)
