"""Append bytes to an upload, keeping what arrived even when the stream breaks off."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from services.library.app.get_upload import get_upload
from services.library.app.ports import Limits, Ports
from services.library.domain.errors import UploadFragmented, UploadNotFound, UploadOffsetMismatch, UploadOverrun
from services.library.domain.identifiers import new_writer_id
from services.library.domain.keys import Key
from services.library.domain.upload import Part, Upload, part_name


async def append_upload(
    ports: Ports, limits: Limits, owner_id: str, upload_id: str, offset_bytes: int, chunks: AsyncIterator[bytes]
) -> Upload:
    """Store the chunks from `offset_bytes` on, and give the upload as it is then.

    The newest append is the upload's only writer: an older one, whose sender has gone and come back, ends with
    UploadOffsetMismatch. Raises UploadNotFound, UploadOffsetMismatch, UploadFragmented, and UploadOverrun after storing
    what fits.
    """
    writer = await _claim(ports, limits, owner_id, upload_id, offset_bytes)
    try:
        async for chunk in chunks:
            await writer.write(chunk)
    finally:
        # The sender may be gone and this call cancelled with it: what arrived is stored all the same.
        await asyncio.shield(asyncio.ensure_future(writer.close()))
    return await get_upload(ports, owner_id, upload_id)


async def _claim(ports: Ports, limits: Limits, owner_id: str, upload_id: str, offset_bytes: int) -> _PartWriter:
    writer_id = new_writer_id()
    async with ports.store.transaction() as work:
        upload = await work.uploads.get(owner_id, upload_id)
        if upload is None:
            raise UploadNotFound
        key = await work.uploads.key(upload)
        if key is None:
            raise UploadNotFound
        if not await work.uploads.claim(upload_id, offset_bytes, writer_id):
            raise UploadOffsetMismatch(upload.offset_bytes)
        parts = await work.uploads.count_parts(upload_id)
    return _PartWriter(ports, upload, key, offset_bytes, writer_id, limits.part_bytes_max, limits.parts_max - parts)


class _PartWriter:
    """Cuts a stream into parts, and stores one while the next arrives: two parts of memory at most."""

    def __init__(
        self, ports: Ports, upload: Upload, key: Key, offset_bytes: int, writer_id: str, part_bytes_max: int, parts: int
    ) -> None:
        """`parts` more may be stored."""
        self._ports = ports
        self._upload = upload
        self._key = key
        self._offset_bytes = offset_bytes
        self._writer_id = writer_id
        self._part_bytes_max = part_bytes_max
        self._parts_left = parts
        self._arrived = bytearray()
        self._storing: asyncio.Task[None] | None = None
        self._failed = False

    async def write(self, chunk: bytes) -> None:
        """Take the next bytes."""
        room = self._upload.length_bytes - self._offset_bytes - len(self._arrived)
        view = memoryview(chunk)[:room]
        while view:
            taken = min(len(view), self._part_bytes_max - len(self._arrived))
            self._arrived += view[:taken]
            view = view[taken:]
            if len(self._arrived) == self._part_bytes_max:
                await self._store_arrived()
        if len(chunk) > room:
            raise UploadOverrun

    async def close(self) -> None:
        """Store what is left. Raises what storing raised, when `write` has not raised it yet."""
        if not self._failed:
            if self._arrived:
                await self._store_arrived()
            await self._stored()

    async def _store_arrived(self) -> None:
        await self._stored()
        if self._parts_left <= 0:
            self._failed = True
            raise UploadFragmented
        self._parts_left -= 1
        part = Part(
            part_name(self._upload.upload_id, self._offset_bytes, self._writer_id),
            self._offset_bytes,
            len(self._arrived),
        )
        plain, self._arrived = self._arrived, bytearray()
        self._offset_bytes += part.length_bytes
        self._storing = asyncio.create_task(self._store(part, plain))

    async def _stored(self) -> None:
        """Wait for the part on its way. A cancelled wait leaves the part on its way, for `close` to wait for again."""
        if self._storing is None:
            return
        try:
            await asyncio.shield(self._storing)
        except asyncio.CancelledError:
            raise
        except BaseException:
            self._failed = True
            raise

    async def _store(self, part: Part, plain: bytearray) -> None:
        await self._ports.objects.put(self._key, part.object_name, plain)
        # The object is stored before its row: a row always has its object, and a lone object goes with the upload.
        async with self._ports.store.transaction() as work:
            stored = await work.uploads.append(self._upload.upload_id, part, self._writer_id)
            upload = None if stored else await work.uploads.get(self._upload.owner_id, self._upload.upload_id)
        if stored:
            return
        with contextlib.suppress(Exception):
            await self._ports.objects.delete(part.object_name)
        if upload is None or not upload.key_held:
            raise UploadNotFound
        raise UploadOffsetMismatch(upload.offset_bytes)
