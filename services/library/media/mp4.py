"""M4A and .stem.mp4: AAC streams in a plain MP4 with its index at the end, of a size known in advance."""

from __future__ import annotations

import json
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.library.media.aac import (
    FRAME_SAMPLES,
    RESERVE_BYTES,
    AacPackets,
    aac_rate,
    allowance_bytes,
    bit_rate,
    frames_of,
)
from services.library.media.encoded import EncodedFile
from services.library.media.feed import TEMPO_AHEAD_S, Feed, length_at
from services.library.media.mix import StemMix
from services.library.media.mp4_boxes import Track, box, movie, user_data
from services.library.media.segments import StreamShape
from services.library.media.tags import Tags

_BOX_HEAD_BYTES = 8
_UINT32_MAX = 0xFFFFFFFF
_LOOKAHEAD_FRAMES = 16
# Okabe and Ito's colours, which people who are colour-blind can tell apart.
STEM_COLOURS = ("#009E73", "#D55E00", "#CC79A7", "#56B4E9")
STEM_PARTS = 4


@dataclass(frozen=True)
class Layout:
    """What every stream of the file shares, and so the whole file's size.

    Packets lie in groups of about a second, each an mdat box with one chunk of every stream. What the encoder did not
    need of its allowance is filled by free boxes, so that positions and the size are arithmetic.
    """

    shape: StreamShape
    rate: int
    length_samples: int
    names: tuple[str, ...]
    user_data: bytes

    @property
    def frames(self) -> int:
        """Packets of each stream."""
        return frames_of(self.length_samples)

    @property
    def group_frames(self) -> int:
        """Packets of each stream in a group."""
        return self.rate // FRAME_SAMPLES

    @property
    def groups(self) -> int:
        """How many groups there are."""
        return -(-self.frames // self.group_frames)

    @property
    def media_bytes(self) -> int:
        """Everything between the file's first box and its index."""
        allowed = RESERVE_BYTES + self.frames * allowance_bytes(self.rate, self.shape.channels)
        return len(self.names) * allowed + self.groups * _BOX_HEAD_BYTES + _BOX_HEAD_BYTES

    def is_far(self, start: int) -> bool:
        """Whether a chunk could lie where 32 bits do not reach."""
        return start + self.media_bytes > _UINT32_MAX

    def index(self, start: int, sizes: Sequence[bytes], offsets: Sequence[bytes]) -> bytes:
        """The moov box of streams with these packet sizes and chunk offsets, as big-endian numbers."""
        channels = self.shape.channels
        tracks = [
            Track(
                self.rate,
                channels,
                self.length_samples,
                self.frames,
                self.group_frames,
                one,
                places,
                bit_rate(self.rate, channels),
                name,
                is_enabled=number == 0,
            )
            for number, (name, one, places) in enumerate(zip(self.names, sizes, offsets, strict=True))
        ]
        return movie(tracks, self.is_far(start), self.user_data)

    def index_bytes(self, start: int) -> int:
        """The size of the index: that of one with empty tables, and the tables."""
        empty = [b""] * len(self.names)
        tables_bytes = 4 * self.frames + (8 if self.is_far(start) else 4) * self.groups
        return len(self.index(start, empty, empty)) + len(self.names) * tables_bytes


def _big_endian(numbers: array[int], width: int) -> bytes:
    return np.asarray(numbers).astype(f">u{width}").tobytes()


class EncodedMp4(EncodedFile):
    """One or more voices as AAC streams; the first plays by itself. `speed` 2 is twice as fast at the same pitch."""

    def __init__(
        self, voices: Sequence[StemMix], names: Sequence[str], tags: Tags, others: bytes = b"", speed: int = 1
    ) -> None:
        self._speed = speed
        shape = voices[0].shape
        rate = aac_rate(shape.sample_rate)
        length = length_at(voices[0].length_samples, shape.sample_rate, rate, speed)
        extra = user_data(tags, length, frames_of(length), others)
        self._layout = Layout(shape, rate, length, tuple(names), extra)
        header = box(b"ftyp", b"M4A ", bytes(4), b"M4A mp42isom")
        size = len(header) + self._layout.media_bytes + self._layout.index_bytes(len(header))
        super().__init__(voices, header, size)

    @property
    def length_samples(self) -> int:
        """The samples that a player hears, at the file's rate."""
        return self._layout.length_samples

    def samples_for(self, body_bytes: int) -> int:
        """How many of the track's samples surely complete the first `body_bytes` behind the header."""
        layout = self._layout
        frame_bytes = allowance_bytes(layout.rate, layout.shape.channels) * len(layout.names)
        # Free boxes keep what is written within a reserve of what is allowed.
        groups = body_bytes // (frame_bytes * layout.group_frames) + 2
        frames = groups * layout.group_frames + _LOOKAHEAD_FRAMES
        ahead_samples = TEMPO_AHEAD_S * layout.shape.sample_rate if self._speed == 2 else 0
        return frames * FRAME_SAMPLES * layout.shape.sample_rate * self._speed // layout.rate + ahead_samples

    def encoder(self) -> Mp4Encoder:
        """A fresh encoder."""
        return Mp4Encoder(self._layout, len(self._header), self._speed)


class Mp4Encoder:
    """The voices' samples in, groups of packets and at the end the index out."""

    def __init__(self, layout: Layout, start: int, speed: int) -> None:
        self._layout = layout
        self._start = self._position = start
        channels = layout.shape.channels
        self._feeds = [Feed(layout.shape, layout.rate, layout.length_samples, speed) for _ in layout.names]
        self._codecs = [AacPackets(layout.rate, channels, layout.frames) for _ in layout.names]
        self._waiting: list[list[bytes]] = [[] for _ in layout.names]
        self._sizes = [array("I") for _ in layout.names]
        self._offsets: list[array[int]] = [array("Q") for _ in layout.names]

    def encode(self, voices: Sequence[NDArray[np.int32]]) -> bytes:
        """Take samples and give the groups they complete."""
        for feed, codec, waiting, samples in zip(self._feeds, self._codecs, self._waiting, voices, strict=True):
            waiting.extend(codec.push(feed.push(samples)))
        return self._grouped(is_end=False)

    def finish(self) -> bytes:
        """Give the last group, what fills the allowance, and the index."""
        for feed, codec, waiting in zip(self._feeds, self._codecs, self._waiting, strict=True):
            waiting.extend(codec.push(feed.finish()))
            waiting.extend(codec.finish())
        groups = self._grouped(is_end=True)
        filling = _free(self._start + self._layout.media_bytes - self._position)
        width = 8 if self._layout.is_far(self._start) else 4
        sizes = [_big_endian(one, 4) for one in self._sizes]
        offsets = [_big_endian(one, width) for one in self._offsets]
        return groups + filling + self._layout.index(self._start, sizes, offsets)

    def _grouped(self, *, is_end: bool) -> bytes:
        out = []
        count = self._layout.group_frames
        while all(len(waiting) >= count or (is_end and waiting) for waiting in self._waiting):
            at = self._position + _BOX_HEAD_BYTES
            chunks = []
            for waiting, sizes, offsets in zip(self._waiting, self._sizes, self._offsets, strict=True):
                chunk = b"".join(waiting[:count])
                offsets.append(at)
                at += len(chunk)
                sizes.extend(map(len, waiting[:count]))
                chunks.append(chunk)
                del waiting[:count]
            out += [box(b"mdat", *chunks), self._filling()]
            self._position += len(out[-2]) + len(out[-1])
        return b"".join(out)

    def _filling(self) -> bytes:
        """A free box of what the codecs need not keep in reserve; none while it would be smaller than its own head."""
        surplus = [max(0, codec.spare_bytes - RESERVE_BYTES) for codec in self._codecs]
        if sum(surplus) < _BOX_HEAD_BYTES:
            return b""
        for codec, one in zip(self._codecs, surplus, strict=True):
            codec.give_up(one)
        return _free(sum(surplus))


def _free(size_bytes: int) -> bytes:
    return box(b"free", bytes(size_bytes - _BOX_HEAD_BYTES))


def m4a(mix: StemMix, tags: Tags | None = None, speed: int = 1) -> EncodedMp4:
    """A stem or mix as M4A."""
    return EncodedMp4([mix], [""], tags or Tags(), speed=speed)


def stem_mp4(mixture: StemMix, parts: Sequence[tuple[str, StemMix]], tags: Tags | None = None) -> EncodedMp4:
    """The DJ stem format: the mixture, then four named parts, all AAC, and a `stem` box that names and colours them.

    Raises ValueError for another number of parts.
    """
    if len(parts) != STEM_PARTS:
        raise ValueError(f"a stem file has {STEM_PARTS} parts")
    names = [name for name, _ in parts]
    stem = box(b"stem", json.dumps(stem_description(names)).encode())
    return EncodedMp4([mixture, *(mix for _, mix in parts)], ["Mix", *names], tags or Tags(), stem)


def stem_description(names: Sequence[str]) -> dict[str, object]:
    """What the `stem` box says: names, colours, and mastering that leaves the sound alone."""
    return {
        "version": 1,
        "mastering_dsp": {
            "compressor": {
                "enabled": False,
                "input_gain": 0.0,
                "output_gain": 0.0,
                "dry_wet": 100,
                "threshold": 0.0,
                "ratio": 1.0,
                "attack": 0.003,
                "release": 0.3,
                "hp_cutoff": 20,
            },
            "limiter": {"enabled": False, "threshold": 0.0, "ceiling": 0.0, "release": 0.05},
        },
        "stems": [{"name": name, "color": colour} for name, colour in zip(names, STEM_COLOURS, strict=True)],
    }
