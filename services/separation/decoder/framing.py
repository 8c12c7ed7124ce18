"""Messages between the decoder child and its parent: one byte of kind, four of length, then the payload."""

from __future__ import annotations

import json
import os
import struct
from enum import IntEnum
from typing import Final

HEADER: Final = struct.Struct("<BI")
READ_REQUEST: Final = struct.Struct("<QI")
SOURCE_BLOCK_BYTES: Final = 256 * 1024
PCM_BLOCK_FRAMES: Final = 65536
CHANNELS_MAX: Final = 2
COVER_BYTES_MAX: Final = 4 * 1024 * 1024
PAYLOAD_BYTES_MAX: Final = max(SOURCE_BLOCK_BYTES, PCM_BLOCK_FRAMES * CHANNELS_MAX * 4)


class Kind(IntEnum):
    """What a message is. The child says the first seven, the parent the last three."""

    HELLO = 1
    READ = 2
    PROPERTIES = 3
    PCM = 4
    END = 5
    REFUSED = 6
    COVER = 7
    INSPECT = 16
    DATA = 17
    DECODE = 18


class FramingBroken(Exception):
    """The other side sent bytes that are no message."""


class ChannelClosed(Exception):
    """The other side is gone."""


def parse_header(header: bytes) -> tuple[Kind, int]:
    """Kind and payload length (bytes) of a header; raises FramingBroken for an unknown kind or an excessive length."""
    number, length_bytes = HEADER.unpack(header)
    if length_bytes > PAYLOAD_BYTES_MAX:
        raise FramingBroken(f"payload of {length_bytes} bytes")
    try:
        return Kind(number), length_bytes
    except ValueError:
        raise FramingBroken(f"message kind {number}") from None


def frame(kind: Kind, payload: bytes | memoryview = b"") -> bytes:
    """One message as bytes; raises FramingBroken when the payload is over PAYLOAD_BYTES_MAX."""
    length_bytes = len(payload)
    if length_bytes > PAYLOAD_BYTES_MAX:
        raise FramingBroken(f"payload of {length_bytes} bytes")
    return HEADER.pack(kind, length_bytes) + payload


def frame_json(kind: Kind, report: dict[str, object]) -> bytes:
    """One message whose payload is a JSON object."""
    return frame(kind, json.dumps(report).encode())


def parse_json(payload: bytes) -> dict[str, object]:
    """The JSON object in a payload; raises FramingBroken when it is anything else."""
    try:
        report = json.loads(payload)
    except (ValueError, RecursionError):
        raise FramingBroken("payload is not JSON") from None
    if not isinstance(report, dict):
        raise FramingBroken("payload is not a JSON object")
    return report


class Channel:
    """The child's blocking end of the socket pair. Uses read and write alone, since the sandbox forbids the rest."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def send(self, message: bytes) -> None:
        """Write one framed message; raises ChannelClosed when the parent is gone."""
        view = memoryview(message)
        while view:
            try:
                written = os.write(self._descriptor, view)
            except OSError:
                raise ChannelClosed from None
            view = view[written:]

    def receive(self) -> tuple[Kind, bytes]:
        """Block for the next message; raises ChannelClosed at the end of the stream, FramingBroken on nonsense."""
        kind, length_bytes = parse_header(self._read_exactly(HEADER.size))
        return kind, self._read_exactly(length_bytes)

    def _read_exactly(self, length_bytes: int) -> bytes:
        pieces = []
        missing = length_bytes
        while missing:
            try:
                piece = os.read(self._descriptor, missing)
            except OSError:
                raise ChannelClosed from None
            if not piece:
                raise ChannelClosed
            pieces.append(piece)
            missing -= len(piece)
        return b"".join(pieces)
