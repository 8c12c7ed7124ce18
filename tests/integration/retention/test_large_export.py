"""An export far larger than memory should ever hold of it: pieces, one at a time, and a zip of more than 4 GiB."""

from __future__ import annotations

import asyncio
import io
import random
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Iterator

import pytest

from chassis.db.pool import Database
from services.retention.app.read_archive import read_archive
from services.retention.domain.export import Export, Given
from tests.integration.retention.test_exporting import World, somebody
from tests.unit.retention.giving import Has

MIB = 1024 * 1024
_PIECE = random.Random(4).randbytes(MIB)


def made_up(name: str, pieces: int) -> Has:
    """A file of so many MiB that is nowhere: each piece is made as it is asked for, and is held by whoever keeps it."""

    def read(offset: int) -> Iterator[bytes]:
        first, inner = divmod(offset, MIB)
        for number in range(first, pieces):
            yield bytes(bytearray(_PIECE))[inner if number == first else 0 :]

    return Has(Given(name, "stem_files", "audio/flac", "", "1", pieces * MIB), read)


class Ranged(io.RawIOBase):
    """An archive as a file: whatever is read of it is asked for as a range."""

    def __init__(self, world: World, export: Export, loop: asyncio.AbstractEventLoop) -> None:
        self._world = world
        self._export = export
        self._loop = loop
        self._at = 0
        self.asked_bytes = 0

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._export.size_bytes}[whence]
        return self._at

    def read(self, size: int = -1) -> bytes:
        stop = min(self._export.size_bytes, self._at + size) if size >= 0 else self._export.size_bytes
        if stop <= self._at:
            return b""
        asking = self._world.read(self._export, self._at, stop)
        data = asyncio.run_coroutine_threadsafe(asking, self._loop).result(60)
        self._at = stop
        self.asked_bytes += len(data)
        return data


async def test_no_more_than_a_piece_is_under_way(database: Database) -> None:
    """Of 512 MiB neither whoever prepares them nor a reader has more than some pieces, and none is kept."""
    world = World(database)
    world.library.parts = [made_up(f"stems/trk_1/{name}.flac", 256) for name in ("bass", "drums")]
    tracemalloc.start()
    export = await world.ready(somebody())
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert export.size_bytes > 512 * MIB
    assert most < 16 * MIB
    assert await database.pool.fetchval("SELECT sum(length(content)) FROM export_contents") < MIB
    world.library.pieces_out.clear()
    received = crc = 0
    async for piece in read_archive(world.ports, export.user_id, export.export_id, 0, 0):
        received += len(piece)
        crc = zlib.crc32(piece, crc)
        assert len(piece) <= MIB
        assert sum(world.library.pieces_out) <= received
    assert received == export.size_bytes
    broken_at = 300 * MIB + 12_345
    again = 0
    for start, stop in ((0, broken_at), (broken_at, 0)):
        async for piece in read_archive(world.ports, export.user_id, export.export_id, start, stop):
            again = zlib.crc32(piece, again)
    assert again == crc


async def test_an_archive_beyond_4_gib_is_a_zip(database: Database) -> None:
    """Files beyond 32 bits of size and of place are found by what others unpack with, by ranges alone."""
    world = World(database)
    world.library.parts = [made_up("stems/trk_1/bass.flac", 4097), made_up("stems/trk_1/drums.flac", 1)]
    export = await world.ready(somebody())

    def unpacked() -> tuple[list[str], zipfile.ZipInfo, bytes, int]:
        ranged = Ranged(world, export, loop)
        with zipfile.ZipFile(ranged) as archive:
            large = archive.getinfo("library/stems/trk_1/bass.flac")
            last = archive.read("library/stems/trk_1/drums.flac")
            return archive.namelist(), large, last, ranged.asked_bytes

    loop = asyncio.get_running_loop()
    names, large, last, asked_bytes = await asyncio.to_thread(unpacked)
    assert names[-2:] == ["library/stems/trk_1/drums.flac", "auth/accounts.json"]
    assert (large.file_size, last) == (4097 * MIB, _PIECE)
    assert asked_bytes < 8 * MIB
    # Its own header, as whoever unpacks it from the front reads it: the long form, and the size after the data.
    header = await world.read(export, large.header_offset, large.header_offset + 30)
    mark, version, flags, *_, short, long, name_bytes, extra_bytes = struct.unpack("<4sHHHHHIIIHH", header)
    assert (mark, version, flags & 8) == (b"PK\3\4", 45, 8)
    assert (short, long) == (0xFFFFFFFF, 0xFFFFFFFF)
    data_at = large.header_offset + 30 + name_bytes + extra_bytes
    ends_at = data_at + large.file_size
    assert await world.read(export, data_at, data_at + 10) == _PIECE[:10]
    assert await world.read(export, ends_at - MIB, ends_at) == _PIECE
    descriptor = await world.read(export, ends_at, ends_at + 24)
    assert struct.unpack("<4sIQQ", descriptor) == (b"PK\7\x08", large.CRC, 4097 * MIB, 4097 * MIB)
    assert (await world.read(export, ends_at + 24, ends_at + 28)) == b"PK\3\4"


pytestmark = pytest.mark.timeout(120)
