"""Where the fake gateway puts an upload that is too large to keep."""

from __future__ import annotations

from collections.abc import Iterable
from typing import SupportsIndex


class CountedBytes(bytearray):
    """As long as all that was added to it, and holds nothing of that."""

    def __init__(self) -> None:
        super().__init__()
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def extend(self, values: Iterable[SupportsIndex], /) -> None:
        self._length += len(bytes(values))
