"""Puts songs together and writes their stems: `python -m inference.training.synthesis.songs --out DIR --count 9`."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from inference.training.synthesis import effects, harmony_parts, instruments, kits
from inference.training.synthesis.bass_parts import Bassist, kick_times
from inference.training.synthesis.composition import NOTE_NAMES, Plan, choose_genre, compose, generator
from inference.training.synthesis.drum_parts import Drummer
from inference.training.synthesis.effects import SAMPLE_RATE, Samples
from inference.training.synthesis.genres import GENRES
from inference.training.synthesis.melody import vocal_line

GENERATOR_VERSION = 5
_VOCAL_ROOM = 0.62  # peak left for drums, bass and other together, so that a voice of usual level fits below full scale
_STEM_LEVELS_DB = {"drums": (-14.5, 2.2), "bass": (-16.5, 2.5), "other": (-16.5, 2.7)}


_SWEPT_GENRES = frozenset({"house", "techno", "trance", "synthpop", "drum_and_bass", "trap", "pop"})


# Some music has no drums, some no bass: the odds that a whole song goes without.
_ABSENCE = {
    "drums": {"folk": 0.25, "ballad": 0.12, "jazz": 0.08, "country": 0.08},
    "bass": {"folk": 0.2, "ballad": 0.08, "lofi": 0.08, "techno": 0.05},
}

_CRESTS_DB = {"drums": (9.0, 16.0), "bass": (8.0, 15.0), "other": (10.0, 18.0)}  # peak over active RMS


class Song(NamedTuple):
    """A rendered song: stems as float32 [n, 2], and what plan.json says."""

    stems: dict[str, Samples]
    plan: dict[str, object]


def _band(seed: int, genre_name: str) -> list[tuple[str, str]]:
    """The players of "other": pairs of sound and part."""
    rng = generator(seed, "band")
    genre = GENRES[genre_name]
    count = int(rng.integers(1 if rng.random() < 0.3 else 2, min(genre.layers_max, len(genre.layers)) + 1))
    chosen = sorted({0, *rng.choice(len(genre.layers), size=count, replace=False).tolist()})[: max(1, count)]
    players = []
    for index in chosen:
        sound, part = str(rng.choice(genre.layers[index])).split(":")
        players.append((sound, part))
    return players


def _other(plan: Plan, band: list[tuple[str, str]], length: int) -> Samples:
    """The sum of the players at the levels of a mix, each with its share of a common room."""
    rng = plan.generator("other")
    beat_s = 60.0 / plan.tempo_bpm
    out = np.zeros((length, 2), dtype=np.float32)
    sends = np.zeros((length, 2), dtype=np.float32)
    for index, (sound, part) in enumerate(band):
        own = plan.generator("player", str(index), sound)
        notes = harmony_parts.play(plan, f"layer{index}", part, instruments.register_of(sound, part, own))
        if not notes:
            continue
        samples = instruments.render(sound, part, notes, length, own)
        level = effects.active_rms(samples)
        if level < 1e-7:
            continue
        samples = samples * np.float32(10 ** (own.normal(-2.0 if part in {"pad"} else 0.0, 2.5) / 20) / level)
        if own.random() < 0.85:  # mixing engineers take the lows out of what is not bass
            samples = effects.pass_filter(samples, "highpass", float(own.uniform(60, 180)), 1)
        if part in {"lead", "counter", "arp", "stabs", "picking", "skank"} and own.random() < 0.4:
            samples = effects.echo(
                samples,
                beat_s * float(own.choice([0.5, 0.75, 1.0])),
                float(own.uniform(0.2, 0.5)),
                float(own.uniform(0.1, 0.4)),
            )
        out += samples
        sends += samples * np.float32(own.uniform(0.0, 1.0))
    if plan.genre in _SWEPT_GENRES and rng.random() < 0.6:
        out += _risers(plan, rng, length)
    if rng.random() < 0.85:
        impulse = effects.room(
            rng, float(10 ** rng.uniform(-0.4, 0.45)), float(rng.uniform(2500, 9000)), float(rng.uniform(0.0, 0.04))
        )
        out = effects.reverberate(sends, impulse, float(10 ** rng.uniform(-1.5, -0.35))) - sends + out
    if rng.random() < 0.3:
        out = effects.compress(out, 2.0, 0.02, 0.2, 4.0)
    return out


def _risers(plan: Plan, rng: np.random.Generator, length: int) -> Samples:
    """Noise that swells and brightens into a new section, and falls after it: the transitions of electronic music."""
    out = np.zeros((length, 2), dtype=np.float32)
    bar_s = plan.beats_per_bar * 60.0 / plan.tempo_bpm
    for section in plan.sections[1:]:
        if rng.random() < 0.4:
            continue
        rise, fall = float(rng.choice([1.0, 2.0])) * bar_s, float(rng.uniform(0.5, 2.0))
        turn = plan.time_s(section.start_bar * plan.beats_per_bar)
        start, count = int(max(0.0, turn - rise) * SAMPLE_RATE), int((rise + fall) * SAMPLE_RATE)
        count = min(count, length - start)
        time = np.arange(count, dtype=np.float32) / SAMPLE_RATE - np.float32(rise)
        noise = rng.standard_normal((count, 2)).astype(np.float32)
        dark, bright = (
            effects.pass_filter(noise, "lowpass", 900.0, 2),
            effects.pass_filter(noise, "highpass", 2500.0, 1),
        )
        share = np.clip(1 + time / rise, 0, 1)[:, None]
        level = np.where(
            time < 0, np.exp(np.minimum(time, 0) * 2.5 / rise), np.exp(-np.maximum(time, 0) * 4 / fall)
        ).astype(np.float32)[:, None]
        out[start : start + count] += (
            (dark * (1 - share) * 2 + bright * share) * level * np.float32(10 ** (rng.uniform(-14, -3) / 20))
        )
    return out


def _drums(plan: Plan, drummer: Drummer, kit: str, length: int) -> tuple[Samples, list[float]]:
    rng = plan.generator("drums")
    hits = drummer.play()
    samples = kits.drum_stem(kit, hits, length, rng)
    if rng.random() < 0.7:
        impulse = effects.room(
            rng, float(10 ** rng.uniform(-0.7, 0.15)), float(rng.uniform(3000, 10000)), float(rng.uniform(0.0, 0.02))
        )
        samples = effects.reverberate(samples, impulse, float(10 ** rng.uniform(-1.7, -0.5)))
    return samples, kick_times(hits)


def _levelled(stems: dict[str, Samples], rng: np.random.Generator) -> dict[str, Samples]:
    """The stems at the loudness of a mix, their sum's peak leaving room for a voice."""
    levelled = {}
    for name, dry in stems.items():
        mean_db, spread_db = _STEM_LEVELS_DB[name]
        wanted = 10 ** (float(np.clip(rng.normal(mean_db, spread_db), mean_db - 6, mean_db + 5)) / 20)
        ceiling = 10 ** (float(rng.uniform(*_CRESTS_DB[name])) / 20)
        level = effects.active_rms(dry)
        if level < 1e-7:
            levelled[name] = dry
            continue
        # No record leaves its drums as peaky as the microphones heard them.
        held = dry * effects.limiter_gain(dry, level * ceiling, 12.0)[:, None]
        levelled[name] = held * np.float32(wanted / effects.active_rms(held))
    mix = np.asarray(sum(levelled.values()))
    peak = float(np.abs(mix).max())
    if rng.random() < 0.7 and peak > _VOCAL_ROOM:  # most records are limited: all stems dip together at the peaks
        gain = effects.limiter_gain(mix, _VOCAL_ROOM, float(rng.uniform(1.5, 5.0)))
        levelled = {name: samples * gain[:, None] for name, samples in levelled.items()}
        peak = float(np.abs(mix * gain[:, None]).max())
    scale = np.float32(min(1.0, _VOCAL_ROOM / max(peak, 1e-6)))
    return {name: samples * scale for name, samples in levelled.items()}


