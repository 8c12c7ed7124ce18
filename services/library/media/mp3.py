"""MP3 of a stem or mix at 320 kb/s, gapless: its size is arithmetic, its Info frame says where the music lies."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from services.library.media.codec_run import CodecRun
from services.library.media.encoded import EncodedFile
from services.library.media.feed import TEMPO_AHEAD_S, Feed, length_at
from services.library.media.mix import StemMix
from services.library.media.tags import Tags, id3v2

BIT_RATE = 320_000
FRAME_SAMPLES = 1152
# 320 kb/s exists in MPEG-1 alone, which has these rates.
NATIVE_RATES = (32_000, 44_100, 48_000)
_RATE_CODES = {44_100: 0, 48_000: 1, 32_000: 2}
# LAME's delay, as its tag counts it: without the 529 samples that every decoder adds.
ENCODER_DELAY = 576
# LAME looks ahead less than two frames, its bit reservoir at this rate holds less than one, and a resampler keeps a few
# thousand samples back; the rest is caution.
_LOOKAHEAD_FRAMES = 16


def mp3_rate(sample_rate: int) -> int:
    """The MP3's rate in Hz: its own where MPEG-1 has it, else 44.1 kHz for its relatives and 48 kHz for all others."""
    if sample_rate in NATIVE_RATES:
        return sample_rate
    return 44_100 if sample_rate % 11_025 == 0 else 48_000


def padding_samples(length_samples: int) -> int:
    """The samples LAME appends: up to a whole frame, and at least half of one so that the last overlap is complete."""
    padding = FRAME_SAMPLES - (ENCODER_DELAY + length_samples) % FRAME_SAMPLES
    return padding if padding >= ENCODER_DELAY else padding + FRAME_SAMPLES


def frames_bytes(frames: int, rate: int) -> int:
    """The bytes of the first `frames` frames: LAME pads one by a byte whenever the fractions have added up to one."""
    whole, fraction = divmod(FRAME_SAMPLES // 8 * BIT_RATE, rate)
    return frames * whole - (-fraction * max(0, frames - 1) // rate)


class EncodedMp3(EncodedFile):
    """A stem or mix as ID3v2, an Info frame and CBR frames; `speed` 2 is twice as fast at the same pitch."""

    def __init__(self, mix: StemMix, tags: Tags | None = None, speed: int = 1) -> None:
        self._speed = speed
        self._shape = mix.shape
        self._rate = mp3_rate(mix.shape.sample_rate)
        self._length = length_at(mix.length_samples, mix.shape.sample_rate, self._rate, speed)
        padding = padding_samples(self._length)
        frames = (ENCODER_DELAY + self._length + padding) // FRAME_SAMPLES
        music_bytes = frames_bytes(frames, self._rate)
        info = info_frame(self._rate, mix.shape.channels, frames, music_bytes, padding)
        header = id3v2(tags or Tags()) + info
        super().__init__([mix], header, len(header) + music_bytes)

    @property
    def length_samples(self) -> int:
        """The samples that a gapless player hears, at the MP3's rate."""
        return self._length

    def samples_for(self, body_bytes: int) -> int:
        """How many of the track's samples surely complete the first `body_bytes` behind the header."""
        frames = body_bytes // frames_bytes(1, self._rate) + 1 + _LOOKAHEAD_FRAMES
        ahead_samples = TEMPO_AHEAD_S * self._shape.sample_rate if self._speed == 2 else 0
        return frames * FRAME_SAMPLES * self._shape.sample_rate * self._speed // self._rate + ahead_samples

    def encoder(self) -> Mp3Encoder:
        """A fresh encoder."""
        return Mp3Encoder(Feed(self._shape, self._rate, self._length, self._speed), self._rate, self._shape.channels)


class Mp3Encoder:
    """A track's samples in, whole MP3 frames out."""

    def __init__(self, feed: Feed, rate: int, channels: int) -> None:
        self._feed = feed
        self._codec = CodecRun(
            "libmp3lame", rate, channels, FRAME_SAMPLES, bit_rate=BIT_RATE, sample_format="fltp", options={}
        )

    def encode(self, voices: Sequence[NDArray[np.int32]]) -> bytes:
        """Take samples and give the frames they complete."""
        return b"".join(self._codec.push(self._feed.push(voices[0])))

    def finish(self) -> bytes:
        """Give the last frames."""
        return b"".join([*self._codec.push(self._feed.finish()), *self._codec.finish()])


def info_frame(rate: int, channels: int, frames: int, music_bytes: int, padding: int) -> bytes:
    """A silent MPEG frame with the Info and LAME tags: frame count, byte count, seek table, delay and padding.

    Layout after LAME's published tag specification. The music's CRC is left 0: it is not known before the music is.
    """
    mode = 0xC4 if channels == 1 else 0x44
    header = bytes((0xFF, 0xFB, 0xE0 | _RATE_CODES[rate] << 2, mode))
    total_bytes = FRAME_SAMPLES // 8 * BIT_RATE // rate
    side = b"\0" * (17 if channels == 1 else 32)
    toc = bytes(percent * 256 // 100 for percent in range(100))
    xing = b"Info" + struct.pack(">III", 0xF, frames, music_bytes + total_bytes) + toc + struct.pack(">I", 0)
    # Version, CBR, unknown low-pass, no gain, no flags, at least 255 kb/s, delay and padding, then length and CRCs.
    lame = b"LAME3.100" + b"\x01\x00" + b"\0" * 8 + b"\x00\xff" + (ENCODER_DELAY << 12 | padding).to_bytes(3, "big")
    lame += b"\0" * 4 + struct.pack(">IH", music_bytes + total_bytes, 0)
    frame = header + side + xing + lame
    return (frame + crc16_arc(frame).to_bytes(2, "big")).ljust(total_bytes, b"\0")


def crc16_arc(data: bytes) -> int:
    """CRC-16 as LAME's tag has it: polynomial 0x8005 reflected, start 0."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
    return crc
