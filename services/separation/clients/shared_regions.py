"""Shared memory that carries tensors to Triton on the same host, reused from a small pool."""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import mmap
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FOLDER = Path("/dev/shm")  # noqa: S108 - where the kernel keeps POSIX shared memory, not a scratch folder of ours
PREFIX = "stripsession-separation-"


class SharedRegion:
    """One POSIX shared memory object. Its lock is held for as long as this process lives, and says so to others."""

    def __init__(self, size_bytes: int, folder: Path = FOLDER) -> None:
        """Make it. Raises OSError when there is no room for it."""
        self.name = f"{PREFIX}{os.getpid()}-{next(_numbers)}-{secrets.token_hex(4)}"
        self.size_bytes = size_bytes
        self.registered = False
        self._path = folder / self.name
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Taken now, since a write to memory that cannot be had would end the process.
            os.posix_fallocate(self._descriptor, 0, size_bytes)
            self._map = mmap.mmap(self._descriptor, size_bytes)
        except OSError:
            self._path.unlink(missing_ok=True)
            os.close(self._descriptor)
            raise

    @property
    def key(self) -> str:
        """Its name for shm_open."""
        return f"/{self.name}"

    def write(self, array: NDArray[np.float32]) -> None:
        """Copy an array in."""
        view = np.frombuffer(self._map, np.float32, array.size)
        np.copyto(view.reshape(array.shape), array)

    def read(self, shape: tuple[int, ...]) -> NDArray[np.float32]:
        """Copy an array out."""
        count = int(np.prod(shape))
        return np.frombuffer(self._map, np.float32, count).reshape(shape).copy()

    def wipe(self) -> None:
        """Fill it with zeros: a region that waits for its next use holds nobody's song."""
        np.frombuffer(self._map, np.uint8)[:] = 0

    def close(self) -> None:
        """Wipe, unlink and let go; a server that still has it mapped keeps its own view, of nothing."""
        self.wipe()
        self._path.unlink(missing_ok=True)
        with contextlib.suppress(BufferError):
            self._map.close()
        os.close(self._descriptor)


_numbers = itertools.count(1)


def clear_stale_regions(folder: Path = FOLDER) -> list[str]:
    """Wipe and unlink regions whose process is gone; their names, by which a server may still know them."""
    cleared = []
    for path in folder.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError), _opened(path) as descriptor:
            # A living owner holds the lock, in whatever process namespace it is.
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Not cut short: a server that has it mapped would die of its next write.
            os.pwrite(descriptor, bytes(os.fstat(descriptor).st_size), 0)
            path.unlink(missing_ok=True)
            cleared.append(path.name)
    return cleared


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDWR)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
