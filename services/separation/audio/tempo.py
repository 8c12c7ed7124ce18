"""Tempo and beats from a song's onset strengths.

Tempo: the autocorrelation of the strengths, read at a beat's multiples, under a broad preference for about 115 beats a
minute. Beats: the dynamic programme of D. P. W. Ellis, "Beat Tracking by Dynamic Programming", Journal of New Music
Research 36(1), 2007. Why not a library: docs/decisions/0014-beats-and-key.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from services.separation.audio.shelter import require_numbers

BPM_MIN, BPM_MAX = 50.0, 220.0
_BPM_STEP = 1.004
_BPM_LIKELY, _LIKELY_OCTAVES = 115.0, 0.75
# A beat's period comes back after one, two, three and four beats; three is the weakest witness in common time.
_MULTIPLES = ((1, 1.0), (2, 1.0), (3, 0.5), (4, 1.0))
# Twice as fast is the beat when it explains the song nearly as well; half as fast when every other beat is silent.
_DOUBLE_SHARE, _DOUBLE_BPM_MAX = 0.95, 200.0
_SILENT_SHARE = 0.05
# Music with a beat read 0.2 to 0.9, speech 0.02 to 0.13, noise 0.02; what reads less than this gets no beats.
CONFIDENCE_MIN = 0.15
_BEATS_MIN = 8
_WINDOW_S = 12.0
_MEAN_S, _POWER_S = 0.4, 4.0
# Strengths weaker than this, as of a held tone, are not raised to full size.
_POWER_FLOOR, _VARIANCE_FLOOR = 0.006, 0.25
_CHUNK_FRAMES = 16_384
# Ellis's is 100, against strengths of unit deviation; played and programmed songs alike came out steadier with this.
_TIGHTNESS = 600.0
_WEAK = 0.05
_EDGE_SHARE = 0.25
_SPAN_BEATS = 8


@dataclass(frozen=True, slots=True)
class Beats:
    """`confidence` is how periodic the onsets are, 0 to 1; without a beat `bpm` is None and there are no times.

    Raises ValueError for what is no number, and for beats that go back in time.
    """

    bpm: float | None
    confidence: float
    times_s: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        require_numbers(self.bpm, self.confidence, *self.times_s)
        if any(later < earlier for earlier, later in pairwise(self.times_s)):
            raise ValueError("beats come one after another")


def find_beats(strengths: NDArray[np.float16], frames_a_second: float, first_frame_s: float) -> Beats:
    """The beats of a song whose onset strengths are float16 `[frames]`."""
    bpm, confidence = _tempo(strengths, frames_a_second)
    if confidence < CONFIDENCE_MIN:
        return Beats(None, confidence)
    frames = _trimmed(_track(strengths, frames_a_second * 60 / bpm, frames_a_second), strengths)
    if len(frames) < _BEATS_MIN:
        return Beats(None, confidence)
    times_s = _between_frames(frames, strengths) / frames_a_second + first_frame_s
    span = min(_SPAN_BEATS, len(times_s) - 1)
    period_s = float(np.median(times_s[span:] - times_s[:-span])) / span
    # A song may begin with a beat whose summit lies before it.
    return Beats(round(60 / period_s, 2), confidence, tuple(round(max(0.0, float(at)), 3) for at in times_s))


def _levelled(strengths: NDArray[np.float16], frames_a_second: float) -> Iterator[NDArray[np.float32]]:
    """The strengths above their neighbourhood's mean, at unit power over seconds, in chunks."""
    mean_frames, power_frames = (int(seconds * frames_a_second) | 1 for seconds in (_MEAN_S, _POWER_S))
    context = mean_frames + power_frames
    for start in range(0, len(strengths), _CHUNK_FRAMES):
        low, stop = max(0, start - context), min(len(strengths), start + _CHUNK_FRAMES)
        part = strengths[low : stop + context].astype(np.float32)
        raised = np.maximum(part - _moving_mean(part, mean_frames), 0)
        levelled = raised / np.sqrt(_moving_mean(raised * raised, power_frames) + np.float32(_POWER_FLOOR**2))
        yield levelled[start - low : stop - low]


