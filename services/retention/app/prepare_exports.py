"""Ask every holder for what it has of those who asked for an export."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime
import zlib
from collections.abc import AsyncGenerator, Iterator

from services.retention.app.export_index import index_html, index_json
from services.retention.app.export_pace import in_time
from services.retention.app.export_ports import ExportPorts
from services.retention.domain.census import ASKED
from services.retention.domain.checks import ITSELF
from services.retention.domain.erasure import retry_after
from services.retention.domain.errors import ExportLost, HolderFailed, PartNameUnsafe
from services.retention.domain.export import OURS, Ending, Export, Given, archive_name, in_place_of

CLAIM_LIFE = datetime.timedelta(minutes=2)
"""What a process took that died is taken again after this."""
HELD_EVERY = datetime.timedelta(seconds=30)
"""While it is worked at it is held anew so often: with a holder's longest pause that is less than a claim's life."""
_CONTENT_BYTES = 256 * 1024
"""A document is kept in pieces of so much."""


@dataclasses.dataclass(frozen=True)
class Worked:
    """What came of a try: of whom nothing came, and why, in a word each; nobody where all is well, or it was lost."""

    export: Export
    holder: str = ""
    word: str = ""
    is_news: bool = False
    """Whether the try before brought something, or another fault."""
    is_lost: bool = False
    """Whether a file was left out, which that holder has no more."""


async def prepare_export(ports: ExportPorts) -> Worked | None:
    """Take the longest due, and prepare it or go on with it; None where none is due.

    Every part that is whole is kept: a holder that was away, or a crash, repeats one part. No more than a piece of one
    is in memory.
    """
    now = ports.clock.now()
    export = await ports.exports.claim(now, now + CLAIM_LIFE)
    if export is None:
        return None
    try:
        await Preparing(ports, export, now).run()
    except ExportLost:
        # Erased meanwhile, ended by a deletion, or somebody else's by now.
        return Worked(export)
    except _Failed as fault:
        return await _failed(ports, export, fault)
    except asyncio.CancelledError:
        # Given back: the next process need not wait for the claim to run out.
        await asyncio.shield(ports.exports.put_off(export, ports.clock.now()))
        raise
    return Worked(export)


async def oldest_s(ports: ExportPorts) -> float:
    """Seconds since the oldest that is being prepared was asked for; 0 where none is."""
    oldest = await ports.exports.oldest()
    return 0.0 if oldest is None else max(0.0, (ports.clock.now() - oldest).total_seconds())


async def _failed(ports: ExportPorts, export: Export, fault: _Failed) -> Worked:
    now = ports.clock.now()
    try:
        failing = await ports.exports.fail(export, str(fault), now)
    except ExportLost:
        return Worked(export)
    if fault.lost is not None and failing.has_lost(export, now):
        return await _left_out(ports, failing, fault, fault.lost)
    if failing.is_given_up(now):
        await ports.exports.end(failing, Ending.AWAY, now)
    else:
        await ports.exports.put_off(failing, now + retry_after(failing.tries))
    return Worked(failing, fault.holder, fault.word, is_news=export.fault != failing.fault)


async def _left_out(ports: ExportPorts, export: Export, fault: _Failed, lost: Given) -> Worked:
    """Its place is taken by nothing, so that its person has the rest, and the next try goes on behind it."""
    try:
        await ports.exports.resume(export)
        position = await ports.exports.begin_part(export, -1, fault.holder, in_place_of(lost))
        await ports.exports.end_part(export, position, 0, 0)
    except ExportLost:
        return Worked(export)
    await ports.exports.put_off(export, ports.clock.now())
    return Worked(export, fault.holder, fault.word, is_lost=True)


class _Failed(Exception):
    """A try brought no further: whose fault it is, a word for why, and the file that is gone, where one is."""

    def __init__(self, holder: str, word: str, lost: Given | None = None) -> None:
        super().__init__(f"{holder} {word}")
        self.holder = holder
        self.word = word
        self.lost = lost


@contextlib.contextmanager
def _of(holder: str) -> Iterator[None]:
    """Whatever goes wrong in it fails this try, and is tried again: nothing is left to be taken up for ever."""
    try:
        yield
    except (ExportLost, _Failed):
        raise
    except HolderFailed as error:
        raise _Failed(holder, error.word) from error
    except Exception as error:
        # Its text may tell of whom the export is.
        raise _Failed(ITSELF, type(error).__name__) from error


class Preparing:
    """One try at an export, which is held for as long as it goes on."""

    def __init__(self, ports: ExportPorts, export: Export, taken_at: datetime.datetime) -> None:
        """It was taken then."""
        self._ports = ports
        self._export = export
        self._held_at = taken_at

    async def run(self) -> None:
        """All parts that are missing, and then the archive's own. Raises ExportLost and _Failed."""
        ports, export = self._ports, self._export
        with _of(ITSELF):
            known = await ports.exports.resume(export)
        for holder in ASKED:
            with _of(holder):
                if holder not in ports.holders:
                    raise HolderFailed("NOT_CONFIGURED")
                pieces = ports.holders[holder].give(export.user_id, known.get(holder, ""))
                await self._write(holder, in_time(pieces, ports.patience_s))
        with _of(ITSELF):
            for position, pieces in enumerate((index_html(ports, export), index_json(ports, export))):
                await self._write(OURS, pieces, position)
            layout = await ports.exports.lay_out(export, self._until)
            now = ports.clock.now()
            await ports.exports.finish(export, layout, now, now + ports.life)

    async def _write(self, holder: str, pieces: AsyncGenerator[Given | bytes, None], position: int = -1) -> None:
        writing: Writing | None = None
        async with contextlib.aclosing(pieces):
            try:
                async for piece in pieces:
                    if isinstance(piece, Given):
                        if writing is not None:
                            await writing.end()
                        writing = await Writing.begin(self._ports, self._export, holder, piece, position)
                    elif writing is not None:
                        await writing.add(piece)
                    await self._hold()
            except HolderFailed as error:
                if error.is_gone and writing is not None and writing.is_cut:
                    raise _Failed(holder, error.word, writing.given) from error
                raise
        if writing is not None:
            await writing.end()

    async def _hold(self) -> None:
        now = self._ports.clock.now()
        if now - self._held_at >= HELD_EVERY:
            await self._ports.exports.hold(self._export, self._until())
            self._held_at = now

    def _until(self) -> datetime.datetime:
        return self._ports.clock.now() + CLAIM_LIFE


