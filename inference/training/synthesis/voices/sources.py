"""The recordings that singers are made of, with the licence and the attribution line of each."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from pathlib import Path

VOCALS_FOLDER = "instruments-and-voices/vocals"
ALBUM_FOLDER = "everything-is-free"
ALBUM_SONGS = ("caesium", "francium", "potassium", "rubidium")
"""Songs whose vocals may be trained on; `sodium` is held out for scoring and never read here."""


@dataclass(frozen=True, kw_only=True)
class Licence:
    """What a source's owner asks for: the terms, and the line to show (empty when none is required)."""

    terms: str
    attribution: str


CHANGED = "modified (cut into syllables, re-sung with WORLD, effects)"
LICENCES: dict[str, Licence] = {
    "vocadito": Licence(
        terms="CC BY 4.0",
        attribution=f"vocadito (Bittner et al., 2021), zenodo.org/record/5578807, CC BY 4.0, {CHANGED}",
    ),
    "olpc-berklee": Licence(
        terms="CC BY 3.0",
        attribution=f"OLPC Berklee Sound Library, wiki.laptop.org/go/Sound_samples, CC BY 3.0, {CHANGED}",
    ),
    "vocobox": Licence(terms="MIT", attribution="Human Voice Dataset, (c) 2014 vocobox, MIT"),
    "sms-tools": Licence(
        terms="CC BY 4.0",
        attribution=f"Sounds: MTG / Xavier Serra, freesound.org/people/xserra/packs/13038/, CC BY 4.0, {CHANGED}",
    ),
    "speech-nabucasa": Licence(
        terms="CC0 1.0", attribution="NabuCasa/voice-datasets (citation asked for, not required)"
    ),
    "speech-rhasspy": Licence(terms="CC0 1.0", attribution=""),
    "everything-is-free": Licence(terms="CC0 1.0", attribution=""),
    "sinsy": Licence(
        terms="CC BY 3.0 (voice), BSD-3-Clause (engine)",
        attribution=(
            "HTS Voice NIT SONG070 F001, Nagoya Institute of Technology, CC BY 3.0, sung with Sinsy (sinsy.jp), "
            f"HTS Working Group, {CHANGED}"
        ),
    ),
    "bank-torone-rei": Licence(terms="MIT", attribution="torone_rei voice bank, (c) 2014 Tatsuya Iwama, MIT"),
    "bank-dorodoro": Licence(
        terms="its own: any use, also commercial; a link where it is passed on",
        attribution="dorodoro voice bank, voice: Cerenothoa, chongzhen.wikidot.com/files:8940236",
    ),
    "bank-yuki": Licence(terms="public domain (the publisher's dedication)", attribution=""),
    "bank-erithacus": Licence(
        terms="CC BY 4.0",
        attribution=f"ErithacusVB voice bank, Erithacus Project, CC BY 4.0, {CHANGED}",
    ),
}
"""Licence of each family of sources; the key is the prefix of the recordings' names."""

SINGERS_OF_NOTES: dict[str, tuple[str, str]] = {
    "olpc-berklee-female": ("olpc-berklee-voices", "female-solo-*.opus"),
    "olpc-berklee-male": ("olpc-berklee-voices", "male-solo-*.opus"),
    "vocobox-martin": ("vocobox-martin", "*.opus"),
}
"""Singers recorded note by note: name -> (folder, file pattern)."""

SINGERS_OF_SYLLABLES: dict[str, tuple[str, str]] = {
    "bank-torone-rei": ("gansaibow__torone_rei/voice", "*.wav"),
    "bank-dorodoro": ("oxygen-dioxide__dorodoro-ja-vcv", "*.wav"),
    "bank-yuki": ("kgs233__UTAU-Yuki", "**/*.wav"),
    "bank-erithacus": ("ErithacusProject__ErithacusVB", "*.wav"),
}
"""Banks of syllables sung for singing synthesisers: name -> (folder, file pattern).

Recordings that are had elsewhere lie in a folder as `<owner>__<repository>/`; README.md names their states.
"""
FILES_OF_A_BANK_MAX = 60

SOLO_PASSAGES_S: dict[str, tuple[tuple[float, float], ...]] = {
    "francium": ((0.0, 26.0), (66.0, 96.0), (140.0, 175.0)),
    "potassium": ((108.0, 120.0), (172.0, 240.0)),
}
"""Seconds of the album's songs where one dry voice sings or speaks; the other songs hold chords and effects."""


@dataclass(frozen=True, kw_only=True)
class Singer:
    """One person's recordings: `kind` is "speech", "sung", "notes", "syllables", "album" or "sinsy".

    `passages_s` are the seconds of each file that hold them; empty for all of it.
    """

    name: str
    kind: str
    paths: tuple[Path, ...]
    passages_s: tuple[tuple[float, float], ...] = ()

    @property
    def licence(self) -> Licence:
        """The licence of the family the name begins with; KeyError for a name of no known family."""
        return licence_of(self.name)


def licence_of(name: str) -> Licence:
    """The licence of the family that `name` begins with; KeyError when there is none."""
    for family, licence in LICENCES.items():
        if name.startswith(family):
            return licence
    raise KeyError(name)


def singers(audio: Path) -> list[Singer]:
    """Every person in the folder of recordings, by name: speakers, singers of phrases, singers of single notes."""
    folder = audio / VOCALS_FOLDER
    found = []
    for path in sorted(folder.glob("*.opus")):
        name = path.stem.replace("__", "-")
        kind = "speech" if "speech" in name else "sung"
        found.append(Singer(name=name, kind=kind, paths=(path,)))
    for name, (sub_folder, pattern) in SINGERS_OF_NOTES.items():
        paths = tuple(sorted((folder / sub_folder).glob(pattern)))
        if paths:
            found.append(Singer(name=name, kind="notes", paths=paths))
    return found


def bank_singers(elsewhere: Path | None) -> list[Singer]:
    """Those who sang syllables for a synthesiser; a part of each bank's files, in no alphabetical order."""
    found = []
    for name, (folder, pattern) in SINGERS_OF_SYLLABLES.items() if elsewhere else ():
        paths = sorted((elsewhere / folder).glob(pattern), key=lambda path: zlib.crc32(path.name.encode()))
        if paths:
            found.append(Singer(name=name, kind="syllables", paths=tuple(paths[:FILES_OF_A_BANK_MAX])))
    return found


def album_vocals(audio: Path) -> list[tuple[str, Path]]:
    """Name and file of the vocals of each album song that may be trained on."""
    paths = [(f"everything-is-free-{song}", audio / ALBUM_FOLDER / song / "vocals.opus") for song in ALBUM_SONGS]
    return [(name, path) for name, path in paths if path.is_file()]


def album_singers(audio: Path) -> list[Singer]:
    """The album's solo voices as singers, by the passages in which they are alone and dry."""
    return [
        Singer(name=name, kind="album", paths=(path,), passages_s=SOLO_PASSAGES_S[path.parent.name])
        for name, path in album_vocals(audio)
        if path.parent.name in SOLO_PASSAGES_S
    ]


def group_notes(audio: Path) -> list[Path]:
    """The sung group notes ("female-group-aa-A3.opus"): many people at once, so they are only ever resampled."""
    return sorted((audio / VOCALS_FOLDER / "olpc-berklee-voices").glob("*-group-*.opus"))
