"""Recordings of clear rights become training material: aligned stems, relabelled where an audit of their spectra says.

    python -m inference.training.recordings --recordings ../../shared/data/audio --out DATA

Writes `<out>/songs-recorded/<song>/<stem>.npy` (aligned stems) and `<out>/loops/<name>/<stem>.npy` (one stem each).
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfiltfilt

from inference.evaluation.songs import HELD_OUT, RATE_HZ, read_stereo

LOOP_SAMPLES_MIN = 10 * RATE_HZ


@dataclass(frozen=True)
class Label:
    """Which published stem of a song is taken for which role, and from which frequency on."""

    published: str
    role: str
    from_hz: float = 0.0


# From the share of energy per band (`audit.py`): francium's "bass" has nothing below 120 Hz and is a lead;
# sub-bass sits in francium's and potassium's "other", which no label could tell from a bass, so it is left out; voices
# carry rumble below 70 Hz that is no voice.
LABELS: Mapping[str, tuple[Label, ...]] = {
    "caesium": (Label("vocals", "vocals", 70), Label("drums", "drums"), Label("other", "other")),
    "francium": (
        Label("vocals", "vocals", 70),
        Label("drums", "drums"),
        Label("bass", "other"),
        Label("other", "other", 110),
    ),
    "potassium": (Label("vocals", "vocals", 70), Label("drums", "drums"), Label("other", "other", 110)),
    "rubidium": (Label("vocals", "vocals", 70), Label("drums", "drums"), Label("other", "other", 60)),
}

LOOPS = {
    "drums": ("karoryfer-gogodze2__*", "muldjordkit__*", "sms-tools__*", "sonicpi__*"),
    "other": ("librosa-*", "sms-tools__*", "sonicpi__*"),
}


def high_passed(samples: NDArray[np.float32], from_hz: float) -> NDArray[np.float32]:
    """Without what lies below `from_hz`; in time with the original (filtered both ways)."""
    if from_hz <= 0:
        return samples
    sections = butter(4, from_hz, "highpass", fs=RATE_HZ, output="sos")
    return np.asarray(sosfiltfilt(sections, samples, axis=0), np.float32)


def store(folder: Path, stem: str, samples: NDArray[np.float32]) -> None:
    """Write one stem as int16; it appears whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f".{stem}.npy"
    with fresh.open("wb") as handle:
        np.save(handle, np.clip(np.rint(samples * 32767), -32768, 32767).astype(np.int16))
    fresh.rename(folder / f"{stem}.npy")


def take_songs(recordings: Path, out: Path) -> None:
    """The aligned songs, under the labels that the audit left them."""
    if HELD_OUT in LABELS:
        raise ValueError(f"{HELD_OUT} is scored, so nothing may be trained on it")
    for song, labels in LABELS.items():
        roles: dict[str, NDArray[np.float32]] = {}
        for label in labels:
            found = high_passed(read_stereo(recordings / song / f"{label.published}.opus"), label.from_hz)
            roles[label.role] = roles[label.role] + found if label.role in roles else found
        for role, samples in roles.items():
            store(out / song, role, samples)
        print(f"{song}: {', '.join(roles)}", flush=True)


def take_loops(recordings: Path, out: Path) -> None:
    """Loops and phrases of one role, each repeated until it is long enough to cut excerpts from."""
    for role, patterns in LOOPS.items():
        for path in sorted(path for pattern in patterns for path in (recordings / role).glob(f"{pattern}.opus")):
            samples = read_stereo(path)
            samples = np.tile(samples, (-(-LOOP_SAMPLES_MIN // len(samples)), 1))
            store(out / path.stem, role, samples * (0.5 / max(1e-6, float(np.abs(samples).max()))))


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--recordings", type=Path, required=True, help="folder with everything-is-free/ and instruments-and-voices/"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder of the training data")
    given = parser.parse_args()
    if not (given.recordings / "everything-is-free").is_dir():
        parser.error(f"{given.recordings} has no everything-is-free/: give the folder that holds the recordings")
    take_songs(given.recordings / "everything-is-free", given.out / "songs-recorded")
    take_loops(given.recordings / "instruments-and-voices", given.out / "loops")


if __name__ == "__main__":
    main()
