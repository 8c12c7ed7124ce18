"""Songs that never were: excerpts of stems drawn from the data folder, treated and put together at load time.

The data folder holds `<collection>/<item>/<stem>.npy`: int16 [n, 2] at 44.1 kHz; stems of one item belong to one song.
`backings/<item>/backing.npy` is recorded music without voices whose stems nobody has: somebody sings over it, and only
the voice is judged.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inference.training import augmentation
from inference.training.augmentation import Samples, decibels, rms
from inference.training.network import STEMS

BACKING = "backing"
# How often a stem comes from each collection, where the collection has it. Recorded material is scarce, and real: it
# is drawn far more often than its minutes alone would have it, voices most of all.
SHARES = {
    "vocals": {"songs": 0.3, "voices": 0.2, "real-voices": 0.15, "songs-recorded": 0.35},
    "drums": {"songs": 0.75, "songs-recorded": 0.15, "loops": 0.1},
    "bass": {"songs": 0.97, "songs-recorded": 0.03},
    "other": {"songs": 0.7, "songs-recorded": 0.14, "loops": 0.06, "recorded-others": 0.1},
    BACKING: {"backings": 1.0},
}
# RMS in dB of full scale that a stem is brought to where it meets strangers, and its spread.
LEVELS_DB = {
    "vocals": (-20.0, 4.5),
    "drums": (-19.0, 4.5),
    "bass": (-21.0, 4.5),
    "other": (-20.5, 4.5),
    BACKING: (-16.0, 4.5),
}
TOGETHER = 0.35
"""Share of examples whose stems come from one song: key, tempo and arrangement belong together."""
OVER_A_BACKING = 0.2
"""Share of examples in which somebody sings over recorded music, where there is any."""
SILENT = {"vocals": 0.12, "drums": 0.08, "bass": 0.1, "other": 0.07}
LAYERED = {"vocals": 0.12, "drums": 0.05, "bass": 0.0, "other": 0.3, BACKING: 0.0}
"""How often a second stranger of the same role plays along."""
VALIDATION = 25
"""Synthesised songs whose number is divisible by this are never trained on."""


class Example(NamedTuple):
    """One mixture: `parts` float32 [5, 2, n], the four stems and what a codec added to their sum.

    Over a backing the whole of it lies in the last stem's place, `drums` and `bass` are silent, and no more than the
    voice is known.
    """

    parts: NDArray[np.float32]
    over_a_backing: bool


@dataclass
class Corpus:
    """What is in the data folder, by collection."""

    root: Path
    items: dict[str, list[Path]] = field(default_factory=dict)
    stems: dict[tuple[str, str], list[Path]] = field(default_factory=dict)

    def scan(self) -> Corpus:
        """Look again: data may be made while training runs."""
        self.items, self.stems = {}, {}
        for collection in sorted({name for shares in SHARES.values() for name in shares}):
            found = [item for item in sorted((self.root / collection).glob("*")) if item.is_dir()]
            if collection == "songs":
                found = [item for item in found if not is_validation(item)]
            self.items[collection] = found
            for item in found:
                for stem in SHARES:
                    if (item / f"{stem}.npy").exists():
                        self.stems.setdefault((collection, stem), []).append(item / f"{stem}.npy")
        return self

    def draw(self, stem: str, random: np.random.Generator) -> Path:
        """A file of this role. Raises LookupError where there is none at all."""
        shares = {name: share for name, share in SHARES[stem].items() if self.stems.get((name, stem))}
        if not shares:
            raise LookupError(f"no {stem} in {self.root}")
        weights = np.array(list(shares.values()))
        collection = list(shares)[int(random.choice(len(shares), p=weights / weights.sum()))]
        paths = self.stems[collection, stem]
        return paths[int(random.integers(len(paths)))]

    def draw_song(self, random: np.random.Generator) -> Path | None:
        """An item with at least three stems."""
        songs = [item for item in self.items.get("songs", []) if len(list(item.glob("[!.]*.npy"))) >= 3]
        recorded = self.items.get("songs-recorded", [])
        if songs and (not recorded or random.random() < 0.8):
            return songs[int(random.integers(len(songs)))]
        return recorded[int(random.integers(len(recorded)))] if recorded else None


def is_validation(item: Path) -> bool:
    """A synthesised song that is kept for validation."""
    return item.name.isdigit() and int(item.name) % VALIDATION == 0


class Mixer:
    """Draws examples."""

    def __init__(self, corpus: Corpus, length_samples: int, seed: int) -> None:
        self.corpus = corpus
        self.length_samples = length_samples
        self.random = np.random.default_rng(seed)

    def examples(self) -> Iterator[Example]:
        """Without end; the folder is looked at again now and then."""
        count = 0
        while True:
            if count % 400 == 0:
                self.corpus.scan()
            count += 1
            try:
                yield self.example()
            except FileNotFoundError:
                # Made anew by another process at this moment.
                self.corpus.scan()

    def example(self) -> Example:
        """One."""
        random = self.random
        over_a_backing = ("backings", BACKING) in self.corpus.stems and random.random() < OVER_A_BACKING
        stems = self._over_a_backing() if over_a_backing else self._song()
        for stem in STEMS[:1] if over_a_backing else STEMS:
            if random.random() < SILENT[stem]:
                stems[stem] = np.zeros_like(stems[stem])
        if random.random() < 0.3:
            gain = augmentation.compressing_gain(np.sum(list(stems.values()), axis=0), random)
            stems = {stem: samples * gain for stem, samples in stems.items()}
        mix = np.sum([stems[stem] for stem in STEMS], axis=0)
        peak = float(np.abs(mix).max())
        if peak > 1:
            stems = {stem: samples / peak for stem, samples in stems.items()}
            mix = mix / peak
        artefact = np.zeros_like(mix)
        if random.random() < 0.15 and peak > 1e-3:
            artefact = augmentation.sold_as_a_file(mix, random) - mix
            # A codec at its wits' end (or an alignment that failed) would teach nothing.
            if rms(artefact) > 0.35 * rms(mix):
                artefact = np.zeros_like(mix)
        parts = np.stack([stems[stem].T for stem in STEMS] + [artefact.T]).astype(np.float32)
        return Example(parts, over_a_backing)

    def _song(self) -> dict[str, Samples]:
        song = self.corpus.draw_song(self.random) if self.random.random() < TOGETHER else None
        return self._together(song) if song else {stem: self._stranger(stem) for stem in STEMS}

    def _over_a_backing(self) -> dict[str, Samples]:
        nobody = np.zeros((self.length_samples, 2), np.float32)
        vocals, backing = self._stranger("vocals"), self._stranger(BACKING)
        return {"vocals": vocals, "drums": nobody, "bass": nobody, "other": backing}

    def _together(self, song: Path) -> dict[str, Samples]:
        random = self.random
        paths = {stem: song / f"{stem}.npy" for stem in STEMS}
        length = min(len(np.load(path, mmap_mode="r")) for path in paths.values() if path.exists())
        speed = random.uniform(0.88, 1.14) if random.random() < 0.4 else 1.0
        start = int(random.integers(max(1, length - int(self.length_samples * 1.2))))
        tilt = decibels(random.normal(0, 2))
        stems = {}
        for stem, path in paths.items():
            if path.exists():
                samples = self._cut(path, start, speed) * (tilt * decibels(random.normal(0, 2)))
                stems[stem] = self._treated(samples, 0.5)
            else:
                # A recorded song may lack a role whose label was not to be trusted: a stranger sits in.
                stems[stem] = self._stranger(stem)
        return stems

    def _stranger(self, stem: str) -> Samples:
        random = self.random
        samples = self._excerpt(stem)
        if random.random() < LAYERED[stem]:
            level = rms(samples)
            second = self._excerpt(stem)
            samples = samples + second * (level / max(rms(second), 1e-6) * decibels(random.uniform(-12, 0)))
        middle, spread = LEVELS_DB[stem]
        level = rms(samples)
        if level < 1e-4:
            return samples
        gain = min(decibels(random.normal(middle, spread)) / level, 20.0)
        return samples * np.float32(gain)

    def _excerpt(self, stem: str) -> Samples:
        random = self.random
        for _ in range(4):
            path = self.corpus.draw(stem, random)
            length = len(np.load(path, mmap_mode="r"))
            speed = random.uniform(0.82, 1.2) if random.random() < 0.45 else 1.0
            start = int(random.integers(max(1, length - int(self.length_samples * 1.25))))
            samples = self._cut(path, start, speed)
            if rms(samples) > 3e-3 or random.random() < 0.1:
                break
        return self._treated(samples, 1.0)

    def _cut(self, path: Path, start: int, speed: float) -> Samples:
        need = int(self.length_samples * speed) + 64
        raw = np.load(path, mmap_mode="r")[start : start + need]
        samples = np.asarray(raw, np.float32) / np.float32(32768)
        if samples.shape[1] == 1:
            samples = np.repeat(samples, 2, axis=1)
        if speed != 1.0:
            samples = augmentation.at_speed(samples, speed, self.length_samples)
        samples = samples[: self.length_samples]
        return np.pad(samples, ((0, self.length_samples - len(samples)), (0, 0)))

    def _treated(self, samples: Samples, strength: float) -> Samples:
        random = self.random
        if rms(samples) < 1e-5:
            return samples
        if random.random() < 0.15 * strength:
            samples = samples * augmentation.compressing_gain(samples, random)
        if random.random() < 0.1 * strength:
            samples = augmentation.saturated(samples, random)
        if random.random() < 0.15 * strength:
            samples = augmentation.in_a_room(samples, random)
        return augmentation.placed(samples, random) if random.random() < strength else samples
