"""Whose work is in the bundled model: every source, its licence, and the lines that the licences ask to be shown."""

from __future__ import annotations

from inference.training.elsewhere import rights as rights_of_what_is_had_elsewhere
from inference.training.synthesis.rights import rights as rights_of_songs
from inference.training.synthesis.voices.sources import LICENCES, SINGERS_OF_SYLLABLES

_LOOPS = (
    "Sounds: MTG / Xavier Serra, freesound.org/people/xserra/packs/13038/, CC BY 4.0, modified",
    "Jazz trumpet loops by Mihai Sorohan, freesound.org/s/77711/, CC BY 3.0, modified",
    "Hungarian Dance No. 5, US Army Strings, public domain",
    "Sonic Pi sample collection (Arovane beats by Uwe Zahn, and drum and guitar loops), CC0 1.0",
)


def rights(*, elsewhere: bool) -> list[str]:
    """A line for each source, as a model's card shows them; with `elsewhere`, those that are had elsewhere, too."""
    songs = [source.attribution or f"{source.title}, {source.origin}, {source.licence}" for source in rights_of_songs()]
    voices = [
        f"{licence.attribution or name} ({licence.terms})"
        for name, licence in LICENCES.items()
        if elsewhere or name not in SINGERS_OF_SYLLABLES
    ]
    album = "Everything is Free, Software-Entwicklungskit: caesium, francium, potassium, rubidium, CC0 1.0"
    return [album, *songs, *voices, *_LOOPS, *(rights_of_what_is_had_elsewhere() if elsewhere else ())]
