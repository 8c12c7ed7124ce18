"""A song of hours, for what must not grow with a song's length."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tests.integration.web.made_song import RATE_HZ, MadeSong

SEGMENT_SAMPLES = 4096 * 54
"""As separation cuts a song at 44,100 Hz: five seconds, in whole FLAC blocks."""
_DISTINCT = 4


class LongSong(MadeSong):
    """A few segments that come again and again, so that nothing here is as long as the song is."""

    def __init__(self, hours: float, segment_samples: int = SEGMENT_SAMPLES) -> None:
        """The last segment is as long as all others."""
        segments = -(-int(hours * 3600 * RATE_HZ) // segment_samples)
        super().__init__(segments, segment_samples)
        self.samples = segments * segment_samples
        self._turn = MadeSong(_DISTINCT + 1, segment_samples)
        self._flacs: dict[tuple[str, int], bytes] = {}
        self._peaks: dict[tuple[str, int], bytes] = {}

    def pcm(self, stem: str, start: int, stop: int) -> NDArray[np.int32]:
        """int32 `[stop - start, 2]`."""
        period = _DISTINCT * self.segment_samples
        return self._turn.pcm(stem, 0, period)[np.arange(start, stop) % period]

    def flac(self, stem: str, index: int) -> bytes:
        """One segment's file."""
        key = (stem, index % _DISTINCT)
        if key not in self._flacs:
            self._flacs[key] = super().flac(*key)
        return self._flacs[key]

    def peaks(self, stem: str, index: int) -> bytes:
        """Its waveform."""
        key = (stem, index % _DISTINCT)
        if key not in self._peaks:
            self._peaks[key] = super().peaks(*key)
        return self._peaks[key]
