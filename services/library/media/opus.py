"""Opus in Ogg at a constant rate: its size is arithmetic, its pre-skip and last granule say where the music lies."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from services.library.media.codec_run import CodecRun
from services.library.media.encoded import EncodedFile
from services.library.media.feed import TEMPO_AHEAD_S, Feed, length_at
from services.library.media.mix import StemMix
from services.library.media.segments import StreamShape
from services.library.media.tags import VENDOR, Tags, flac_picture, vorbis_comment

RATE = 48_000
# 20 ms, libopus' own choice for music.
PACKET_SAMPLES = 960
PAGE_PACKETS = 50
_PACKET_BYTES = {1: 280, 2: 480}
"""112 kb/s of mono and 192 kb/s of stereo, beyond which listening tests find no difference."""
# libopus' look-ahead at 48 kHz for OPUS_APPLICATION_AUDIO: 2.5 ms for the transform and 4 ms for the choice of modes.
PRE_SKIP = 312
# An Ogg page has 255 lacing values at most, each of 255 bytes at most.
_LACES_MAX = 255
_CONTINUED, _FIRST, _LAST = 1, 2, 4
# A resampler keeps a few thousand samples back.
_LOOKAHEAD_PACKETS = 16
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


class EncodedOpus(EncodedFile):
    """A stem or mix as Ogg Opus, hard constant bit rate; `speed` 2 is twice as fast at the same pitch."""

    def __init__(self, mix: StemMix, tags: Tags | None = None, speed: int = 1) -> None:
        self._speed = speed
        self._shape = mix.shape
        self._length = length_at(mix.length_samples, mix.shape.sample_rate, RATE, speed)
        self._packets = -(-(PRE_SKIP + self._length) // PACKET_SAMPLES)
        header, self._first_page = head_pages(mix.shape, tags or Tags())
        whole, rest = divmod(self._packets, PAGE_PACKETS)
        body_bytes = whole * self._page_bytes(PAGE_PACKETS) + (self._page_bytes(rest) if rest else 0)
        super().__init__([mix], header, len(header) + body_bytes)

    def _page_bytes(self, packets: int) -> int:
        size = _PACKET_BYTES[self._shape.channels]
        return 27 + packets * (size // 255 + 1) + packets * size

    @property
    def length_samples(self) -> int:
        """The samples that a player hears, at 48 kHz."""
        return self._length

    def samples_for(self, body_bytes: int) -> int:
        """How many of the track's samples surely complete the first `body_bytes` behind the header."""
        packets = (body_bytes // self._page_bytes(PAGE_PACKETS) + 1) * PAGE_PACKETS + _LOOKAHEAD_PACKETS
        ahead_samples = TEMPO_AHEAD_S * self._shape.sample_rate if self._speed == 2 else 0
        return packets * PACKET_SAMPLES * self._shape.sample_rate * self._speed // RATE + ahead_samples

    def encoder(self) -> OpusEncoder:
        """A fresh encoder."""
        feed = Feed(self._shape, RATE, self._length, self._speed)
        return OpusEncoder(feed, self._shape.channels, self._first_page, self._packets, PRE_SKIP + self._length)


class OpusEncoder:
    """A track's samples in, Ogg pages out."""

    def __init__(self, feed: Feed, channels: int, first_page: int, packets: int, last_granule: int) -> None:
        self._feed = feed
        self._packet_bytes = _PACKET_BYTES[channels]
        self._packets, self._last_granule = packets, last_granule
        self._waiting: list[bytes] = []
        self._paged = 0
        self._pages = first_page
        bit_rate = self._packet_bytes * 8 * RATE // PACKET_SAMPLES
        options = {"vbr": "off", "application": "audio", "frame_duration": "20"}
        self._codec = CodecRun(
            "libopus", RATE, channels, PACKET_SAMPLES, bit_rate=bit_rate, sample_format="flt", options=options
        )
        if int.from_bytes(self._codec.extradata[10:12], "little") != PRE_SKIP:
            raise RuntimeError("this libopus looks ahead by another number of samples")

    def encode(self, voices: Sequence[NDArray[np.int32]]) -> bytes:
        """Take samples and give the pages they complete."""
        return self._paged_up(self._codec.push(self._feed.push(voices[0])))

    def finish(self) -> bytes:
        """Give the last pages."""
        return self._paged_up(chain(self._codec.push(self._feed.finish()), self._codec.finish()), is_end=True)

    def _paged_up(self, packets: Iterator[bytes], *, is_end: bool = False) -> bytes:
        self._waiting += packets
        if any(len(packet) != self._packet_bytes for packet in self._waiting):
            raise RuntimeError("the encoder left its constant bit rate")
        if is_end:
            # The encoder may flush one packet of nothing but look-ahead past the end.
            self._waiting = self._waiting[: self._packets - self._paged]
        pages = []
        # The last page has to say so: a full one is held back until another packet comes.
        while len(self._waiting) > PAGE_PACKETS or (is_end and self._waiting):
            content, self._waiting = self._waiting[:PAGE_PACKETS], self._waiting[PAGE_PACKETS:]
            self._paged += len(content)
            is_last = is_end and not self._waiting
            granule = self._last_granule if is_last else self._paged * PACKET_SAMPLES
            lacing = (b"\xff" * (self._packet_bytes // 255) + bytes((self._packet_bytes % 255,))) * len(content)
            pages.append(ogg_page(_LAST if is_last else 0, granule, self._pages, lacing, b"".join(content)))
            self._pages += 1
        return b"".join(pages)


def head_pages(shape: StreamShape, tags: Tags) -> tuple[bytes, int]:
    """The pages of OpusHead and OpusTags (RFC 7845, 5.1 and 5.2), and how many. The cover: METADATA_BLOCK_PICTURE."""
    head = struct.pack("<8sBBHIhB", b"OpusHead", 1, shape.channels, PRE_SKIP, shape.sample_rate, 0, 0)
    pictures = [] if tags.cover is None else [b"METADATA_BLOCK_PICTURE=" + base64.b64encode(flac_picture(tags.cover))]
    comment = b"OpusTags" + vorbis_comment(tags, *pictures)
    pages = [ogg_page(_FIRST, 0, 0, bytes((len(head),)), head)]
    lacing = b"\xff" * (len(comment) // 255) + bytes((len(comment) % 255,))
    for number, at in enumerate(range(0, len(lacing), _LACES_MAX)):
        laces = lacing[at : at + _LACES_MAX]
        body = comment[at * 255 : at * 255 + sum(laces)]
        # A page on which no packet ends has no granule.
        granule = 0 if at + _LACES_MAX >= len(lacing) else -1
        pages.append(ogg_page(_CONTINUED if number else 0, granule, number + 1, laces, body))
    return b"".join(pages), len(pages)


def ogg_page(flags: int, granule: int, number: int, lacing: bytes, body: bytes) -> bytes:
    """One page (RFC 3533, 6)."""
    serial = zlib.crc32(VENDOR)
    head = struct.pack("<4sBBqIIIB", b"OggS", 0, flags, granule, serial, number, 0, len(lacing)) + lacing
    crc = ogg_crc(head + body)
    return head[:22] + crc.to_bytes(4, "little") + head[26:] + body


def ogg_crc(data: bytes) -> int:
    """CRC-32 with polynomial 0x04C11DB7, most significant bit first, start 0.

    zlib has the same polynomial least significant bit first, and inverts before and after: both are undone here.
    """
    mirrored = zlib.crc32(data.translate(_REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int.from_bytes(mirrored.to_bytes(4, "little").translate(_REVERSED), "big")
