"""A stored zip of several downloads as a stream: size by arithmetic, CRCs after the data, zip64 where needed."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from services.library.media.assembly import Assembly, Producer, RangedFile, RunReport, SegmentRef, Window
from services.library.media.naming import distinct_names

_UINT16_MAX, _UINT32_MAX = 0xFFFF, 0xFFFFFFFF
# Data descriptor after the data; names in UTF-8.
_FLAGS = 1 << 3 | 1 << 11
_ZIP64_VERSION, _PLAIN_VERSION = 45, 20


@dataclass(frozen=True)
class ZipMember:
    """One file of the zip. `modified` has a zone; `crc32` of the whole member, where known, lets ranges skip it."""

    name: str
    assembly: Assembly
    modified: datetime
    crc32: int | None = None


@dataclass(frozen=True)
class _Placed:
    member: ZipMember
    name: str
    offset: int
    size: int

    @property
    def zip64(self) -> bool:
        return self.size >= _UINT32_MAX

    @property
    def data_at(self) -> int:
        return self.offset + len(self.local_header())

    @property
    def descriptor_at(self) -> int:
        return self.data_at + self.size

    @property
    def end(self) -> int:
        return self.descriptor_at + len(self.descriptor(0))

    def _stamp(self) -> tuple[int, int, bytes]:
        """DOS time and date (UTC), which begin in 1980 and count in twos, and the exact second as an extra field."""
        moment = self.member.modified.astimezone(UTC)
        seconds = min(max(0, int(moment.timestamp())), 0x7FFFFFFF)
        moment = max(moment, datetime(1980, 1, 1, tzinfo=UTC))
        time = moment.hour << 11 | moment.minute << 5 | moment.second // 2
        date = min(moment.year - 1980, 127) << 9 | moment.month << 5 | moment.day
        return time, date, struct.pack("<HHBI", 0x5455, 5, 1, seconds)

    def local_header(self) -> bytes:
        name, (time, date, extra) = self.name.encode(), self._stamp()
        size = 0
        version = _PLAIN_VERSION
        if self.zip64:
            size, version = _UINT32_MAX, _ZIP64_VERSION
            extra += struct.pack("<HHQQ", 1, 16, 0, 0)
        fields = (b"PK\3\4", version, _FLAGS, 0, time, date, 0, size, size, len(name), len(extra))
        return struct.pack("<4sHHHHHIIIHH", *fields) + name + extra

    def descriptor(self, crc32: int) -> bytes:
        return struct.pack("<4sIQQ" if self.zip64 else "<4sIII", b"PK\7\x08", crc32, self.size, self.size)

    def directory_entry(self, crc32: int) -> bytes:
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


class StoredZip(RangedFile):
    """Members one after another, none compressed (audio does not shrink), then the directory.

    A range that touches a member's descriptor or the directory needs the CRC-32 of members that it may not otherwise
    touch: those whose CRC is not known are produced whole and dropped. All other members are skipped. Names are made
    safe and distinct. Raises ValueError for no members, one of unknown size, or a time without a zone.
    """

    def __init__(self, members: Sequence[ZipMember]) -> None:
        if not members or any(member.modified.tzinfo is None for member in members):
            raise ValueError("a zip has members, and their times have zones")
        self._placed: list[_Placed] = []
        offset = 0
        for member, name in zip(members, distinct_names([member.name for member in members]), strict=True):
            size = member.assembly.total_bytes
            if size is None:
                raise ValueError("the size of a zip's member is known before it is made")
            placed = _Placed(member, name, offset, size)
            self._placed.append(placed)
            offset = placed.end
        self._directory_at = offset
        self.total_bytes: int = offset + len(self._directory([0] * len(members)))

    @property
    def names(self) -> list[str]:
        """The members' names as they stand in the zip."""
        return [placed.name for placed in self._placed]

    def _directory(self, crcs: Sequence[int]) -> bytes:
        entries = b"".join(placed.directory_entry(crc) for placed, crc in zip(self._placed, crcs, strict=True))
        count, size, at = len(self._placed), len(entries), self._directory_at
        end = b""
        if count >= _UINT16_MAX or size >= _UINT32_MAX or at >= _UINT32_MAX:
            record = (b"PK\6\6", 44, 3 << 8 | _ZIP64_VERSION, _ZIP64_VERSION, 0, 0, count, count, size, at)
            end = struct.pack("<4sQHHIIQQQQ", *record) + struct.pack("<4sIQI", b"PK\6\7", 0, at + size, 1)
        few = min(count, _UINT16_MAX)
        short = (min(size, _UINT32_MAX), min(at, _UINT32_MAX), 0)
        return entries + end + struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, few, few, *short)

    def _wanted(self, placed: _Placed, window: Window) -> Window | None:
        """The part of a member's own bytes that has to be produced for the window, or None."""
        crc_shows = window.overlaps(placed.descriptor_at, placed.end - placed.descriptor_at) or window.overlaps(
            self._directory_at, self.total_bytes - self._directory_at
        )
        if crc_shows and placed.member.crc32 is None:
            return Window(0, placed.size)
        if window.overlaps(placed.data_at, placed.size):
            return Window(max(0, window.start - placed.data_at), min(placed.size, window.stop - placed.data_at))
        return None

    def _needed(self, window: Window) -> list[SegmentRef]:
        wants = ((placed, self._wanted(placed, window)) for placed in self._placed)
        return [ref for placed, own in wants if own for ref in placed.member.assembly.segments_for(own.start, own.stop)]

    def _produce(self, window: Window, report: RunReport) -> Producer:
        crcs, out = [], []
        for placed in self._placed:
            out.append(window.cut(placed.offset, placed.local_header()))
            crc, own = placed.member.crc32, self._wanted(placed, window)
            if own:
                run, position, made = placed.member.assembly.run(own.start, own.stop), placed.data_at + own.start, 0
                for _ in placed.member.assembly.segments_for(own.start, own.stop):
                    piece = run.feed((yield b"".join(out)))
                    made = zlib.crc32(piece, made)
                    out = [window.cut(position, piece)]
                    position += len(piece)
                piece = run.finish()
                made = zlib.crc32(piece, made)
                out.append(window.cut(position, piece))
                report.clipped_samples += run.report.clipped_samples
                if (own.start, own.stop) == (0, placed.size):
                    report.crc32_by_member[placed.name] = made
                    crc = made if crc is None else crc
            # A CRC that is neither known nor made lies outside the window: any number holds its place.
            crcs.append(crc or 0)
            out.append(window.cut(placed.descriptor_at, placed.descriptor(crcs[-1])))
        out.append(window.cut(self._directory_at, self._directory(crcs)))
        return b"".join(out)
