"""The upload as a file object: blocks asked of the parent, the latest few kept."""

from __future__ import annotations

import os
from collections import OrderedDict
from typing import Final

from .framing import READ_REQUEST, SOURCE_BLOCK_BYTES, Channel, FramingBroken, Kind, frame

BLOCKS_KEPT: Final = 16


class ServedFile:
    """Read-only, seekable; what av.open needs. Holds at most BLOCKS_KEPT blocks of SOURCE_BLOCK_BYTES."""

    name = "upload"  # FFmpeg guesses formats by suffix: give it none

    def __init__(self, channel: Channel, size_bytes: int) -> None:
        self._channel = channel
        self._size_bytes = size_bytes
        self._position = 0
        self._blocks: OrderedDict[int, bytes] = OrderedDict()

    def seekable(self) -> bool:
        """Always."""
        return True

    def tell(self) -> int:
        """The current offset, bytes."""
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move as io.IOBase.seek does; raises OSError for a negative place."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size_bytes}[whence]
        if base + offset < 0:
            raise OSError("negative seek")
        self._position = base + offset
        return self._position

    def read(self, length: int = -1) -> bytes:
        """Up to `length` bytes, never across a block's end; all the rest when negative; empty at the end."""
        if length < 0:
            pieces = []
            while piece := self.read(SOURCE_BLOCK_BYTES):
                pieces.append(piece)
            return b"".join(pieces)
        if self._position >= self._size_bytes or length == 0:
            return b""
        index, start = divmod(self._position, SOURCE_BLOCK_BYTES)
        piece = self._block(index)[start : start + length]
        self._position += len(piece)
        return piece

    def _block(self, index: int) -> bytes:
        held = self._blocks.get(index)
        if held is not None:
            self._blocks.move_to_end(index)
            return held
        offset = index * SOURCE_BLOCK_BYTES
        length = min(SOURCE_BLOCK_BYTES, self._size_bytes - offset)
        self._channel.send(frame(Kind.READ, READ_REQUEST.pack(offset, length)))
        kind, block = self._channel.receive()
        if kind is not Kind.DATA or len(block) != length:
            raise FramingBroken("the answer to a read is not its data")
        self._blocks[index] = block
        if len(self._blocks) > BLOCKS_KEPT:
            self._blocks.popitem(last=False)
        return block
