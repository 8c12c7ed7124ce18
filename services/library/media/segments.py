"""What is known of a stem's segments before they are read, and how one segment's bytes are taken apart."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise
from typing import NamedTuple

import av
import av.error
import numpy as np
from numpy.typing import NDArray

from services.library.media.errors import SegmentMismatch

BLOCK_SAMPLES = 4096
SEEK_POINT = struct.Struct(">QQH")
STREAMINFO_BYTES = 34


class SegmentFacts(NamedTuple):
    """One segment's length in samples, its number of FLAC frames, and their bytes without the metadata before them."""

    samples: int
    frames: int
    frame_bytes: int


@dataclass(frozen=True)
class StreamShape:
    """What every segment of a track shares: rate in Hz, channels (1 or 2) and depth in bits (16 or 24)."""

    sample_rate: int
    channels: int
    depth: int

    def __post_init__(self) -> None:
        if not (0 < self.sample_rate < 1 << 20 and self.channels in (1, 2) and self.depth in (16, 24)):
            raise ValueError(f"no stem has the shape {self}")


@dataclass(frozen=True)
class StemPlan:
    """One stem: its shape and its segments in order. Raises ValueError when the segments cannot be one FLAC stream."""

    shape: StreamShape
    segments: Sequence[SegmentFacts]

    def __post_init__(self) -> None:
        if not self.segments:
            raise ValueError("a stem has at least one segment")
        for facts in self.segments[:-1]:
            if facts.frames < 1 or facts.samples != facts.frames * BLOCK_SAMPLES:
                raise ValueError("only the last frame of a stem may be short")
        last = self.segments[-1]
        if not (last.frames - 1) * BLOCK_SAMPLES < last.samples <= last.frames * BLOCK_SAMPLES:
            raise ValueError("the last segment's samples do not fill its frames")

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """The first sample of each segment, and the stem's length last."""
        return tuple(accumulate((facts.samples for facts in self.segments), initial=0))

    @property
    def length_samples(self) -> int:
        """The stem's length in samples."""
        return self.starts[-1]


@dataclass(frozen=True)
class OpenedSegment:
    """A segment's STREAMINFO (34 bytes), and its frames as a view with their bounds (`frames + 1` offsets into it)."""

    streaminfo: bytes
    body: memoryview
    bounds: list[int]
    samples: int


def pack_streaminfo(shape: StreamShape, length_samples: int) -> bytes:
    """STREAMINFO of a fixed-blocksize stream (RFC 9639, 8.2); frame sizes and MD5 unknown, which zeros mean.

    Minimum and maximum block size leave the last, perhaps shorter, block out of account, so both are BLOCK_SAMPLES.
    """
    packed = (
        (shape.sample_rate << 44)
        | ((shape.channels - 1) << 41)
        | ((shape.depth - 1) << 36)
        | (length_samples if length_samples < 1 << 36 else 0)
    )
    return struct.pack(">HH6xQ16x", BLOCK_SAMPLES, BLOCK_SAMPLES, packed)


def open_segment(segment: bytes, shape: StreamShape, facts: SegmentFacts) -> OpenedSegment:
    """Take a segment apart by its metadata. Raises SegmentMismatch where it differs from its shape or facts."""
    blocks, frames_at = _metadata(segment)
    streaminfo, seektable = blocks.get(0, b""), blocks.get(3, b"")
    body = memoryview(segment)[frames_at:]
    if len(streaminfo) != STREAMINFO_BYTES or len(seektable) != facts.frames * SEEK_POINT.size:
        raise SegmentMismatch("the segment lacks STREAMINFO or one seek point for each frame")
    # Bytes 10 to 18 hold rate, channels, depth and length; the sizes before and the MD5 after may differ.
    if streaminfo[10:18] != pack_streaminfo(shape, facts.samples)[10:18]:
        raise SegmentMismatch("the segment's rate, channels, depth or length is not what its facts say")
    points = list(SEEK_POINT.iter_unpack(seektable))
    bounds = [offset for _, offset, _ in points] + [len(body)]
    in_order = bounds[0] == 0 and all(start < stop for start, stop in pairwise(bounds))
    if len(body) != facts.frame_bytes or not in_order:
        raise SegmentMismatch("the segment's frames are not where its seek table says")
    return OpenedSegment(streaminfo, body, bounds, facts.samples)


def _metadata(segment: bytes) -> tuple[dict[int, bytes], int]:
    if segment[:4] != b"fLaC":
        raise SegmentMismatch("a segment begins with fLaC")
    blocks: dict[int, bytes] = {}
    at = 4
    while at + 4 <= len(segment):
        kind, size = segment[at], int.from_bytes(segment[at + 1 : at + 4], "big")
        blocks[kind & 0x7F] = segment[at + 4 : at + 4 + size]
        at += 4 + size
        if kind & 0x80:
            return blocks, at
    raise SegmentMismatch("the segment ends inside its metadata")


def decode_segment(segment: bytes, shape: StreamShape, facts: SegmentFacts) -> NDArray[np.int32]:
    """The segment's integer samples, shape [samples, channels]. Raises SegmentMismatch when they cannot be had."""
    opened = open_segment(segment, shape, facts)
    decoder = av.AudioCodecContext.create("flac", "r")
    decoder.extradata = opened.streaminfo
    frames = []
    try:
        for start, stop in pairwise(opened.bounds):
            frames += decoder.decode(av.Packet(bytes(opened.body[start:stop])))
        frames += decoder.decode(None)
    except av.error.FFmpegError as error:
        raise SegmentMismatch("a frame of the segment does not decode") from error
    planes = [frame.to_ndarray() for frame in frames]
    if not planes or sum(plane.shape[1] for plane in planes) != facts.samples * shape.channels:
        raise SegmentMismatch("the segment does not hold the samples its facts say")
    samples = np.concatenate(planes, axis=1).reshape(-1, shape.channels).astype(np.int32)
    # FFmpeg left-justifies 24-bit samples in 32.
    return samples >> 8 if shape.depth == 24 else samples
