"""The sources of every sound in the synthesised songs, with the licences that the model's card cites."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """One source of sound: its use, its licence (SPDX id), and the line to show where the licence asks for one."""

    title: str
    used_for: str
    licence: str
    attribution: str
    origin: str


_SFZ = "github.com/sfzinstruments"
_SOURCES = (
    Source(
        "MuseScore_General_Lite.sf3",
        "General MIDI instruments and drum kits",
        "MIT",
        "MuseScore_General, (c) 2018-2021 S. Christian Collins, after Fluid (R3) Mono, (c) 2014-2017 Michael Cowgill, "
        "and Fluid (R3), (c) 2000-2002, 2008 Frank Wen; Temple Blocks (c) 2002 Ethan Winer; "
        "Drumline Cymbals (c) 2016 Michael Schorsch; MIT, parts CC0 or public domain",
        "Debian package musescore-general-soundfont-small",
    ),
    Source(
        "FluidR3_GM.sf2",
        "General MIDI instruments and drum kits",
        "MIT",
        "Fluid (R3), (c) 2000-2002, 2008 Frank Wen, (c) 2008 Toby Smithe, MIT",
        "Debian package fluid-soundfont-gm",
    ),
    Source(
        "MuldjordKit",
        "acoustic drum kit",
        "CC-BY-4.0",
        "MuldjordKit, Lars Muldjord / DrumGizmo, sfz by kinwie, CC BY 4.0, modified",
        f"{_SFZ}/DrumGizmo.MuldjordKit",
    ),
    Source("Gogodze Phu vol. II", "acoustic drum kit", "CC0-1.0", "", f"{_SFZ}/karoryfer.gogodze-phu-vol-ii"),
    Source("Frankensnare", "snare drums", "CC0-1.0", "", f"{_SFZ}/karoryfer.frankensnare"),
    Source(
        "Growlybass, Swagbass, Pastabass, Sneakybass, Fashionbass",
        "electric basses",
        "CC0-1.0",
        "",
        f"{_SFZ}/karoryfer.growlybass, .swagbass, .pastabass, .sneakybass, .fashionbass",
    ),
    Source("Meatbass", "upright bass", "CC0-1.0", "", f"{_SFZ}/karoryfer.meatbass"),
    Source(
        "Shinyguitar, Emilyguitar, Black and Green Guitars",
        "acoustic and electric guitars",
        "CC0-1.0",
        "",
        f"{_SFZ}/karoryfer.shinyguitar, .emilyguitar; kmturley/karoryfer.black-and-green-guitars",
    ),
    Source(
        "Bigcat cello, Weresax",
        "cello, alto saxophone",
        "CC0-1.0",
        "",
        f"{_SFZ}/karoryfer-bigcat.cello, karoryfer.weresax",
    ),
    Source(
        "Salamander Grand Piano",
        "piano",
        "CC-BY-3.0",
        "Salamander Grand Piano by Alexander Holm, CC BY 3.0, modified",
        "Tonejs/audio, salamander/",
    ),
    Source(
        "synthesisers.py, plucked_strings.py, electronic_drums.py, effects.py",
        "synthesisers, drum machines, rooms and amplifiers",
        "this project's",
        "",
        "computed by this package: no recordings",
    ),
)


def rights() -> tuple[Source, ...]:
    """Every source the songs are made of."""
    return _SOURCES
