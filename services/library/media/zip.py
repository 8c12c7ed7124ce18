"""A stored zip of several downloads as a stream: size by arithmetic, CRCs after the data, zip64 where needed."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chassis.stored_zip import Entry, directory_end
from services.library.media.assembly import Assembly, Producer, RangedFile, RunReport, SegmentRef, Window
from services.library.media.naming import distinct_names


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
    entry: Entry


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
            entry = Entry(name, member.modified, offset, size)
            self._placed.append(_Placed(member, entry))
            offset = entry.end
        self._directory_at = offset
        self.total_bytes: int = offset + len(self._directory([0] * len(members)))

    @property
    def names(self) -> list[str]:
        """The members' names as they stand in the zip."""
        return [placed.entry.name for placed in self._placed]

    def _directory(self, crcs: Sequence[int]) -> bytes:
        entries = b"".join(placed.entry.directory_entry(crc) for placed, crc in zip(self._placed, crcs, strict=True))
        return entries + directory_end(len(self._placed), len(entries), self._directory_at)

    def _wanted(self, placed: _Placed, window: Window) -> Window | None:
        """The part of a member's own bytes that has to be produced for the window, or None."""
        entry = placed.entry
        crc_shows = window.overlaps(entry.descriptor_at, entry.end - entry.descriptor_at) or window.overlaps(
            self._directory_at, self.total_bytes - self._directory_at
        )
        if crc_shows and placed.member.crc32 is None:
            return Window(0, entry.size)
        if window.overlaps(entry.data_at, entry.size):
            return Window(max(0, window.start - entry.data_at), min(entry.size, window.stop - entry.data_at))
        return None

    def _needed(self, window: Window) -> list[SegmentRef]:
        wants = ((placed, self._wanted(placed, window)) for placed in self._placed)
        return [ref for placed, own in wants if own for ref in placed.member.assembly.segments_for(own.start, own.stop)]

    def _produce(self, window: Window, report: RunReport) -> Producer:
        crcs, out = [], []
        for placed in self._placed:
            entry = placed.entry
            out.append(window.cut(entry.offset, entry.local_header()))
            crc, own = placed.member.crc32, self._wanted(placed, window)
            if own:
                run, position, made = placed.member.assembly.run(own.start, own.stop), entry.data_at + own.start, 0
                for _ in placed.member.assembly.segments_for(own.start, own.stop):
                    piece = run.feed((yield b"".join(out)))
                    made = zlib.crc32(piece, made)
                    out = [window.cut(position, piece)]
                    position += len(piece)
                piece = run.finish()
                made = zlib.crc32(piece, made)
                out.append(window.cut(position, piece))
                report.clipped_samples += run.report.clipped_samples
                if (own.start, own.stop) == (0, entry.size):
                    report.crc32_by_member[entry.name] = made
                    crc = made if crc is None else crc
            # A CRC that is neither known nor made lies outside the window: any number holds its place.
            crcs.append(crc or 0)
            out.append(window.cut(entry.descriptor_at, entry.descriptor(crcs[-1])))
        out.append(window.cut(self._directory_at, self._directory(crcs)))
        return b"".join(out)
