"""Music of clear rights that is had elsewhere becomes training material: whole backings, and stems of one role.

    python -m inference.training.elsewhere --elsewhere FOLDER --out DATA

`elsewhere.json` beside this file lists every recording: its file in FOLDER, its role, title, author, licence and where
it is from (a Debian package, or a repository and its state). `backing` is music without voices whose stems nobody has;
files of one folder belong to one song. Nothing of it is part of this repository.

Writes `<out>/backings/<name>/backing.npy`, `<out>/recorded-others/<name>/other.npy` and, of a folder, the song's stems
in `<out>/songs-recorded/<folder>/`.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from inference.evaluation.songs import RATE_HZ, read_stereo
from inference.training.mixtures import BACKING
from inference.training.recordings import store

LEDGER = Path(__file__).with_name("elsewhere.json")
COLLECTIONS = {BACKING: "backings", "other": "recorded-others"}
_STEM_SAMPLES_MIN = 60 * RATE_HZ


@dataclass(frozen=True)
class Recording:
    """One line of the ledger."""

    file: str
    role: str
    title: str
    author: str
    licence: str
    origin: str

    @property
    def song(self) -> str:
        """The folder whose files are one song's stems; empty for a file of its own."""
        return PurePosixPath(self.file).parent.name


def ledger() -> list[Recording]:
    """Every recording, as listed."""
    return [Recording(**line) for line in json.loads(LEDGER.read_text())]


def rights() -> list[str]:
    """A line for each author and origin: titles, licence."""
    titles: dict[tuple[str, str, str], list[str]] = {}
    for recording in ledger():
        titles.setdefault((recording.author, recording.origin, recording.licence), []).append(recording.title)
    return [
        f"{author}: {', '.join(found)}; {origin}, {licence}, cut and mixed"
        for (author, origin, licence), found in sorted(titles.items())
    ]


def take(folder: Path, out: Path) -> list[Path]:
    """Write what is listed and there; returns the files that are listed and not there."""
    missing = []
    songs: dict[str, dict[str, np.ndarray]] = {}
    for recording in ledger():
        path = folder / recording.file
        if not path.exists():
            missing.append(path)
            continue
        samples = read_stereo(path)
        if recording.song:
            stems = songs.setdefault(recording.song, {})
            held = stems.get(recording.role, np.zeros_like(samples))
            count = min(len(samples), len(held))
            stems[recording.role] = samples[:count] + held[:count]
        else:
            store(out / COLLECTIONS[recording.role] / path.stem, recording.role, samples)
        print(f"{recording.role}: {recording.title}, {len(samples) / RATE_HZ:.0f} s", flush=True)
    for song, stems in songs.items():
        count = min(len(samples) for samples in stems.values())
        repeats = -(-_STEM_SAMPLES_MIN // count)
        for role, samples in stems.items():
            store(out / "songs-recorded" / song, role, np.tile(samples[:count], (repeats, 1)))
    return missing


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--elsewhere", type=Path, required=True, help="folder that holds the listed files")
    parser.add_argument("--out", type=Path, required=True, help="folder of the training data")
    given = parser.parse_args()
    missing = take(given.elsewhere, given.out)
    if missing:
        print(f"{len(missing)} of {len(ledger())} listed files are not there, {missing[0]} first; see {LEDGER.name}")


if __name__ == "__main__":
    main()
