"""Makes vocals: for the songs of a data folder that have none yet, clips of their own, and the real recordings."""

from __future__ import annotations

import argparse
import json
import os
import time
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference.training.synthesis.voices.analysis import RATE
from inference.training.synthesis.voices.bank import Bank, bank_of
from inference.training.synthesis.voices.contour import Note
from inference.training.synthesis.voices.hts_singer import hts_singers
from inference.training.synthesis.voices.melody import random_melody
from inference.training.synthesis.voices.performance import Performed, perform
from inference.training.synthesis.voices.singing import rms_while_singing
from inference.training.synthesis.voices.sources import VOCALS_FOLDER, album_singers, bank_singers, singers

CLIP_S = 60.0
CLIPS_BETWEEN_SONGS = 5
UNITS_MIN = 5
VOICED_MIN = 0.4
"""Crowds and yells have no pitch to take away: their recordings are used as they are only."""
CENTRES = (45.0, 48.0, 52.0, 55.0, 57.0, 60.0, 62.0, 64.0, 67.0, 70.0, 74.0)
"""Middle pitches of the clips' melodies: bass to soprano."""


def arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line's."""
    parser = argparse.ArgumentParser(prog="training.synthesis.voices", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of songs/, voices/ and real-voices/")
    parser.add_argument(
        "--audio",
        type=Path,
        default=Path("../shared/data/audio"),
        help="folder of the recordings: instruments-and-voices/ and everything-is-free/",
    )
    parser.add_argument(
        "--elsewhere", type=Path, help="folder of recordings that are had elsewhere, <owner>__<repository>/ each"
    )
    parser.add_argument("--standalone", type=int, default=0, metavar="COUNT", help="clips of 60 s without a song")
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--real", action="store_true", help="also write the real recordings, as they are and varied")
    parser.add_argument("--watch", type=float, default=0.0, metavar="MINUTES", help="keep looking for new songs")
    return parser.parse_args(argv)


def load_banks(audio: Path, data: Path, elsewhere: Path | None) -> list[Bank]:
    """Every singer's bank, from the cache where it is there."""
    if not singers(audio):
        raise SystemExit(f"--audio: {audio} holds no {VOCALS_FOLDER}/; without recorded voices only Sinsy would sing")
    cache = data / "voices-analysis"
    people = [*singers(audio), *album_singers(audio), *bank_singers(elsewhere), *hts_singers(cache)]
    banks = [bank_of(singer, cache) for singer in people]
    return [
        bank
        for bank in banks
        if bank is not None
        and len(bank.units) >= UNITS_MIN
        and (bank.kind == "album" or bank.voiced.mean() > VOICED_MIN)
    ]


def written(folder: Path, samples: NDArray[np.float32]) -> None:
    """Writes `vocals.npy` (int16 [n, 2]) whole or not at all; scaled down where it would clip."""
    folder.mkdir(parents=True, exist_ok=True)
    peak = float(np.abs(samples).max()) if len(samples) else 0.0
    scaled = samples * (0.98 / peak) if peak > 0.98 else samples
    part = folder / f"vocals.part.{os.getpid()}.npy"
    np.save(part, np.rint(scaled * 32767).astype(np.int16))
    part.rename(folder / "vocals.npy")


def sing_songs(data: Path, banks: Sequence[Bank]) -> float:
    """Vocals for every planned song that has its other stems and no vocals; returns the seconds of audio made."""
    made_s = 0.0
    for plan_file in sorted((data / "songs").glob("*/plan.json")):
        folder = plan_file.parent
        if (folder / "vocals.npy").exists() or not (folder / "drums.npy").exists():
            continue
        started = time.monotonic()
        plan = json.loads(plan_file.read_text())
        accompaniment = _accompaniment(folder)
        if accompaniment is None:
            continue
        seed = zlib.crc32(folder.name.encode())
        notes = [Note(float(start), float(length), float(pitch)) for start, length, pitch in plan["melody"]]
        found = perform(notes, float(plan["tempo_bpm"]), len(accompaniment), banks, seed)
        rng = np.random.default_rng(seed + 1)
        level = rms_while_singing(accompaniment) * 10 ** (rng.uniform(-3, 2) / 20)
        written(folder, found.samples * np.float32(level / 0.1))
        _tell(folder, found, started)
        made_s += len(accompaniment) / RATE
    return made_s


def _accompaniment(folder: Path) -> NDArray[np.float32] | None:
    """The sum of a song's other stems [n, 2], or None while they are still being written."""
    try:
        stems = [np.load(folder / f"{stem}.npy") for stem in ("drums", "bass", "other")]
    except (FileNotFoundError, ValueError, EOFError):
        return None
    return np.asarray(sum(stem.astype(np.float32) for stem in stems) / 32768.0, dtype=np.float32)


def sing_clips(data: Path, banks: Sequence[Bank], count: int, first_seed: int) -> float:
    """Clips `voices/<seed>` of melodies of our own; returns the seconds of audio made."""
    made_s = 0.0
    for seed in range(first_seed, first_seed + count):
        folder = data / "voices" / f"{seed:05d}"
        if (folder / "vocals.npy").exists():
            continue
        started = time.monotonic()
        rng = np.random.default_rng([seed, 77])
        tempo_bpm, notes = random_melody(CLIP_S, float(rng.choice(CENTRES)), rng)
        found = perform(notes, tempo_bpm, int(CLIP_S * RATE), banks, seed)
        written(folder, found.samples * np.float32(10 ** (rng.uniform(-4, 3) / 20)))
        (folder / "notes.json").write_text(json.dumps({"tempo_bpm": tempo_bpm, "melody": notes}))
        _tell(folder, found, started)
        made_s += CLIP_S
    return made_s


def _tell(folder: Path, found: Performed, started: float) -> None:
    """One line of progress, and the account beside the file."""
    (folder / "vocals.json").write_text(json.dumps(found.account))
    taken_s = time.monotonic() - started
    length_s = len(found.samples) / RATE
    account = found.account
    print(
        f"{folder.parent.name}/{folder.name}: {length_s:.0f} s in {taken_s:.1f} s ({length_s / taken_s:.1f} x) "
        f"{account.get('style')} {account.get('lead', '')} {account.get('backing', '')}",
        flush=True,
    )


def main() -> None:
    """Banks, then the real recordings, the clips and the songs asked for."""
    asked = arguments()
    started = time.monotonic()
    banks = load_banks(asked.audio, asked.data, asked.elsewhere)
    print(f"{len(banks)} singers with {sum(len(bank.units) for bank in banks)} syllables", flush=True)
    made_s = 0.0
    if asked.real:
        from inference.training.synthesis.voices.real import write_real_voices

        made_s += write_real_voices(asked.audio, asked.data, asked.elsewhere)
    made_s += sing_songs(asked.data, banks)
    for done in range(0, asked.standalone, CLIPS_BETWEEN_SONGS):
        count = min(CLIPS_BETWEEN_SONGS, asked.standalone - done)
        made_s += sing_clips(asked.data, banks, count, asked.first_seed + done)
        made_s += sing_songs(asked.data, banks)
    while time.monotonic() - started < asked.watch * 60:
        fresh_s = sing_songs(asked.data, banks)
        made_s += fresh_s
        if not fresh_s:
            time.sleep(20)
    taken_s = time.monotonic() - started
    print(f"{made_s / 60:.1f} min of vocals in {taken_s / 60:.1f} min", flush=True)


if __name__ == "__main__":
    main()
