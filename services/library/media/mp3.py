"""MP3 of a stem or mix at 320 kb/s, gapless: its size is arithmetic, its Info frame says where the music lies."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from fractions import Fraction

import av
import numpy as np
from numpy.typing import NDArray

from services.library.media.assembly import Producer, RunReport, SegmentRef, SegmentRun, Window, check_range
from services.library.media.mix import StemMix
from services.library.media.tags import Tags, id3v2

BIT_RATE = 320_000
FRAME_SAMPLES = 1152
# 320 kb/s exists in MPEG-1 alone, which has these rates.
NATIVE_RATES = (32_000, 44_100, 48_000)
_RATE_CODES = {44_100: 0, 48_000: 1, 32_000: 2}
# LAME's delay, as its tag counts it: without the 529 samples that every decoder adds.
ENCODER_DELAY = 576
# LAME looks ahead less than two frames and its bit reservoir at this rate holds less than one; the rest is caution.
_LOOKAHEAD_FRAMES = 8


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


class EncodedMp3:
    """A stem or mix as ID3v2, an Info frame and CBR frames.

    A range costs the encoding of everything before it: LAME's state runs through the whole stream. `segments_for`
    therefore begins at the first segment, and ends as early as the range allows.
    """

    def __init__(self, mix: StemMix, tags: Tags | None = None) -> None:
        self._mix = mix
        self._rate = mp3_rate(mix.shape.sample_rate)
        self._ratio = Fraction(self._rate, mix.shape.sample_rate)
        self._length = -(-mix.length_samples * self._ratio.numerator // self._ratio.denominator)
        padding = padding_samples(self._length)
        self._frames = (ENCODER_DELAY + self._length + padding) // FRAME_SAMPLES
        music_bytes = frames_bytes(self._frames, self._rate)
        info = info_frame(self._rate, mix.shape.channels, self._frames, music_bytes, padding)
        self._header = id3v2(tags or Tags()) + info
        self.total_bytes = len(self._header) + music_bytes

    @property
    def length_samples(self) -> int:
        """The samples that a gapless player hears, at the MP3's rate."""
        return self._length

    def _span(self, stop: int) -> range:
        wanted = stop - len(self._header)
        if wanted <= 0:
            return range(0)
        frames = wanted // frames_bytes(1, self._rate) + 1 + _LOOKAHEAD_FRAMES
        heard = int(frames * FRAME_SAMPLES / self._ratio)
        return range(self._mix.segment_at(min(heard, self._mix.length_samples - 1)) + 1)

    def segments_for(self, start: int, stop: int) -> list[SegmentRef]:
        """Every segment from the first to the one in which bytes [start, stop) are complete."""
        check_range(start, stop, self.total_bytes)
        return self._mix.refs(self._span(stop if start < stop else 0))

    def run(self, start: int, stop: int) -> SegmentRun:
        """A run that encodes from the first segment and drops what is before the range."""
        check_range(start, stop, self.total_bytes)
        return SegmentRun(lambda report: self._produce(Window(start, stop), report))

    def _produce(self, window: Window, report: RunReport) -> Producer:
        out, position = window.cut(0, self._header), len(self._header)
        span = self._span(window.stop if window.start < window.stop else 0)
        if not span:
            return out
        encoder = FrameEncoder(self._mix.shape.sample_rate, self._rate, self._mix.shape.channels, self._length)
        scale = np.float32(2.0 ** (1 - self._mix.shape.depth))
        for index in span:
            segments = []
            for _ in range(self._mix.stems_count):
                segments.append((yield out))
                out = b""
            samples = self._mix.samples(index, segments, report)
            made = encoder.encode(np.ascontiguousarray((samples.astype(np.float32) * scale).T))
            if index == len(self._mix.starts) - 2:
                made += encoder.finish()
            out = window.cut(position, made)
            position += len(made)
        if position < window.stop:
            raise RuntimeError("the encoder gave fewer bytes than its arithmetic")
        return out


class FrameEncoder:
    """Float samples [channels, samples] at one rate in, whole MP3 frames of exactly `length_samples` at another out."""

    def __init__(self, from_rate: int, rate: int, channels: int, length_samples: int) -> None:
        self._layout = "stereo" if channels == 2 else "mono"
        self._from_rate, self._rate = from_rate, rate
        self._left = length_samples
        self._pending: NDArray[np.float32] = np.zeros((channels, 0), np.float32)
        self._fed = self._encoded = 0
        self._resampler = None
        if from_rate != rate:
            self._resampler = av.AudioResampler(format="fltp", layout=self._layout, rate=rate)
        self._codec = av.AudioCodecContext.create("libmp3lame", "w")
        self._codec.sample_rate = rate
        self._codec.layout = self._layout
        self._codec.format = "fltp"
        self._codec.bit_rate = BIT_RATE
        self._codec.time_base = Fraction(1, rate)
        self._codec.open()

    def encode(self, samples: NDArray[np.float32]) -> bytes:
        """Take samples and give the frames they complete."""
        if self._resampler is not None:
            frame = self._frame(samples, self._from_rate, self._fed)
            self._fed += samples.shape[1]
            samples = self._resampled(self._resampler, frame)
        return self._encoded_at_rate(samples)

    def _encoded_at_rate(self, samples: NDArray[np.float32]) -> bytes:
        self._pending = np.concatenate((self._pending, samples[:, : self._left]), axis=1)
        self._left -= min(self._left, samples.shape[1])
        whole = self._pending.shape[1] // FRAME_SAMPLES * FRAME_SAMPLES
        ready, self._pending = self._pending[:, :whole], self._pending[:, whole:]
        return b"".join(self._packets(ready))

    def finish(self) -> bytes:
        """Give the last frames; a resampler's tail is cut, or filled with silence, to the exact length."""
        made = b""
        if self._resampler is not None:
            tail = self._resampled(self._resampler, None)
            silence = np.zeros((len(tail), max(0, self._left - tail.shape[1])), np.float32)
            made = self._encoded_at_rate(np.concatenate((tail, silence), axis=1))
        made += b"".join(self._packets(self._pending))
        return made + b"".join(bytes(packet) for packet in self._codec.encode(None))

    def _resampled(self, resampler: av.AudioResampler, frame: av.AudioFrame | None) -> NDArray[np.float32]:
        planes = [np.asarray(made.to_ndarray(), np.float32) for made in resampler.resample(frame)]
        return np.concatenate([self._pending[:, :0], *planes], axis=1)

    def _frame(self, samples: NDArray[np.float32], rate: int, at: int) -> av.AudioFrame:
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), format="fltp", layout=self._layout)
        frame.sample_rate, frame.pts, frame.time_base = rate, at, Fraction(1, rate)
        return frame

    def _packets(self, samples: NDArray[np.float32]) -> Iterator[bytes]:
        for at in range(0, samples.shape[1], FRAME_SAMPLES):
            frame = self._frame(samples[:, at : at + FRAME_SAMPLES], self._rate, self._encoded)
            self._encoded += frame.samples
            for packet in self._codec.encode(frame):
                yield bytes(packet)


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
