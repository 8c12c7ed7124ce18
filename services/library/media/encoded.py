"""Files that an encoder makes from the first sample on: one run over the segments, ranges cut out of it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol

import av
import numpy as np
from numpy.typing import NDArray

from services.library.media.assembly import Producer, RangedFile, RunReport, SegmentRef, Window, next_segments
from services.library.media.mix import StemMix

ENCODER_VERSION = ".".join(map(str, av.library_versions["libavcodec"]))
"""Another FFmpeg makes other bytes of the same music; a download that goes on must not be joined to them."""


class Encoder(Protocol):
    """Makes the bytes behind the header."""

    def encode(self, voices: Sequence[NDArray[np.int32]]) -> bytes:
        """Take the next samples [samples, channels] of each voice and give the bytes they complete."""
        ...

    def finish(self) -> bytes:
        """Give the rest."""
        ...


class EncodedFile(RangedFile):
    """One or more mixes ("voices") of the same stems as one file.

    A range costs the encoding of everything before it: the encoder's state runs through the whole stream. So
    `segments_for` begins at the first segment, and ends at the one in which the range is complete. `total_bytes` is
    None where only encoding tells it.
    """

    def __init__(self, voices: Sequence[StemMix], header: bytes, total_bytes: int | None) -> None:
        self._voices = voices
        self._header = header
        self.total_bytes = total_bytes
        plans = {source: plan for voice in voices for source, plan in voice.plans.items()}
        # Every stem that any voice needs, each once.
        self._mix = StemMix(plans, dict.fromkeys(plans, 1.0))

    @abstractmethod
    def encoder(self) -> Encoder:
        """A fresh encoder."""

    def samples_for(self, body_bytes: int) -> int:
        """How many of the track's samples surely complete the first `body_bytes` behind the header; all, unless known.

        Only asked where the size of the whole is known.
        """
        return self._mix.length_samples

    def _span(self, window: Window) -> range:
        if window.start >= window.stop or window.stop <= len(self._header):
            return range(0)
        last = self._mix.length_samples - 1
        if self.total_bytes is not None:
            last = min(last, self.samples_for(window.stop - len(self._header)))
        return range(self._mix.segment_at(last) + 1)

    def _needed(self, window: Window) -> list[SegmentRef]:
        return self._mix.refs(self._span(window))

    def _produce(self, window: Window, report: RunReport) -> Producer:
        out, position = window.cut(0, self._header), len(self._header)
        span = self._span(window)
        if not span:
            return out
        encoder = self.encoder()
        for index in span:
            decoded = self._mix.decoded(index, (yield from next_segments(self._mix.stems_count, out)))
            made = encoder.encode([voice.mixed(decoded, report) for voice in self._voices])
            if index == len(self._mix.starts) - 2:
                made += encoder.finish()
                if self.total_bytes is not None and position + len(made) != self.total_bytes:
                    raise RuntimeError("the encoder gave other bytes than its arithmetic")
            out = window.cut(position, made)
            position += len(made)
        if self.total_bytes is not None and position < window.stop:
            raise RuntimeError("the encoder gave fewer bytes than its arithmetic")
        return out
