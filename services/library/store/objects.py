"""Objects in storage, sealed on the way in and opened on the way out."""

from __future__ import annotations

import contextlib

from chassis import sealing
from chassis.objects import ObjectMissing, Objects
from services.library.domain.errors import SegmentNotFound
from services.library.domain.keys import Key


class SealedObjectStore:
    """Storage never sees a plain byte."""

    def __init__(self, objects: Objects) -> None:
        """`objects` is any object storage."""
        self._objects = objects

    def new_key(self) -> Key:
        """A fresh key."""
        return Key(sealing.new_key())

    async def put(self, key: Key, name: str, plain: bytes | bytearray) -> None:
        """Seal under the key and the name, and store."""
        await self._objects.put(name, sealing.seal(key.material, name, bytes(plain)))

    async def get(self, key: Key, name: str) -> bytes:
        """Read and open. Raises SegmentNotFound when it is gone, chassis.sealing.SealBroken when it was changed."""
        try:
            sealed = await self._objects.get(name)
        except ObjectMissing as error:
            raise SegmentNotFound from error
        return sealing.unseal(key.material, name, sealed)

    async def delete(self, name: str) -> None:
        """Remove, when it is there."""
        with contextlib.suppress(ObjectMissing):
            await self._objects.delete(name)

    async def delete_prefix(self, prefix: str) -> int:
        """Remove all below `prefix/`; the number removed."""
        return await self._objects.delete_prefix(prefix)
