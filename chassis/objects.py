"""Object storage behind one port: a local folder, or S3, GCS and Azure by the same code (obstore)."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Protocol

import obstore
from obstore.store import LocalStore, ObjectStore, from_url


class ObjectMissing(Exception):
    """There is no object of that name."""


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

    def __init__(self, store: ObjectStore) -> None:
        """`store` is any obstore store."""
        self._store = store

    async def put(self, name: str, data: bytes) -> None:
        """Store under a name, replacing what was there."""
        await obstore.put_async(self._store, name, data)

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
        removed = 0
        async for batch in obstore.list(self._store, prefix=prefix.rstrip("/") + "/", chunk_size=500):
            paths = [meta["path"] for meta in batch]
            await obstore.delete_async(self._store, paths)
            removed += len(paths)
        return removed

    async def names(self, prefix: str) -> AsyncIterator[str]:
        """The names below `prefix/`."""
        async for batch in obstore.list(self._store, prefix=prefix.rstrip("/") + "/"):
            for meta in batch:
                yield meta["path"]


def open_objects(address: str, options: Mapping[str, str] | None = None) -> StoredObjects:
    """Open `file:///folder`, `s3://bucket/prefix`, `gs://...` or `az://...`; credentials come from the environment."""
    if address.startswith("file://"):
        folder = Path(address.removeprefix("file://"))
        folder.mkdir(parents=True, exist_ok=True)
        return StoredObjects(LocalStore(folder, automatic_cleanup=True))
    return StoredObjects(from_url(address, **(options or {})))  # type: ignore[arg-type, call-overload, unused-ignore]  # options differ by provider
