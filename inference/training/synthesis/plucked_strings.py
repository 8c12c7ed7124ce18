"""Plucked strings computed by a delay line (Karplus and Strong 1983): guitars and basses of any timbre."""

from __future__ import annotations

import numpy as np
import soxr

from inference.training.synthesis.effects import SAMPLE_RATE, Samples, equalise, pass_filter

_TABLE: dict[str, tuple[tuple[float, float], tuple[float, float], tuple[float, float]]] = {
    # kind: (decay time in s at pitch 45), (damping 0..0.5, lower is brighter), (brightness of the pick in Hz)
    "electric": ((3.0, 9.0), (0.05, 0.4), (2500.0, 9000.0)),
    "acoustic": ((1.5, 4.0), (0.06, 0.3), (4000.0, 14000.0)),
    "nylon": ((0.8, 2.5), (0.25, 0.5), (1500.0, 4500.0)),
    "bass": ((1.5, 6.0), (0.15, 0.5), (700.0, 5000.0)),
    "upright": ((0.5, 1.6), (0.35, 0.5), (500.0, 1800.0)),
    "slap": ((1.5, 4.0), (0.04, 0.2), (5000.0, 12000.0)),
}


class PluckedString:
    """One instrument of a kind: its strings, pick, pickup or body drawn once from `rng`."""

    def __init__(self, kind: str, rng: np.random.Generator) -> None:
        decay, damping, pick = _TABLE[kind]
        self._rng = rng
        self._decay_s = float(rng.uniform(*decay))
        self._damping = float(rng.uniform(*damping))
        self._pick_hz = float(rng.uniform(*pick))
        self._pick_place = float(rng.uniform(0.08, 0.35))
        self._pickup_place = float(rng.uniform(0.05, 0.3)) if kind in {"electric", "bass", "slap"} else 0.0
        self._comb = 0.8 if kind == "electric" else 0.4
        self._body: list[tuple[float, float, float]] = []
        if kind in {"acoustic", "nylon", "upright"}:
            scale = 0.55 if kind == "upright" else 1.0
            self._body = [
                (float(centre * scale * rng.uniform(0.9, 1.1)), float(rng.uniform(1, 7)), float(rng.uniform(2, 6)))
                for centre in (102, 205, 410, 620)
            ]
        self._notes: dict[tuple[int, bool, int], Samples] = {}

    def note(self, pitch: int, soft: bool, turn: int) -> Samples:
        """A note of up to 4.5 s, mono, of the level the recorded notes have."""
        key = (pitch, soft, turn)
        if key not in self._notes:
            self._notes[key] = self._plucked(pitch, soft)
        return self._notes[key]

    def _plucked(self, pitch: int, soft: bool) -> Samples:
        frequency = 440.0 * 2 ** ((pitch - 69) / 12)
        period = max(8, round(SAMPLE_RATE / frequency - self._damping))
        seconds = min(4.5, self._decay_s * 1.2)
        count = int(seconds * SAMPLE_RATE)
        wave = np.zeros(count + 2 * period + 2, dtype=np.float32)
        noise = self._rng.uniform(-1, 1, period).astype(np.float32)
        place = self._pick_place * float(self._rng.uniform(0.85, 1.15))
        shape = np.where(
            np.arange(period) < place * period,
            np.arange(period) / (place * period),
            (period - np.arange(period)) / ((1 - place) * period),
        )
        burst = np.float32(0.5) * noise + np.diff(shape, prepend=0.0).astype(np.float32) * np.float32(period * 0.2)
        bright = self._pick_hz * (0.5 if soft else 1.0)
        burst = pass_filter(np.tile(burst, 3), "lowpass", min(18000.0, bright), 1)[period : 2 * period]
        start = period + 1
        wave[start : start + period] = burst - burst.mean()
        loss = 10 ** (-3 / (self._decay_s * (45 / max(30, pitch)) ** 0.7 * frequency))
        near, far = np.float32(loss * (1 - self._damping)), np.float32(loss * self._damping)
        for begin in range(start + period, len(wave), period):
            end = min(begin + period, len(wave))
            wave[begin:end] = (
                near * wave[begin - period : end - period] + far * wave[begin - period - 1 : end - period - 1]
            )
        out: Samples = wave[start : start + count].copy()
        if self._pickup_place:
            delay = max(1, int(period * self._pickup_place))
            out[delay:] -= wave[start : start + count - delay] * np.float32(self._comb)
        if self._body:
            out = equalise(out, self._body)
        made = SAMPLE_RATE / (period + self._damping)
        tuned = np.asarray(
            soxr.resample(out, SAMPLE_RATE * frequency / made, SAMPLE_RATE, quality="MQ"), dtype=np.float32
        )
        tuned = pass_filter(tuned, "highpass", 25.0, 1)
        tuned[-2048:] *= np.linspace(1, 0, min(2048, len(tuned)), dtype=np.float32)
        early = tuned[: SAMPLE_RATE // 2]
        return tuned * np.float32(0.15 / (np.sqrt(np.mean(early**2)) + 1e-6))
