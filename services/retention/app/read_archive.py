"""The bytes of an export's archive."""

from __future__ import annotations

import contextlib
import zlib
from collections.abc import AsyncGenerator

from services.retention.app.export_pace import in_time
from services.retention.app.export_ports import ExportPorts, Wanted
from services.retention.app.list_exports import get_export
from services.retention.domain.errors import ExportEnded, ExportPartAway, HolderFailed, PartGone, RangeInvalid
from services.retention.domain.export import Ending, Export


async def read_archive(
    ports: ExportPorts, user_id: str, export_id: str, start: int, stop: int
) -> AsyncGenerator[bytes, None]:
    """Bytes [start, stop); `stop` 0 means to the end. No more than some pieces are in memory.

    Raises ExportNotFound, ExportNotReady, ExportExpired, RangeInvalid, ExportPartAway, and ExportEnded, as it then is
    for good, where a file is not what it was.
    """
    export = await get_export(ports, user_id, export_id)
    export.require_ready(ports.clock.now())
    stop = stop or export.size_bytes
    if not 0 <= start <= stop <= export.size_bytes:
        raise RangeInvalid
    async with contextlib.aclosing(ports.exports.archive(export, start, stop)) as pieces:
        async for piece in pieces:
            if not isinstance(piece, Wanted):
                yield piece
                continue
            try:
                async with contextlib.aclosing(_file(ports, export, piece)) as chunks:
                    async for chunk in chunks:
                        yield chunk
            except PartGone:
                await ports.exports.end(export, Ending.DELETED, ports.clock.now())
                raise ExportEnded from None


async def _file(ports: ExportPorts, export: Export, wanted: Wanted) -> AsyncGenerator[bytes, None]:
    """The bytes of one file. Raises PartGone also where they are others than those that were promised."""
    part, at, crc = wanted.part, wanted.start, 0
    if part.holder not in ports.holders:
        raise ExportPartAway
    try:
        reading = ports.holders[part.holder].read(export.user_id, part.given, wanted.start)
        async with contextlib.aclosing(in_time(reading, ports.patience_s)) as chunks:
            async for chunk in chunks:
                piece = chunk[: wanted.stop - at]
                at += len(piece)
                crc = zlib.crc32(piece, crc)
                is_whole = wanted.start == 0 and at == part.size_bytes
                if is_whole and crc != part.crc32:
                    raise PartGone
                yield piece
                if at == wanted.stop:
                    return
    except HolderFailed as error:
        raise ExportPartAway from error
    raise PartGone
