"""The real recordings as clips to train with: as they are, resampled, and re-sung with WORLD a little otherwise."""

from __future__ import annotations

import os
import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyworld
import soxr
from numpy.typing import NDArray

from inference.training.synthesis.voices.analysis import FRAME_S, RATE, Analysis, analyse, analysed, read_stereo
from inference.training.synthesis.voices.bank import SYNTHESIS_FFT_SIZE, VOICED_BAND_DB, with_air
from inference.training.synthesis.voices.production import produced, random_chain
from inference.training.synthesis.voices.render import warped
from inference.training.synthesis.voices.singing import rms_while_singing
from inference.training.synthesis.voices.sources import (
    SOLO_PASSAGES_S,
    Singer,
    album_vocals,
    bank_singers,
    group_notes,
    licence_of,
    singers,
)

Array = NDArray[np.float32]

CLIP_S = 40.0
ALBUM_PASSAGE_S = (6.0, 50.0)
QUIET = 10 ** (-55 / 20)
VARIANTS = {"sung": 5, "notes": 4, "syllables": 6, "speech": 1, "group": 3, "album": 2}


@dataclass(frozen=True, kw_only=True)
class Clip:
    """A clip to write: its folder's name, the source it comes from, how it was made, samples [n, 2]."""

    name: str
    source: str
    way: str
    samples: Array


def write_real_voices(audio: Path, data: Path, elsewhere: Path | None) -> float:
    """Writes `real-voices/<name>/vocals.npy` and `source.txt` where missing; returns the seconds of audio made."""
    made_s = 0.0
    out = data / "real-voices"
    dry = _dry_clips([*singers(audio), *bank_singers(elsewhere)], data, out)
    for clips in (dry, _group_clips(audio, out), _album_clips(audio, out)):
        for clip in clips:
            started = time.monotonic()
            folder = out / clip.name
            folder.mkdir(parents=True, exist_ok=True)
            level = rms_while_singing(clip.samples)
            samples = clip.samples * (0.1 / level if level > 0 else 0.0)
            samples *= min(1.0, 0.98 / max(1e-6, float(np.abs(samples).max())))
            licence = licence_of(clip.source)
            (folder / "source.txt").write_text(
                f"source: {clip.source}\nmade: {clip.way}\n"
                f"licence: {licence.terms}\nattribution: {licence.attribution}\n"
            )
            part = folder / f"vocals.part.{os.getpid()}.npy"
            np.save(part, np.rint(samples * 32767).astype(np.int16))
            part.rename(folder / "vocals.npy")
            made_s += len(samples) / RATE
            print(
                f"real-voices/{clip.name}: {len(samples) / RATE:.0f} s ({time.monotonic() - started:.1f} s)", flush=True
            )
    return made_s


def _rng(name: str) -> np.random.Generator:
    """Random numbers of their own for a name."""
    return np.random.default_rng(zlib.crc32(name.encode()))


def _missing(out: Path, name: str) -> bool:
    """Whether a clip is still to be made."""
    return not (out / name / "vocals.npy").exists()


