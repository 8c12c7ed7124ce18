"""The cover of a file: a picture carried as it is, never decoded."""

from __future__ import annotations

from itertools import islice
from typing import Final

import av
from av.container import InputContainer

from .framing import COVER_BYTES_MAX
from .opening import open_container
from .reading import ServedFile

MAGIC: Final = {"mjpeg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n"}


def has_pictures(container: InputContainer) -> bool:
    """Whether the file has an attached picture of a kind that is carried."""
    return bool(_pictures(container))


def cover(file: ServedFile, size_bytes: int) -> bytes | None:
    """The first attached picture that is a JPEG or PNG of at most COVER_BYTES_MAX, by its first bytes."""
    # Opened anew: reading the sound has thrown the pictures away.
    with open_container(file, size_bytes) as container:
        for index in _pictures(container):
            stream = container.streams[index]
            try:
                # FFmpeg gives an attached picture before anything else; no further is looked.
                for packet in islice(container.demux(stream), 1):
                    if packet.stream_index == index and _is_sound(bytes(packet), stream.codec_context.name):
                        return bytes(packet)
            except av.FFmpegError:
                return None
    return None


def _pictures(container: InputContainer) -> list[int]:
    return [
        video.index
        for video in container.streams.video
        if video.codec_context.name in MAGIC and video.disposition & av.stream.Disposition.attached_pic
    ]


def _is_sound(data: bytes, codec: str) -> bool:
    return data.startswith(MAGIC[codec]) and len(data) <= COVER_BYTES_MAX