def make_song(seed: int) -> Song:
    """The song of this seed."""
    genre_name = choose_genre(seed)
    genre = GENRES[genre_name]
    band = _band(seed, genre_name)
    plan = compose(seed, ["drums", "bass", *(f"layer{index}" for index in range(len(band)))])
    rng = plan.generator("choices")
    length = instruments.length_samples(plan.length_s)
    kit, bass = str(rng.choice(genre.kits)), str(rng.choice(genre.basses))
    drums, kicks = _drums(plan, Drummer(plan), kit, length)
    register = int(rng.integers(26, 31)) if bass in {"sub", "808", "reese"} else int(rng.integers(28, 34))
    bass_notes = Bassist(plan, genre.bass_parts, register, kicks).play()
    low = instruments.render_bass(bass, bass_notes, length, plan.generator("bass sound"))
    if kit in {"808", "909", "909_hard", "layered"} and rng.random() < 0.4:
        low = _ducked(low, kicks, float(rng.uniform(0.3, 0.9)))
    other = _other(plan, band, length)
    if genre_name in {"house", "techno", "trance", "synthpop"} and rng.random() < 0.4:
        other = _ducked(other, kicks, float(rng.uniform(0.3, 0.85)))
    for name, samples in (("drums", drums), ("bass", low)):
        if rng.random() < _ABSENCE[name].get(genre_name, 0.01):
            samples[:] = 0.0
            kit, bass = ("none", bass) if name == "drums" else (kit, "none")
    stems = _levelled({"drums": drums, "bass": low, "other": other}, rng)
    described: dict[str, object] = {
        "generator": GENERATOR_VERSION,
        "seed": seed,
        "length_s": round(length / SAMPLE_RATE, 4),
        "tempo_bpm": plan.tempo_bpm,
        "beats_per_bar": plan.beats_per_bar,
        "key": f"{NOTE_NAMES[plan.tonic]} {plan.mode}",
        "genre": genre_name,
        "instruments": {"drums": kit, "bass": bass, "other": [f"{sound}:{part}" for sound, part in band]},
        "melody": [[round(note.start_s, 4), round(note.duration_s, 4), note.pitch] for note in vocal_line(plan)],
        "chords": [
            [round(plan.time_s(chord.start_beat), 4), f"{NOTE_NAMES[chord.root]}", list(chord.intervals)]
            for chord in plan.chords
        ],
        "sections": [
            [section.name, round(plan.time_s(section.start_bar * plan.beats_per_bar), 4), sorted(section.silent)]
            for section in plan.sections
        ],
    }
    return Song(stems, described)


