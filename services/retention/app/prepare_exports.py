"""Ask every holder for what it has of those who asked for an export."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import zlib
from collections.abc import AsyncGenerator

from services.retention.app.export_index import index_html, index_json
from services.retention.app.export_ports import ExportPorts
from services.retention.domain.census import ASKED
from services.retention.domain.erasure import retry_after
from services.retention.domain.errors import ExportLost, HolderFailed, PartNameUnsafe
from services.retention.domain.export import GIVEN_UP_AFTER, OURS, Ending, Export, Given, archive_name

CLAIM_LIFE = datetime.timedelta(minutes=2)
"""What a process took that died is taken again after this."""
_CONTENT_BYTES = 256 * 1024
"""A document is kept in pieces of so much."""
_HELD_EVERY_BYTES = 16 * 1024 * 1024


async def prepare_export(ports: ExportPorts) -> Export | None:
    """Take the longest due, and prepare it or go on with it; None where none is due.

    Every part that is whole is kept: a holder that was away, or a crash, repeats one part. No more than a piece of one
    is in memory.
    """
    now = ports.clock.now()
    export = await ports.exports.claim(now, now + CLAIM_LIFE)
    if export is None:
        return None
    try:
        await _prepare(ports, export)
    except ExportLost:
        # Erased meanwhile, ended by a deletion, or somebody else's by now.
        return export
    except HolderFailed:
        await _failed(ports, export)
    except asyncio.CancelledError:
        # Given back: the next process need not wait for the claim to run out.
        await asyncio.shield(ports.exports.put_off(export, ports.clock.now()))
        raise
    return export


async def _prepare(ports: ExportPorts, export: Export) -> None:
    known = await ports.exports.resume(export)
    for holder in ASKED:
        if holder not in ports.holders:
            raise HolderFailed("NOT_CONFIGURED")
        pieces = ports.holders[holder].give(export.user_id, known.get(holder, ""))
        await _write(ports, export, holder, pieces)
    for position, pieces in enumerate((index_html(ports, export), index_json(ports, export))):
        await _write(ports, export, OURS, pieces, position)
    now = ports.clock.now()
    await ports.exports.finish(export, now, now + ports.life)


async def _failed(ports: ExportPorts, export: Export) -> None:
    now = ports.clock.now()
    if now - export.asked_at >= GIVEN_UP_AFTER:
        await ports.exports.end(export, Ending.AWAY, now)
    else:
        await ports.exports.put_off(export, now + retry_after(export.tries + 1))


async def _write(
    ports: ExportPorts, export: Export, holder: str, pieces: AsyncGenerator[Given | bytes, None], position: int = -1
) -> None:
    writing: Writing | None = None
    async with contextlib.aclosing(pieces):
        async for piece in pieces:
            if isinstance(piece, Given):
                if writing is not None:
                    await writing.end()
                writing = await Writing.begin(ports, export, holder, piece, position)
            elif writing is not None:
                await writing.add(piece)
    if writing is not None:
        await writing.end()


class Writing:
    """A part that comes: of a document the content is kept, of a file what it comes to."""

    def __init__(self, ports: ExportPorts, export: Export, given: Given, position: int) -> None:
        """Made by `begin`."""
        self._ports = ports
        self._export = export
        self._given = given
        self._position = position
        self._held = bytearray()
        self._kept = self._size = self._crc = self._told = 0

    @classmethod
    async def begin(cls, ports: ExportPorts, export: Export, holder: str, given: Given, position: int = -1) -> Writing:
        """Note it. Raises HolderFailed for a name that could lead out of the holder's folder."""
        try:
            archive_name(holder, given.name)
        except PartNameUnsafe as error:
            raise HolderFailed("PART_NAME_UNSAFE") from error
        return cls(ports, export, given, await ports.exports.begin_part(export, position, holder, given))

    async def add(self, piece: bytes) -> None:
        """It goes on."""
        self._size += len(piece)
        self._crc = zlib.crc32(piece, self._crc)
        if not self._given.version:
            self._held += piece
            while len(self._held) >= _CONTENT_BYTES:
                await self._keep(bytes(self._held[:_CONTENT_BYTES]))
        if self._size - self._told >= _HELD_EVERY_BYTES:
            self._told = self._size
            await self._ports.exports.hold(self._export, self._ports.clock.now() + CLAIM_LIFE)

    async def end(self) -> None:
        """It is whole. Raises HolderFailed for a file that is not."""
        if self._given.version and self._size != self._given.size_bytes:
            raise HolderFailed("PART_CUT")
        if self._held:
            await self._keep(bytes(self._held))
        await self._ports.exports.end_part(self._export, self._position, self._size, self._crc)
        await self._ports.exports.hold(self._export, self._ports.clock.now() + CLAIM_LIFE)

    async def _keep(self, content: bytes) -> None:
        await self._ports.exports.add_content(self._export, self._position, self._kept, content)
        self._kept += len(content)
        del self._held[: len(content)]