def _moving_mean(values: NDArray[np.float32], frames: int) -> NDArray[np.float32]:
    sums = np.concatenate(([0.0], np.cumsum(np.pad(values.astype(np.float64), frames // 2))))
    return ((sums[frames:] - sums[:-frames]) / frames).astype(np.float32)


def _tempo(strengths: NDArray[np.float16], frames_a_second: float) -> tuple[float, float]:
    window = min(int(_WINDOW_S * frames_a_second), len(strengths))
    lags_max = min(int(frames_a_second * 60 / BPM_MIN * _MULTIPLES[-1][0]) + 2, window // 2)
    if lags_max < frames_a_second * 60 / BPM_MAX:
        return _BPM_LIKELY, 0.0
    total, count = np.zeros(lags_max), 0
    for chunk in _levelled(strengths, frames_a_second):
        for start in range(0, max(1, len(chunk) - window + 1), window // 2):
            part = chunk[start : start + window]
            if len(part) >= 2 * lags_max:
                total += _autocorrelation(part, lags_max)
                count += 1
    if not count or not total[0]:
        return _BPM_LIKELY, 0.0
    correlation = total / max(total[0], _VARIANCE_FLOOR * count)
    bpms = BPM_MIN * _BPM_STEP ** np.arange(int(np.log(BPM_MAX / BPM_MIN) / np.log(_BPM_STEP)) + 1)
    witness = sum(weight for _, weight in _MULTIPLES)
    lags = frames_a_second * 60 / bpms
    read = [weight * np.interp(k * lags, np.arange(lags_max), correlation, right=0.0) for k, weight in _MULTIPLES]
    explained = np.sum(read, axis=0) / witness
    likely = np.exp(-0.5 * np.square(np.log2(bpms / _BPM_LIKELY) / _LIKELY_OCTAVES))
    best = int(np.argmax(explained * likely))
    double = int(np.argmin(np.abs(bpms - 2 * bpms[best])))
    if 2 * bpms[best] <= _DOUBLE_BPM_MAX and explained[double] >= _DOUBLE_SHARE * explained[best]:
        best = double
    elif read[0][best] < _SILENT_SHARE * read[1][best] and bpms[best] / 2 >= BPM_MIN:
        best = int(np.argmin(np.abs(bpms - bpms[best] / 2)))
    return float(bpms[best]), round(float(np.clip(explained[best], 0, 1)), 3)


def _autocorrelation(part: NDArray[np.float32], lags: int) -> NDArray[np.float64]:
    centred = part.astype(np.float64) - part.mean()
    power = np.square(np.abs(np.fft.rfft(centred, 2 * len(part))))
    whole = np.fft.irfft(power)[:lags]
    result: NDArray[np.float64] = whole / np.arange(len(part), len(part) - lags, -1)
    return result


def _track(strengths: NDArray[np.float16], period: float, frames_a_second: float) -> NDArray[np.int64]:
    """The frames of the sequence of beats that is strongest and steadiest, `period` frames apart or nearly so."""
    nearest, farthest = round(period / 2), round(2 * period)
    steps = np.arange(farthest, nearest - 1, -1)
    cost = -_TIGHTNESS * np.square(np.log(steps / period))
    reach = int(period / 8) + 1
    kernel = np.exp(-0.5 * np.square(np.arange(-reach, reach + 1) * 32 / period))
    # The best score of a sequence that ends at each of the last `farthest` frames, and each frame's step back.
    scores = np.full(farthest, -1e9)
    back = np.zeros(len(strengths), np.uint8)
    frame, began = 0, False
    for smooth in _smoothed(_levelled(strengths, frames_a_second), kernel):
        ends = np.concatenate((scores, np.empty(len(smooth))))
        for here, strength in enumerate(smooth.tolist(), farthest):
            candidates = ends[here - farthest : here - nearest + 1] + cost
            best = int(candidates.argmax())
            if began and candidates[best] > 0:
                ends[here] = strength + candidates[best]
                back[frame] = steps[best]
            else:
                ends[here] = strength
                began = began or strength > _WEAK
            frame += 1
        scores = ends[-farthest:]
    last = len(strengths) - farthest + int(scores.argmax()) if len(strengths) >= farthest else int(back.size - 1)
    found = [last]
    while back[found[-1]]:
        found.append(found[-1] - int(back[found[-1]]))
    return np.array(found[::-1], np.int64)


def _smoothed(chunks: Iterable[NDArray[np.float32]], kernel: NDArray[np.float64]) -> Iterator[NDArray[np.float64]]:
    """All chunks convolved as the one array that they are parts of, piece by piece; silence lies before and after."""
    reach = len(kernel) // 2
    held = np.zeros(reach)
    for chunk in chunks:
        held = np.concatenate((held, chunk))
        if len(held) >= len(kernel):
            yield np.convolve(held, kernel, "valid")
            held = held[len(held) - 2 * reach :]
    held = np.concatenate((held, np.zeros(reach)))
    if len(held) >= len(kernel):
        yield np.convolve(held, kernel, "valid")


def _trimmed(frames: NDArray[np.int64], strengths: NDArray[np.float16]) -> NDArray[np.int64]:
    """Without the beats before the first sound and after the last."""
    if not len(frames):
        return frames
    near = np.clip(frames[:, None] + np.arange(-2, 3), 0, len(strengths) - 1)
    heard = strengths[near].max(axis=1).astype(np.float64)
    audible = np.flatnonzero(heard >= _EDGE_SHARE * heard.mean())
    return frames[audible[0] : audible[-1] + 1]


def _between_frames(frames: NDArray[np.int64], strengths: NDArray[np.float16]) -> NDArray[np.float64]:
    """Each beat's place to a fraction of a frame: the summit of a parabola through the three strengths around it."""
    inner = np.clip(frames, 1, len(strengths) - 2)
    left, middle, right = (strengths[inner + shift].astype(np.float64) for shift in (-1, 0, 1))
    bend = left - 2 * middle + right
    shift = np.divide(0.5 * (left - right), bend, out=np.zeros(len(inner)), where=bend < 0)
    places: NDArray[np.float64] = inner + np.clip(shift, -0.5, 0.5)
    return places
