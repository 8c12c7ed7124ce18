"""Object storage as separation uses it: uploads read part by part under a grant, stems written under fresh keys."""

from __future__ import annotations

import asyncio
import bisect
import contextlib
from collections import OrderedDict
from collections.abc import Iterator

from obstore.exceptions import BaseError

from chassis.objects import ObjectMissing, Objects
from chassis.sealing import SealBroken, new_key, seal, unseal
from services.separation.domain.errors import DependencyAway, UploadGone
from services.separation.domain.job import SealedStem, UploadGrant

_PARTS_KEPT = 2


class SealedUploads:
    """Uploads in object storage."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    def open(self, grant: UploadGrant) -> SealedUpload:
        """The upload's plain bytes; nothing is read yet."""
        return SealedUpload(self._objects, grant)


class SealedUpload:
    """One upload; parts used last are kept, since a decoder reads a part in many pieces, and looks up its index."""

    def __init__(self, objects: Objects, grant: UploadGrant) -> None:
        self._objects = objects
        self._grant = grant
        self._parts = sorted(grant.parts, key=lambda part: part.offset_bytes)
        self._offsets = [part.offset_bytes for part in self._parts]
        self._kept: OrderedDict[str, bytes] = OrderedDict()

    @property
    def size_bytes(self) -> int:
        """The whole length."""
        return self._grant.length_bytes

    async def read(self, offset: int, length: int) -> bytes:
        """Exactly `length` bytes from `offset`. Raises UploadGone, DependencyAway."""
        pieces = []
        while length > 0:
            number = bisect.bisect_right(self._offsets, offset) - 1
            if number < 0:
                raise UploadGone
            part = self._parts[number]
            begin = offset - part.offset_bytes
            piece = (await self._plain(number))[begin : begin + length]
            if not piece:
                # A gap in the parts: what lies behind it is not there any more.
                raise UploadGone
            pieces.append(piece)
            offset += len(piece)
            length -= len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    async def _plain(self, number: int) -> bytes:
        part = self._parts[number]
        kept = self._kept.get(part.object_name)
        if kept is not None:
            self._kept.move_to_end(part.object_name)
            return kept
        # Before it is fetched, since unsealing takes twice its length. Whoever goes on has done with the part before.
        if number:
            self._kept.pop(self._parts[number - 1].object_name, None)
        while len(self._kept) >= _PARTS_KEPT:
            self._kept.popitem(last=False)
        with _storage():
            sealed = await self._objects.get(part.object_name)
        try:
            plain = await asyncio.to_thread(unseal, self._grant.object_key, part.object_name, sealed)
        except SealBroken as broken:
            raise UploadGone from broken
        self._kept[part.object_name] = plain
        return plain


class SealedStems:
    """Stems in object storage."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    async def seal(self, name: str, data: bytes) -> SealedStem:
        """Seal under a fresh key, to be stored under that name."""
        key = new_key()
        return SealedStem(name, key, await asyncio.to_thread(seal, key, name, data), len(data))

    async def put(self, stem: SealedStem) -> None:
        """Store. Raises DependencyAway, and may then be repeated: a try that arrives late changes nothing."""
        with _storage():
            await self._objects.put(stem.object_name, stem.sealed)


@contextlib.contextmanager
def _storage() -> Iterator[None]:
    try:
        yield
    except ObjectMissing as missing:
        raise UploadGone from missing
    except (BaseError, OSError) as error:
        raise DependencyAway("object storage", repr(error)) from error
