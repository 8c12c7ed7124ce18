"""An export's archive as the zip that it is: the same bytes whenever it is read, and any range of them by itself.

Its parts are known by the page, never all at once; bytes of files are told of, for whoever can ask their holders.
"""

from __future__ import annotations

import datetime
from collections.abc import AsyncGenerator, Callable, Sequence

from chassis.db.pool import Database
from chassis.db.transaction import transaction
from chassis.stored_zip import Entry, directory_end
from services.retention.app.export_ports import Wanted
from services.retention.domain.errors import ExportEnded
from services.retention.domain.export import Export, Layout
from services.retention.store.export_claims import hold
from services.retention.store.export_parts import PartRows, Placed

_PAGE = 200


async def lay_out(database: Database, export: Export, until: Callable[[], datetime.datetime]) -> Layout:
    """Note where every entry begins; with each page it is held for longer. Raises ExportLost."""
    offset = directory = count = 0
    after = -1
    is_more = True
    while is_more:
        async with transaction(database) as tx:
            await hold(tx.connection, export, until())
            parts = PartRows(tx.connection)
            page = await parts.page(export.export_id, after, _PAGE)
            offsets: dict[int, int] = {}
            for placed in page:
                entry = _entry(export, Placed(placed.part, offset))
                offsets[placed.part.position] = offset
                directory += len(entry.directory_entry(placed.part.crc32))
                offset = entry.end
                after = placed.part.position
            await parts.place(export.export_id, offsets)
        count += len(page)
        is_more = bool(page)
    return Layout(offset, offset + directory + len(directory_end(count, directory, offset)))


async def pieces_of(database: Database, export: Export, start: int, stop: int) -> AsyncGenerator[bytes | Wanted, None]:
    """Bytes [start, stop), or what of a file stands in their place. Raises ExportEnded where it was emptied since."""
    async for at, piece in _all(database, export, start, stop):
        length = piece.stop - piece.start if isinstance(piece, Wanted) else len(piece)
        first, last = max(0, start - at), min(length, stop - at)
        if first >= last:
            continue
        if isinstance(piece, Wanted):
            yield Wanted(piece.part, piece.start + first, piece.start + last)
        else:
            yield piece[first:last]


async def _all(
    database: Database, export: Export, start: int, stop: int
) -> AsyncGenerator[tuple[int, bytes | Wanted], None]:
    """Pieces that hold the range, each with its place in the archive."""
    if start < export.directory_at:
        async with transaction(database) as tx:
            after = await PartRows(tx.connection).position_at(export.export_id, start) - 1
        while page := await _page(database, export, after):
            for placed in page:
                entry = _entry(export, placed)
                if entry.offset >= stop:
                    return
                yield entry.offset, entry.local_header()
                async for each in _content(database, export, placed, entry, (start, stop)):
                    yield each
                yield entry.descriptor_at, entry.descriptor(placed.part.crc32)
            after = page[-1].part.position
    if stop > export.directory_at:
        async for each in _directory(database, export):
            yield each


async def _content(
    database: Database, export: Export, placed: Placed, entry: Entry, window: tuple[int, int]
) -> AsyncGenerator[tuple[int, bytes | Wanted], None]:
    part = placed.part
    if part.given.version:
        yield entry.data_at, Wanted(part, 0, part.size_bytes)
        return
    at = max(0, window[0] - entry.data_at)
    while at < min(part.size_bytes, window[1] - entry.data_at):
        async with transaction(database) as tx:
            found = await PartRows(tx.connection).content_at(export.export_id, part.position, at)
        if found is None or found[0] + len(found[1]) <= at:
            raise ExportEnded
        begins, content = found
        yield entry.data_at + begins, content
        at = begins + len(content)


async def _directory(database: Database, export: Export) -> AsyncGenerator[tuple[int, bytes | Wanted], None]:
    at, count, after = export.directory_at, 0, -1
    while page := await _page(database, export, after):
        entries = b"".join(_entry(export, placed).directory_entry(placed.part.crc32) for placed in page)
        yield at, entries
        at += len(entries)
        count += len(page)
        after = page[-1].part.position
    if not count:
        raise ExportEnded
    yield at, directory_end(count, at - export.directory_at, export.directory_at)


async def _page(database: Database, export: Export, after: int) -> Sequence[Placed]:
    async with transaction(database) as tx:
        return await PartRows(tx.connection).page(export.export_id, after, _PAGE)


def _entry(export: Export, placed: Placed) -> Entry:
    return Entry(placed.part.archive_name, export.asked_at, placed.archive_offset, placed.part.size_bytes)
