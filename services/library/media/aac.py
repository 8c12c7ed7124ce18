"""AAC-LC packets from FFmpeg's own encoder, held to an allowance of bytes so that files have a known size."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np

from services.library.media.codec_run import CodecRun
from services.library.media.feed import Floats
from services.library.media.mp3 import mp3_rate

FRAME_SAMPLES = 1024
# FFmpeg's encoder puts one frame before the music.
PRIMING_SAMPLES = 1024
RATES = (96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000)
"""ISO/IEC 14496-3, table 1.18, in the order of its indexes; 7350 Hz is left out."""
BIT_RATE_PER_CHANNEL = 128_000
# A packet holds 6144 bits a channel at most (14496-3, 4.5.3.1); FFmpeg needs some room below that.
_BITS_PER_SAMPLE_MAX = 5
# The encoder keeps its average within one in a hundred on music; it may owe this much in between.
_ALLOWED_PER_NOMINAL = (103, 100)
RESERVE_BYTES = 32 * 1024
_AIM_AGAIN_FRAMES = 8
# Noise in place of noise, and one channel for two, would sound alike but add up to something else. The search called
# fast is as near to the music at this rate as the slow one, in half the time.
_OPTIONS = {"aac_pns": "0", "aac_is": "0", "aac_coder": "fast"}


def aac_rate(sample_rate: int) -> int:
    """The file's rate in Hz: the track's own where AAC has it, else its nearest relative of 44.1 or 48 kHz."""
    return sample_rate if sample_rate in RATES else mp3_rate(sample_rate)


def bit_rate(rate: int, channels: int) -> int:
    """Bits a second: 128,000 a channel, less where the rate is too low to use them."""
    return channels * min(BIT_RATE_PER_CHANNEL, _BITS_PER_SAMPLE_MAX * rate)


def allowance_bytes(rate: int, channels: int) -> int:
    """The bytes that one frame adds to what the stream may have taken by then."""
    above, below = _ALLOWED_PER_NOMINAL
    return -(-bit_rate(rate, channels) * FRAME_SAMPLES * above // (8 * rate * below))


def frames_of(length_samples: int) -> int:
    """The frames that hold the priming and the music."""
    return -(-(PRIMING_SAMPLES + length_samples) // FRAME_SAMPLES)


def audio_specific_config(rate: int, channels: int) -> bytes:
    """Object type 2 (LC), the rate's index and the channels (14496-3, 1.6.2.1)."""
    return (2 << 11 | RATES.index(rate) << 7 | channels << 3).to_bytes(2, "big")


class AacPackets:
    """Float samples [samples, channels] in, exactly `frames` packets out.

    At any moment the packets together take RESERVE_BYTES plus `allowance_bytes` a frame at most: the aim is lowered as
    the reserve shrinks, and a packet that would still not fit, which no music has been seen to do, is one of silence.
    """

    def __init__(self, rate: int, channels: int, frames: int) -> None:
        self._rate, self._channels = rate, channels
        self._bit_rate = bit_rate(rate, channels)
        self._allowance_bytes = allowance_bytes(rate, channels)
        self._spare_bytes = RESERVE_BYTES
        self._frames_left = frames
        self._made = 0
        self._codec = _codec(rate, channels)

    @property
    def spare_bytes(self) -> int:
        """What the packets so far might have taken more."""
        return self._spare_bytes

    def give_up(self, spare_bytes: int) -> None:
        """Spend spare bytes on something else."""
        self._spare_bytes -= spare_bytes

    def push(self, samples: Floats) -> list[bytes]:
        """The packets that these samples complete."""
        return self._held(self._codec.push(samples))

    def finish(self) -> list[bytes]:
        """The rest."""
        packets = self._held(self._codec.finish())
        if self._frames_left:
            raise RuntimeError("the encoder gave fewer packets than its arithmetic")
        return packets

    def _held(self, packets: Iterator[bytes]) -> list[bytes]:
        held = []
        for packet in packets:
            if not self._frames_left:
                break
            self._frames_left -= 1
            self._spare_bytes += self._allowance_bytes
            fitting = packet if len(packet) <= self._spare_bytes else _silence(self._rate, self._channels)
            self._spare_bytes -= len(fitting)
            held.append(fitting)
            self._made += 1
            if self._made % _AIM_AGAIN_FRAMES == 0:
                shortage = max(0.0, 1.0 - 2.0 * self._spare_bytes / RESERVE_BYTES)
                self._codec.aim_at(int(self._bit_rate * (1.0 - 0.5 * shortage)))
        return held


def _codec(rate: int, channels: int) -> CodecRun:
    return CodecRun(
        "aac",
        rate,
        channels,
        FRAME_SAMPLES,
        bit_rate=bit_rate(rate, channels),
        sample_format="fltp",
        options=_OPTIONS,
    )


@cache
def _silence(rate: int, channels: int) -> bytes:
    codec = _codec(rate, channels)
    packets = [*codec.push(np.zeros((4 * FRAME_SAMPLES, channels), np.float32)), *codec.finish()]
    return packets[-1]
