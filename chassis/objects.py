"""Object storage behind one port: a local folder, or S3, GCS and Azure by the same code (obstore)."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Collection, Mapping
from pathlib import Path
from typing import Protocol

import obstore
from obstore.store import LocalStore, ObjectStore, from_url

_DELETED_AT_ONCE = 1_000
"""As many as S3 deletes in one request."""


class ObjectMissing(Exception):
    """There is no object of that name."""


class RoomUnknown(Exception):
    """An object was to be stored outside the rooms that its owner named: name another room, and map it."""


class Objects(Protocol):
    """Named, immutable byte strings."""

    async def put(self, name: str, data: bytes) -> None:
        """Store under a name, replacing what was there."""
        ...

    async def get(self, name: str) -> bytes:
        """The bytes. Raises ObjectMissing."""
        ...

    async def delete(self, name: str) -> bool:
        """Remove; false when there was none."""
        ...

    async def delete_prefix(self, prefix: str) -> int:
        """Remove all below `prefix/`; the number removed."""
        ...

    def names(self, prefix: str) -> AsyncIterator[str]:
        """The names below `prefix/`."""
        ...


class StoredObjects:
    """Objects in an obstore store."""

    def __init__(self, store: ObjectStore, *, folder: Path | None = None, rooms: Collection[str] | None = None) -> None:
        """`store` is any obstore store. Give the `folder` of a local one, whose files are then forced to the disk.

        Objects are stored in `rooms` alone, which are the first parts of their names; None asks nobody.
        """
        self._store = store
        self._folder = folder
        self._rooms = rooms

    async def put(self, name: str, data: bytes) -> None:
        """Store under a name, replacing what was there; it survives a power cut once this returns.

        Raises RoomUnknown.
        """
        if self._rooms is not None and name.partition("/")[0] not in self._rooms:
            raise RoomUnknown(name.partition("/")[0])
        await obstore.put_async(self._store, name, data)
        if self._folder is not None:
            # obstore leaves a local file to the kernel, which may lose it, while the rows that name it are kept.
            await asyncio.to_thread(_force, self._folder, self._folder / name)

    async def get(self, name: str) -> bytes:
        """The bytes. Raises ObjectMissing."""
        try:
            result = await obstore.get_async(self._store, name)
            return bytes(await result.bytes_async())
        except FileNotFoundError as error:
            raise ObjectMissing(name) from error

    async def delete(self, name: str) -> bool:
        """Remove; false when there was none."""
        try:
            await obstore.head_async(self._store, name)
        except FileNotFoundError:
            return False
        with contextlib.suppress(FileNotFoundError):
            await obstore.delete_async(self._store, name)
        return True

    async def delete_prefix(self, prefix: str) -> int:
        """Remove all below `prefix/`; the number removed."""
        # Listed to the end first: deleting would pull the folders from under the listing.
        found = [name async for name in self.names(prefix)]
        for start in range(0, len(found), _DELETED_AT_ONCE):
            batch = found[start : start + _DELETED_AT_ONCE]
            try:
                await obstore.delete_async(self._store, batch)
            except FileNotFoundError:
                # Somebody else deletes the same; what is left of the batch goes one by one.
                for name in batch:
                    with contextlib.suppress(FileNotFoundError):
                        await obstore.delete_async(self._store, name)
        return len(found)

    async def names(self, prefix: str) -> AsyncIterator[str]:
        """The names below `prefix/`."""
        async for batch in obstore.list(self._store, prefix=prefix.rstrip("/") + "/"):
            for meta in batch:
                yield meta["path"]

    async def rooms(self) -> set[str]:
        """The first parts of the names of all that is stored, whoever stored it."""
        found = await obstore.list_with_delimiter_async(self._store)
        names = [*found["common_prefixes"], *(meta["path"] for meta in found["objects"])]
        return {name.partition("/")[0] for name in names}

    async def holds(self, prefix: str) -> bool:
        """Whether there is anything below `prefix/`."""
        async for _ in self.names(prefix):
            return True
        return False


def open_objects(
    address: str, options: Mapping[str, str] | None = None, *, rooms: Collection[str] | None = None
) -> StoredObjects:
    """Open `file:///folder`, `s3://bucket/prefix`, `gs://...` or `az://...`; credentials come from the environment.

    Objects are stored in `rooms` alone, unless nobody says which.
    """
    if address.startswith("file://"):
        folder = Path(address.removeprefix("file://"))
        folder.mkdir(parents=True, exist_ok=True)
        return StoredObjects(LocalStore(folder, automatic_cleanup=True), folder=folder, rooms=rooms)
    return StoredObjects(from_url(address, **(options or {})), rooms=rooms)  # type: ignore[arg-type, call-overload, unused-ignore]  # options differ by provider


def _force(root: Path, path: Path) -> None:
    """Force a file and the folders that lead to it to the disk; gone meanwhile is fine."""
    for each in (path, *path.parents):
        with contextlib.suppress(FileNotFoundError):
            descriptor = os.open(each, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        if each == root:
            return