def strung(pieces: Sequence[Array], rng: np.random.Generator, length_s: float = CLIP_S) -> Array:
    """Pieces [n, 2] one after another in random order with gaps of 0.1 to 0.8 s, repeated up to at least 10 s."""
    chain: list[Array] = []
    total = 0
    while total < 10 * RATE:
        for index in rng.permutation(len(pieces)):
            piece = pieces[int(index)].copy()
            fade = min(220, len(piece) // 4)
            ramp = np.linspace(0, 1, fade, dtype=np.float32)[:, np.newaxis]
            piece[:fade] *= ramp
            piece[-fade:] *= ramp[::-1]
            peak = float(np.abs(piece).max())
            piece *= np.float32(0.5 * 10 ** (rng.uniform(-4, 3) / 20) / max(1e-6, peak))
            chain += [piece, np.zeros((int(rng.uniform(0.1, 0.8) * RATE), 2), dtype=np.float32)]
            total += len(chain[-1]) + len(chain[-2])
            if total > length_s * RATE:
                break
    return np.concatenate(chain)


def resung(analysis: Analysis, *, semitones: float, warp: float, stretch: float) -> Array:
    """A recording's analysis made sound again [n, 2], both sides alike, in another key, with moved formants, slower."""
    voiced = (analysis.f0 > 0) & (analysis.aperiodicity[:, 0] < VOICED_BAND_DB)
    envelope = with_air(analysis.log_envelope, analysis.limit_hz, voiced)[:, ::2]
    positions = np.linspace(0, len(voiced) - 1.001, max(2, round(len(voiced) * stretch)))
    low = positions.astype(int)
    part = (positions - low)[:, np.newaxis]
    nearest = np.rint(positions).astype(int)
    rows = warped(envelope[low] * (1 - part) + envelope[low + 1] * part, warp)
    noise = analysis.aperiodicity[low] * (1 - part) + analysis.aperiodicity[low + 1] * part
    f0 = np.where(voiced[nearest], analysis.f0[nearest].astype(np.float64), 0.0) * 2 ** (semitones / 12)
    aperiodicity = pyworld.decode_aperiodicity(
        np.ascontiguousarray(np.minimum(1.3 * noise, -1e-3).astype(np.float64)), RATE, SYNTHESIS_FFT_SIZE
    )
    aperiodicity[f0 <= 0] = 1.0
    mono = pyworld.synthesize(
        np.ascontiguousarray(f0), np.ascontiguousarray(np.exp(rows)), aperiodicity, RATE, FRAME_S * 1000
    )
    return np.repeat(np.asarray(mono, dtype=np.float32)[:, np.newaxis], 2, axis=1)


def resampled(samples: Array, ratio: float) -> Array:
    """Samples played `ratio` times as fast: pitch, formants and tempo move together."""
    return np.asarray(soxr.resample(samples, RATE * ratio, RATE), dtype=np.float32)


def _dry_clips(people: Sequence[Singer], data: Path, out: Path) -> Iterator[Clip]:
    """Phrases, notes and speech: dry as recorded, produced, and re-sung variants that are produced too."""
    for singer in people:
        for variant in range(VARIANTS[singer.kind] + 1):
            name = f"{singer.name}-{variant}"
            if not _missing(out, name):
                continue
            rng = _rng(name)
            if variant == 0:
                pieces = [read_stereo(path) for path in singer.paths]
                yield Clip(
                    name=name, source=singer.name, way="as recorded, strung together", samples=strung(pieces, rng)
                )
                continue
            semitones, warp = float(rng.uniform(-4, 4)), float(rng.uniform(0.88, 1.15))
            stretch = float(rng.uniform(0.85, 1.15))
            paths = [singer.paths[int(index)] for index in rng.permutation(len(singer.paths))[:20]]
            cache = data / "voices-analysis"
            pieces = [
                resung(
                    analysed(cache, f"{singer.name}-{path.stem}", path), semitones=semitones, warp=warp, stretch=stretch
                )
                for path in paths
            ]
            samples = produced(strung(pieces, rng), random_chain(float(rng.uniform(70, 150)), rng), rng)
            way = f"WORLD: {semitones:+.1f} semitones, formants x{warp:.2f}, time x{stretch:.2f}; vocal chain"
            yield Clip(name=name, source=singer.name, way=way, samples=samples)


def _group_clips(audio: Path, out: Path) -> Iterator[Clip]:
    """Group notes as chords of a choir: several notes at once, resampled to one scale."""
    paths = group_notes(audio)
    for variant in range(VARIANTS["group"] if paths else 0):
        name = f"olpc-berklee-groups-{variant}"
        if not _missing(out, name):
            continue
        rng = _rng(name)
        notes = [(read_stereo(path), float(rng.uniform(-0.02, 0.02))) for path in paths]
        chords = []
        for _ in range(16):
            chosen = [notes[int(index)] for index in rng.permutation(len(notes))[: int(rng.integers(1, 4))]]
            shifts = rng.integers(-3, 4, len(chosen))
            moved = [
                resampled(note, 2 ** (shift / 12 + off)) for (note, off), shift in zip(chosen, shifts, strict=True)
            ]
            shortest = min(len(note) for note in moved)
            chords.append(np.sum([note[:shortest] for note in moved], axis=0, dtype=np.float32))
        samples = produced(strung(chords, rng), random_chain(100.0, rng), rng)
        yield Clip(name=name, source="olpc-berklee-groups", way="group notes resampled, in chords", samples=samples)


def passages(samples: Array) -> list[tuple[int, int]]:
    """Sample ranges where somebody sings: pauses over 1.5 s are left out, long ranges are cut at 50 s."""
    hop = RATE // 10
    blocks = len(samples) // hop
    loud = np.abs(samples[: blocks * hop]).reshape(blocks, -1).max(axis=1) > QUIET
    found: list[tuple[int, int]] = []
    for index in np.flatnonzero(loud):
        start, end = int(index) * hop, int(index + 1) * hop
        if found and start - found[-1][1] < 1.5 * RATE and end - found[-1][0] < ALBUM_PASSAGE_S[1] * RATE:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return [(start, end) for start, end in found if end - start > ALBUM_PASSAGE_S[0] * RATE]


def is_solo(song: str, start_s: float, end_s: float) -> bool:
    """Whether one dry voice is alone in most of a passage; WORLD, knowing one voice, turns others to whispers."""
    alone_s = sum(max(0.0, min(end_s, to_s) - max(start_s, from_s)) for from_s, to_s in SOLO_PASSAGES_S.get(song, ()))
    return alone_s > 0.75 * (end_s - start_s)


def _album_clips(audio: Path, out: Path) -> Iterator[Clip]:
    """Passages of the album's vocals: as they are, resampled, and (where one person sings) re-sung."""
    for song, path in album_vocals(audio):
        samples = read_stereo(path)
        for number, (start, end) in enumerate(passages(samples)):
            passage = samples[start:end]
            name = f"{song}-{number:02d}"
            if _missing(out, f"{name}-asis"):
                yield Clip(name=f"{name}-asis", source=song, way="as published", samples=passage)
            for direction, sign in (("lower", -1), ("higher", 1)):
                if _missing(out, f"{name}-{direction}"):
                    ratio = float(2 ** (sign * _rng(name + direction).uniform(1.0, 3.2) / 12))
                    way = f"resampled x{ratio:.3f}"
                    yield Clip(name=f"{name}-{direction}", source=song, way=way, samples=resampled(passage, ratio))
            if not is_solo(path.parent.name, start / RATE, end / RATE):
                continue
            wanted = [f"{name}-resung{v}" for v in range(VARIANTS["album"]) if _missing(out, f"{name}-resung{v}")]
            if not wanted:
                continue
            analysis = analyse(np.ascontiguousarray(passage.mean(axis=1).astype(np.float64)))
            for clip_name in wanted:
                rng = _rng(clip_name)
                semitones, warp = float(rng.uniform(-4, 4)), float(rng.uniform(0.88, 1.15))
                stretch = float(rng.uniform(0.87, 1.15))
                again = resung(analysis, semitones=semitones, warp=warp, stretch=stretch)
                again = produced(again, random_chain(float(rng.uniform(80, 140)), rng), rng)
                way = f"WORLD: {semitones:+.1f} semitones, formants x{warp:.2f}, time x{stretch:.2f}; vocal chain"
                yield Clip(name=clip_name, source=song, way=way, samples=again)
