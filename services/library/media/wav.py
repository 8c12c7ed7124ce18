"""WAV of a stem or mix: exact size, and every byte range from the segments that hold its samples."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from services.library.media.assembly import Producer, RangedFile, RunReport, SegmentRef, Window, next_segments
from services.library.media.mix import StemMix
from services.library.media.tags import Tags, id3v2, riff_info

WavDepth = Literal["source", "16", "24", "32f"]
_SAMPLE_BYTES = {"16": 2, "24": 3, "32f": 4}
_UINT32_MAX = 0xFFFFFFFF
_RIFF_BYTES_MAX = _UINT32_MAX
_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
# KSDATAFORMAT_SUBTYPE_PCM after its first two bytes.
_GUID_TAIL = bytes.fromhex("000000001000800000aa00389b71")


class AssembledWav(RangedFile):
    """A stem or mix as WAV, at the depth of the source unless another is asked for.

    A file too long for RIFF's 32-bit sizes is RF64 with a ds64 chunk (EBU Tech 3306). 24 to 16 bits is dithered
    (triangular, two LSB wide, fixed for each segment so that ranges agree) unless the segment's low bits are all zero.
    A float file is never clipped.
    """

    def __init__(self, mix: StemMix, tags: Tags | None = None, depth: WavDepth = "source") -> None:
        self._mix = mix
        self._depth = str(mix.shape.depth) if depth == "source" else depth
        self._block_bytes = _SAMPLE_BYTES[self._depth] * mix.shape.channels
        self._data_bytes = self._block_bytes * mix.length_samples
        # RIFF's own words have no picture; players that show one read an ID3 tag in a chunk.
        self._tail = b"\0" * (self._data_bytes % 2) + (_id3_chunk(tags) if tags and tags.cover else b"")
        self._header = self._head(riff_info(tags or Tags()))
        self.total_bytes: int = len(self._header) + self._data_bytes + len(self._tail)

    def _head(self, info: bytes) -> bytes:
        before = b"WAVE" + self._format_chunk() + info
        riff_bytes = len(before) + 8 + self._data_bytes + len(self._tail)
        if riff_bytes <= _RIFF_BYTES_MAX:
            return b"RIFF" + struct.pack("<I", riff_bytes) + before + b"data" + struct.pack("<I", self._data_bytes)
        sizes = struct.pack("<4sIQQQI", b"ds64", 28, riff_bytes + 36, self._data_bytes, self._mix.length_samples, 0)
        unknown = struct.pack("<I", _UINT32_MAX)
        return b"RF64" + unknown + before[:4] + sizes + before[4:] + b"data" + unknown

    def _format_chunk(self) -> bytes:
        shape, bits = self._mix.shape, self._block_bytes // self._mix.shape.channels * 8
        tag = {"16": _PCM, "24": _EXTENSIBLE, "32f": _FLOAT}[self._depth]
        rate = shape.sample_rate
        chunk = struct.pack("<HHIIHH", tag, shape.channels, rate, rate * self._block_bytes, self._block_bytes, bits)
        if tag == _EXTENSIBLE:
            # Speakers: front left and right, or front centre.
            chunk += struct.pack("<HHIH", 22, bits, 3 if shape.channels == 2 else 4, _PCM) + _GUID_TAIL
        if tag == _FLOAT:
            # Everything but PCM also states its length in a fact chunk.
            chunk += struct.pack("<H4sII", 0, b"fact", 4, min(self._mix.length_samples, _UINT32_MAX))
            return b"fmt " + struct.pack("<I", 18) + chunk
        return b"fmt " + struct.pack("<I", len(chunk)) + chunk

    def _span(self, window: Window) -> range:
        start = max(window.start - len(self._header), 0)
        stop = min(window.stop - len(self._header), self._data_bytes)
        if start >= stop:
            return range(0)
        first = self._mix.segment_at(start // self._block_bytes)
        return range(first, self._mix.segment_at((stop - 1) // self._block_bytes) + 1)

    def _needed(self, window: Window) -> list[SegmentRef]:
        return self._mix.refs(self._span(window))

    def _produce(self, window: Window, report: RunReport) -> Producer:
        out = window.cut(0, self._header)
        for index in self._span(window):
            segments = yield from next_segments(self._mix.stems_count, out)
            position = len(self._header) + self._mix.starts[index] * self._block_bytes
            out = window.cut(position, self._encoded(index, segments, report))
        return out + window.cut(len(self._header) + self._data_bytes, self._tail)

    def _encoded(self, index: int, segments: Sequence[bytes], report: RunReport) -> bytes:
        decoded = self._mix.decoded(index, segments)
        if self._depth == "32f":
            return floats(self._mix.summed(decoded), self._mix.shape.depth)
        return encode_pcm(self._mix.mixed(decoded, report), self._mix.shape.depth, self._depth, index)


def _id3_chunk(tags: Tags) -> bytes:
    tag = id3v2(tags)
    return b"id3 " + struct.pack("<I", len(tag)) + tag + b"\0" * (len(tag) % 2)


def floats(samples: NDArray[np.int64], depth: int) -> bytes:
    """`samples` as little-endian float32: exact to 24 bits, and a mix louder than full scale stays as loud."""
    return (samples.astype("<f4") * np.float32(2.0 ** (1 - depth))).tobytes()


def encode_pcm(samples: NDArray[np.int32], depth: int, to: str, dither_seed: int) -> bytes:
    """`samples` [samples, channels] of `depth` bits as little-endian WAV data at `to`, "16" or "24"."""
    if to == "16":
        return (samples if depth == 16 else _dithered(samples, dither_seed)).astype("<i2").tobytes()
    wide = samples << 8 if depth == 24 else samples << 16
    return np.ascontiguousarray(wide.astype("<i4").view(np.uint8).reshape(-1, 4)[:, 1:]).tobytes()


def _dithered(samples: NDArray[np.int32], seed: int) -> NDArray[np.int32]:
    if not (samples & 0xFF).any():
        return samples >> 8
    # random_raw is the bit generator's own output, which NumPy promises never to change.
    noise = np.random.PCG64(seed).random_raw(samples.size).reshape(samples.shape)
    triangle = (noise & 0xFF).astype(np.int32) + ((noise >> np.uint64(8)) & np.uint64(0xFF)).astype(np.int32) - 255
    rounded: NDArray[np.int32] = (samples + triangle + 128) >> 8
    return np.clip(rounded, -(1 << 15), (1 << 15) - 1).astype(np.int32)
