"""An export's archive as the zip that it is: the same bytes whenever it is read, and any range of them by itself.

Its parts are known by the page, never all at once; bytes of files are told of, for whoever can ask their holders.
"""

from __future__ import annotations

import datetime
from collections.abc import AsyncGenerator, Callable, Sequence

from chassis.db.pool import Database
from chassis.db.transaction import Connection, transaction
from chassis.stored_zip import Entry, directory_end
from services.retention.app.export_ports import Wanted
from services.retention.domain.errors import ExportEnded, ExportExpired
from services.retention.domain.export import Export, ExportState, Layout
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
    """Bytes [start, stop), or what of a file stands in their place.

    Raises ExportEnded and ExportExpired where it is over since, however much has been read of it.
    """
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
    """Pieces that hold the range, each with its place in the archive: every entry begins where the last ended."""
    if start < export.directory_at:
        async with transaction(database) as tx:
            position = await PartRows(tx.connection).position_at(export.export_id, start)
        if position is None:
            raise ExportEnded
        at, after = start, position - 1
        while at < min(stop, export.directory_at):
            page = await _page(database, export, after)
            for placed in page:
                if at >= stop:
                    return
                entry = _entry(export, placed)
                is_next = entry.offset == at if at > start else entry.offset <= start < entry.end
                if not is_next:
                    raise ExportEnded
                yield entry.offset, entry.local_header()
                async for each in _content(database, export, placed, entry, (start, stop)):
                    yield each
                yield entry.descriptor_at, entry.descriptor(placed.part.crc32)
                at, after = entry.end, placed.part.position
    if stop > export.directory_at:
        async for each in _directory(database, export):
            yield each


async def _content(
    database: Database, export: Export, placed: Placed, entry: Entry, window: tuple[int, int]
) -> AsyncGenerator[tuple[int, bytes | Wanted], None]:
    part = placed.part
    if part.given.version:
        # A page of these may take hours.
        async with transaction(database) as tx:
            await _require_ready(tx.connection, export)
        yield entry.data_at, Wanted(part, 0, part.size_bytes)
        return
    at = max(0, window[0] - entry.data_at)
    while at < min(part.size_bytes, window[1] - entry.data_at):
        async with transaction(database) as tx:
            found = await PartRows(tx.connection).content_at(export.export_id, part.position, at)
            await _require_ready(tx.connection, export)
        if found is None or found[0] + len(found[1]) <= at:
            raise ExportEnded
        begins, content = found
        yield entry.data_at + begins, content
        at = begins + len(content)


async def _directory(database: Database, export: Export) -> AsyncGenerator[tuple[int, bytes | Wanted], None]:
    at, count, after, offset = export.directory_at, 0, -1, 0
    while count < export.parts:
        page = await _page(database, export, after)
        entries = bytearray()
        for placed in page:
            entry = _entry(export, placed)
            if entry.offset != offset:
                raise ExportEnded
            entries += entry.directory_entry(placed.part.crc32)
            offset = entry.end
        yield at, bytes(entries)
        at += len(entries)
        count += len(page)
        after = page[-1].part.position
    yield at, directory_end(count, at - export.directory_at, export.directory_at)


async def _page(database: Database, export: Export, after: int) -> Sequence[Placed]:
    """Some that there must be. Raises ExportEnded and ExportExpired where they are not there any more."""
    async with transaction(database) as tx:
        page = await PartRows(tx.connection).page(export.export_id, after, _PAGE)
        await _require_ready(tx.connection, export)
    if not page:
        raise ExportEnded
    return page


async def _require_ready(connection: Connection, export: Export) -> None:
    """Asked after what it is about: whatever was swept away by then was over before."""
    state = await connection.fetchval("SELECT state FROM exports WHERE export_id = $1", export.export_id)
    if state == ExportState.EXPIRED.value:
        raise ExportExpired
    if state != ExportState.READY.value:
        raise ExportEnded


def _entry(export: Export, placed: Placed) -> Entry:
    return Entry(placed.part.archive_name, export.asked_at, placed.archive_offset, placed.part.size_bytes)