class Writing:
    """A part that comes: of a document the content is kept, of a file what it comes to."""

    def __init__(self, ports: ExportPorts, export: Export, given: Given, position: int) -> None:
        """Made by `begin`."""
        self._ports = ports
        self._export = export
        self.given = given
        self._position = position
        self._held = bytearray()
        self._kept = self._size = self._crc = 0

    @classmethod
    async def begin(cls, ports: ExportPorts, export: Export, holder: str, given: Given, position: int = -1) -> Writing:
        """Note it. Raises HolderFailed for a name that could lead out of the holder's folder."""
        try:
            archive_name(holder, given.name)
        except PartNameUnsafe as error:
            raise HolderFailed("PART_NAME_UNSAFE") from error
        return cls(ports, export, given, await ports.exports.begin_part(export, position, holder, given))

    @property
    def is_cut(self) -> bool:
        """Whether it is a file of which something is missing; of one that is whole, what comes after it is at fault."""
        return bool(self.given.version) and self._size < self.given.size_bytes

    async def add(self, piece: bytes) -> None:
        """It goes on."""
        self._size += len(piece)
        self._crc = zlib.crc32(piece, self._crc)
        if not self.given.version:
            self._held += piece
            while len(self._held) >= _CONTENT_BYTES:
                await self._keep(bytes(self._held[:_CONTENT_BYTES]))

    async def end(self) -> None:
        """It is whole. Raises HolderFailed for a file that is not."""
        if self.given.version and self._size != self.given.size_bytes:
            raise HolderFailed("PART_CUT")
        if self._held:
            await self._keep(bytes(self._held))
        await self._ports.exports.end_part(self._export, self._position, self._size, self._crc)

    async def _keep(self, content: bytes) -> None:
        await self._ports.exports.add_content(self._export, self._position, self._kept, content)
        self._kept += len(content)
        del self._held[: len(content)]
