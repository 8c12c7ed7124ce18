"""One chunk to the model's rate and back, each chunk on its own, with no delay.

A streaming resampler carries state, so its output would depend on where the stream began. Here every chunk is
converted alone: sample 0 of the output is sample 0 of the input, and the places near both ends, where the filter
lacks context, are cut off by the chunk grid.
"""

from __future__ import annotations

import numpy as np
import soxr
from numpy.typing import NDArray

from services.separation.audio.properties import AudioProperties, ModelProperties

# soxr HQ reaches about 102 samples of the lower rate to each side before its error is under 1e-5 (measured over
# 4 kHz..384 kHz against 44.1 kHz); there and back is two such reaches.
EDGE_SAMPLES = 256
_QUALITY = "HQ"


class Resampling:
    """Between an upload's rate and channels and a model's."""

    def __init__(self, properties: AudioProperties, model: ModelProperties, edge_samples: int, usable_samples: int):
        self._rate_hz = properties.rate_hz
        self._channels = properties.channels
        self._model = model
        self._edge_samples = edge_samples
        self._usable_samples = usable_samples

    def to_model(self, window: NDArray[np.float32]) -> NDArray[np.float32]:
        """float32 `[channels, window]` at the upload's rate -> `[2, segment]` at the model's; mono is doubled."""
        segment = self._model.segment_samples
        converted = _resampled(window, self._rate_hz, self._model.sample_rate_hz)[:, :segment]
        result = np.zeros((2, segment), np.float32)
        result[:, : converted.shape[1]] = converted
        return result

    def to_upload(self, stems: NDArray[np.float32], shift_samples: int = 0) -> NDArray[np.float32]:
        """float32 `[stems, 2, segment]` -> `[stems, channels, usable]` at the upload's rate; mono is the mean.

        `shift_samples` is how far the chunk's window was moved left, at the upload's rate: so much is missing at the
        right, where the song has ended, and is zero.
        """
        if self._channels == 1:
            stems = (stems[:, :1] + stems[:, 1:]) * np.float32(0.5)
        count, channels, segment = stems.shape
        rows = _resampled(stems.reshape(count * channels, segment), self._model.sample_rate_hz, self._rate_hz)
        start = self._edge_samples + shift_samples
        usable = rows[:, start : start + self._usable_samples]
        if usable.shape[1] < self._usable_samples:
            usable = np.pad(usable, ((0, 0), (0, self._usable_samples - usable.shape[1])))
        return usable.reshape(count, channels, self._usable_samples)


def _resampled(rows: NDArray[np.float32], from_hz: int, to_hz: int) -> NDArray[np.float32]:
    if from_hz == to_hz:
        return rows
    interleaved = np.ascontiguousarray(rows.T)
    converted: NDArray[np.float32] = soxr.resample(interleaved, from_hz, to_hz, quality=_QUALITY)
    return np.ascontiguousarray(converted.T)