def _ducked(samples: Samples, kicks: list[float], depth: float) -> Samples:
    """Side-chain compression: the samples dip at every kick and swell back within a quarter second."""
    gain = np.ones(len(samples), dtype=np.float32)
    shape = (1 - depth * np.exp(-np.arange(int(0.3 * SAMPLE_RATE)) / (0.09 * SAMPLE_RATE))).astype(np.float32)
    for kick in kicks:
        start = int(kick * SAMPLE_RATE)
        count = min(len(shape), len(gain) - start)
        if count > 0:
            gain[start : start + count] = np.minimum(gain[start : start + count], shape[:count])
    return samples * effects.pass_filter(gain, "lowpass", 60.0, 1)[:, None]


def write_song(seed: int, out: Path) -> str:
    """Make and write one song unless it exists; a line that says what happened. A reader never sees half a song."""
    folder = out / "songs" / f"{seed:06d}"
    if (folder / "plan.json").exists():
        return f"{seed:06d} exists"
    started = time.monotonic()
    song = make_song(seed)
    draft = out / "drafts" / f"{seed:06d}-{os.getpid()}"
    draft.mkdir(parents=True, exist_ok=True)
    for name, samples in song.stems.items():
        np.save(draft / f"{name}.npy", np.rint(samples * 32767).astype(np.int16))
    (draft / "plan.json").write_text(json.dumps(song.plan))
    folder.parent.mkdir(parents=True, exist_ok=True)
    if folder.exists():
        shutil.rmtree(folder)
    draft.rename(folder)
    spent = time.monotonic() - started
    seconds = len(song.stems["drums"]) / SAMPLE_RATE
    speed = f"{seconds:.0f} s in {spent:.1f} s ({seconds / spent:.0f}x)"
    return f"{seed:06d} {song.plan['genre']} {song.plan['instruments']} {speed}"


def main() -> None:
    """Render the songs asked for, one line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder that gets songs/<seed>/")
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--processes", type=int, default=1)
    options = parser.parse_args()
    seeds = range(options.first_seed, options.first_seed + options.count)
    work = partial(write_song, out=options.out)
    if options.processes == 1:
        for seed in seeds:
            print(work(seed), flush=True)
        return
    with ProcessPoolExecutor(options.processes) as pool:
        for line in pool.map(work, seeds):
            print(line, flush=True)


if __name__ == "__main__":
    main()
