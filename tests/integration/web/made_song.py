"""A short song of four tones, cut into FLAC segments as separation cuts them."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from services.separation.audio.flac_segments import encode_stem
from services.separation.audio.peaks import segment_peaks
from services.separation.audio.properties import AudioProperties

RATE_HZ = 44_100
SEGMENT_SAMPLES = 4096 * 11
"""About a second instead of five: joints come sooner."""
STEMS = ("vocals", "drums", "bass", "other")
TONES_HZ = (440.0, 90.0, 55.0, 660.0)


class MadeSong:
    """`segments` segments, the last a little shorter; 16 bit, stereo."""

    def __init__(self, segments: int, segment_samples: int = SEGMENT_SAMPLES) -> None:
        """The tones swell, so that no two segments are alike."""
        self.segments = segments
        self.segment_samples = segment_samples
        self.samples = segments * segment_samples - 1234
        self._properties = AudioProperties(rate_hz=RATE_HZ, channels=2, depth_bits=16)

    def samples_of(self, segments: int) -> int:
        """Samples that the first `segments` segments hold."""
        return min(self.samples, segments * self.segment_samples)

    @functools.cached_property
    def _pcm(self) -> dict[str, NDArray[np.int32]]:
        at = np.arange(self.samples) / RATE_HZ
        loudness = 4000 * (1.2 + np.sin(2 * np.pi * at / 3.7))
        tones = {
            stem: loudness * np.sin(2 * np.pi * tone_hz * at) for stem, tone_hz in zip(STEMS, TONES_HZ, strict=True)
        }
        return {stem: np.stack([tone, 0.8 * tone], axis=1).astype(np.int32) for stem, tone in tones.items()}

    def pcm(self, stem: str, start: int, stop: int) -> NDArray[np.int32]:
        """int32 `[stop - start, 2]`."""
        return self._pcm[stem][start:stop]

    def _slice(self, stem: str, index: int) -> NDArray[np.int32]:
        return self.pcm(stem, index * self.segment_samples, self.samples_of(index + 1))

    def flac(self, stem: str, index: int) -> bytes:
        """One segment's file."""
        return encode_stem(stem, self._slice(stem, index), self._properties).data

    def peaks(self, stem: str, index: int) -> bytes:
        """Its waveform."""
        return bytes(segment_peaks(self._slice(stem, index)[np.newaxis], self._properties)[0])
