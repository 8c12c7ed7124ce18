"""One FFmpeg encoder fed with whole frames, whatever lengths arrive."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, cast

import av
import numpy as np
from numpy.typing import NDArray

Samples = NDArray[Any]


class CodecRun:
    """Samples [samples, channels] in, packets of `frame_samples` out; the last frame may be shorter.

    `sample_format` is FFmpeg's: "fltp" takes float32 from -1 to 1, "s16" int16, "s32" int32 with its bits at the top.
    """

    def __init__(
        self,
        codec: str,
        rate: int,
        channels: int,
        frame_samples: int,
        *,
        bit_rate: int,
        sample_format: str,
        options: Mapping[str, str],
    ) -> None:
        self._layout = "stereo" if channels == 2 else "mono"
        self._rate, self._format, self._frame_samples = rate, sample_format, frame_samples
        self._pending: Samples | None = None
        self._encoded = 0
        self._codec = cast("av.AudioCodecContext", av.AudioCodecContext.create(codec, "w"))
        self._codec.sample_rate = rate
        self._codec.layout = self._layout
        self._codec.format = sample_format
        if bit_rate:
            self._codec.bit_rate = bit_rate
        self._codec.time_base = Fraction(1, rate)
        self._codec.options = dict(options)
        self._codec.open()

    @property
    def extradata(self) -> bytes:
        """What the codec says of itself for a container's header."""
        return bytes(self._codec.extradata or b"")

    def aim_at(self, bit_rate: int) -> None:
        """Change the bit rate from the next frame on; only encoders that look at it frame by frame heed this."""
        self._codec.bit_rate = bit_rate

    def push(self, samples: Samples) -> Iterator[bytes]:
        """The packets that these samples complete."""
        if self._pending is not None and len(self._pending):
            samples = np.concatenate((self._pending, samples))
        whole = len(samples) // self._frame_samples * self._frame_samples
        # A copy: a view would keep the whole segment.
        self._pending = samples[whole:].copy()
        for at in range(0, whole, self._frame_samples):
            yield from self._packets(samples[at : at + self._frame_samples])

    def finish(self) -> Iterator[bytes]:
        """The rest."""
        if self._pending is not None and len(self._pending):
            yield from self._packets(self._pending)
        for packet in self._codec.encode(None):
            if packet.size:
                yield bytes(packet)

    def _packets(self, samples: Samples) -> Iterator[bytes]:
        planes = samples.T if self._format.endswith("p") else samples.reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(planes), format=self._format, layout=self._layout)
        frame.sample_rate, frame.pts, frame.time_base = self._rate, self._encoded, Fraction(1, self._rate)
        self._encoded += len(samples)
        for packet in self._codec.encode(frame):
            yield bytes(packet)
