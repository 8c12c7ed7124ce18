"""A whole vocal arrangement of a melody: who sings, doubles, harmonies, choirs, rap; mixed and produced in stereo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from inference.training.synthesis.voices.bank import Bank
from inference.training.synthesis.voices.contour import Manner, Note
from inference.training.synthesis.voices.phrasing import harmony, humanised, phrases_of
from inference.training.synthesis.voices.production import Chain, produced, random_chain
from inference.training.synthesis.voices.render import Timbre
from inference.training.synthesis.voices.singing import Voice, another_take, rapped, rms_while_singing, sing

Array = NDArray[np.float32]

KIND_WEIGHTS = {"speech": 1.0, "sung": 2.2, "notes": 0.8, "syllables": 6.0, "sinsy": 2.5, "album": 5.0}
"""How often a bank of each kind leads, relative to one speaker of speech: sung sources are fewer and better."""
LOWEST, HIGHEST = 36.0, 86.0


@dataclass(frozen=True, kw_only=True)
class Performed:
    """A finished vocal: `samples` [n, 2], and what was done, for the notes beside the file."""

    samples: Array
    account: dict[str, object]


def cast_voice(banks: Sequence[Bank], centre: float, rng: np.random.Generator, style: str) -> Voice:
    """A singer for a melody around a MIDI pitch: a bank, moved formants, the octave that suits it, a manner."""
    able = [bank for bank in banks if not (style == "rap" and bank.kind == "notes")]
    weights = np.array([KIND_WEIGHTS[bank.kind] for bank in able])
    bank = able[int(rng.choice(len(able), p=weights / weights.sum()))]
    warp = float(np.clip(np.exp(rng.normal(0.0, 0.075)), 0.84, 1.2))
    natural = bank.pitch + (4.0 if bank.kind in {"speech", "album"} else 0.0) + 14 * np.log2(warp) + rng.normal(0, 2.5)
    octaves = [12.0 * shift for shift in range(-4, 5) if LOWEST < centre + 12 * shift < HIGHEST]
    transpose = min(octaves, key=lambda shift: abs(centre + shift - natural)) if octaves else 0.0
    shouted = style == "shout"
    timbre = Timbre(
        warp=warp * (1.03 if shouted else 1.0),
        tilt_db=float(rng.normal(0.2, 0.7)) + (1.2 if shouted else 0.0),
        breath=float(rng.uniform(0.0, 0.12) if rng.uniform() < 0.7 else rng.uniform(0.12, 0.45)),
        clarity=float(rng.uniform(1.3, 2.6)) if bank.kind in {"speech", "album"} else float(rng.uniform(1.0, 1.9)),
        ring_db=float(rng.uniform(0, 7)) if rng.uniform() < 0.35 else 0.0,
        articulation_db=float(rng.uniform(0, 8)) if bank.kind in {"speech", "sinsy"} else float(rng.uniform(0, 4)),
        vowel_air_db=-float(rng.uniform(0, 9)),
        whisper=style == "whisper",
    )
    lines = [int(rng.integers(len(bank.units))) for _ in range(int(rng.integers(2, 5)))]
    order = [0, 1, 0, 2, 3, 1]
    return Voice(
        bank=bank,
        timbre=timbre,
        manner=random_manner(style, rng),
        transpose=float(transpose) if style != "rap" else 0.0,
        melisma=float(rng.choice([0.0, 0.08, 0.15, 0.4])) if style != "rap" else 0.0,
        dynamics_db=float(rng.uniform(1.5, 4.5)),
        breaths=float(rng.uniform(0.2, 0.95)),
        words=tuple(lines[index % len(lines)] for index in order),
    )


def random_manner(style: str, rng: np.random.Generator) -> Manner:
    """How someone moves: most sing freely, some are tuned hard by a machine, rappers speak."""
    if style == "rap":
        return Manner(
            glide_s=0.06, vibrato_depth=0.0, drift_depth=0.6, scoop_depth=1.5, fall_chance=0.5, out_of_tune=0.4
        )
    if rng.uniform() < 0.12:
        return Manner(
            glide_s=0.015, vibrato_depth=0.0, drift_depth=0.01, scoop_chance=0.0, fall_chance=0.0, out_of_tune=0.0
        )
    return Manner(
        glide_s=float(rng.uniform(0.05, 0.16)),
        vibrato_hz=float(rng.uniform(4.5, 6.5)),
        vibrato_depth=float(rng.choice([0.08, 0.2, 0.35, 0.5, 0.85])),
        vibrato_delay_s=float(rng.uniform(0.12, 0.5)),
        scoop_depth=float(rng.uniform(0.5, 2.5)),
        scoop_chance=float(rng.uniform(0.1, 0.7)),
        fall_chance=float(rng.uniform(0.0, 0.35)),
        drift_depth=float(rng.uniform(0.06, 0.2)),
        out_of_tune=float(rng.uniform(0.03, 0.15)),
    )


def random_style(rng: np.random.Generator) -> str:
    """How a song is sung: "sung" mostly; "rap", "shout" or "whisper" at times."""
    return str(rng.choice(["sung", "rap", "shout", "whisper"], p=[0.84, 0.09, 0.06, 0.01]))


def panned(mono: Array, pan: float) -> Array:
    """A mono signal at a place from -1 (left) to 1 (right), equal power."""
    angle = (pan + 1) * np.pi / 4
    return np.stack([mono * np.cos(angle), mono * np.sin(angle)], axis=1).astype(np.float32) * np.float32(2**0.5)


def perform(
    notes: Sequence[Note], tempo_bpm: float, length: int, banks: Sequence[Bank], seed: int, style: str | None = None
) -> Performed:
    """An arrangement of a melody, [length, 2] at 44.1 kHz, RMS while singing about 0.1; the same for the same seed."""
    rng = np.random.default_rng(seed)
    style = style or random_style(rng)
    phrases = phrases_of(notes)
    if not phrases:
        return Performed(samples=np.zeros((length, 2), dtype=np.float32), account={"style": "silent"})
    centre = float(np.median([note.pitch for phrase in phrases for note in phrase]))
    lead = cast_voice(banks, centre, rng, style)
    flat = [note for phrase in phrases for note in phrase]
    sung = rapped(flat, tempo_bpm, lead.bank, rng) if style == "rap" else flat
    account: dict[str, object] = {"style": style, "lead": lead.bank.name, "warp": round(lead.timbre.warp, 3)}
    front, account["second"] = _lead_track(lead, sung, length, centre, banks, rng, style)
    mix = panned(_levelled(front), float(rng.normal(0, 0.05)))
    chain = random_chain(tempo_bpm, rng)
    if style == "shout" and chain.drive == 0:
        chain = replace(chain, drive=float(rng.uniform(0.4, 1.5)))
    lead_stereo = produced(mix, chain, rng)
    backing, account["backing"] = _backing(lead, sung, length, centre, banks, rng, style)
    if backing is not None:
        lead_stereo += produced(backing, _backing_chain(chain, rng), rng)
    level = rms_while_singing(lead_stereo)
    samples = lead_stereo * np.float32(0.1 / level if level > 0 else 0.0)
    account["chain"] = {key: value for key, value in vars(chain).items() if value}
    return Performed(samples=samples, account=account)


def _levelled(mono: Array) -> Array:
    """A track scaled to 0.1 RMS while singing."""
    level = rms_while_singing(mono)
    return mono * np.float32(0.1 / level) if level > 0 else mono


def _lead_track(
    lead: Voice,
    notes: Sequence[Note],
    length: int,
    centre: float,
    banks: Sequence[Bank],
    rng: np.random.Generator,
    style: str,
) -> tuple[Array, str]:
    """The front voice; at times a duet in which two singers take turns, phrase by phrase."""
    if style == "rap" or rng.uniform() > 0.15:
        return sing(lead, notes, length, int(rng.integers(2**31))), ""
    other = cast_voice(banks, centre, rng, style)
    turns = phrases_of(notes)
    first = [note for index, phrase in enumerate(turns) if index % 4 < 2 for note in phrase]
    second = [note for index, phrase in enumerate(turns) if index % 4 >= 2 for note in phrase]
    track = _levelled(sing(lead, first, length, int(rng.integers(2**31))))
    if second:
        track = track + _levelled(sing(other, second, length, int(rng.integers(2**31))))
    return track, other.bank.name


def _some_phrases(notes: Sequence[Note], rng: np.random.Generator) -> list[Note]:
    """The notes of a run of phrases (a chorus), or of all."""
    phrases = phrases_of(notes)
    if rng.uniform() < 0.3 or len(phrases) < 4:
        return [note for phrase in phrases for note in phrase]
    start = int(rng.integers(0, len(phrases) // 2))
    stop = start + int(rng.integers(len(phrases) // 3, len(phrases) // 2 + 2))
    return [note for phrase in phrases[start:stop] for note in phrase]


def _backing(
    lead: Voice,
    notes: Sequence[Note],
    length: int,
    centre: float,
    banks: Sequence[Bank],
    rng: np.random.Generator,
    style: str,
) -> tuple[Array | None, list[str]]:
    """Doubles, harmonies and a small choir, panned; None in about half of the songs."""
    total = np.zeros((length, 2), dtype=np.float32)
    account: list[str] = []
    if rng.uniform() < 0.22:
        part = _some_phrases(notes, rng)
        gain = float(rng.uniform(0.25, 0.7))
        spread = float(rng.uniform(0.2, 1.0))
        for side in (-1, 1) if rng.uniform() < 0.4 else (float(rng.choice([-1, 1])),):
            take = sing(another_take(lead, rng), humanised(part, 0.012, rng), length, int(rng.integers(2**31)))
            total += gain * panned(_levelled(take), spread * side)
        account.append("double")
    if style == "sung" and rng.uniform() < 0.22:
        part = _some_phrases(notes, rng)
        interval = (3, 5) if rng.uniform() < 0.65 else (7, 9) if rng.uniform() < 0.6 else (-5, -3)
        singer = another_take(lead, rng) if rng.uniform() < 0.5 else cast_voice(banks, centre + interval[0], rng, style)
        upper = humanised(harmony(part, interval), 0.015, rng)
        track = _levelled(sing(singer, upper, length, int(rng.integers(2**31))))
        total += float(rng.uniform(0.25, 0.7)) * panned(track, float(rng.uniform(-0.7, 0.7)))
        account.append(f"harmony {singer.bank.name}")
    if style == "sung" and rng.uniform() < 0.03:
        total += float(rng.uniform(0.3, 0.8)) * _choir(notes, length, banks, rng)
        account.append("choir")
    return (total, account) if account else (None, account)


def _choir(notes: Sequence[Note], length: int, banks: Sequence[Bank], rng: np.random.Generator) -> Array:
    """Four people on open vowels holding each phrase's long tones, spread across the stage."""
    of_notes = [bank for bank in banks if bank.kind == "notes"] or list(banks)
    held = []
    for phrase in phrases_of(notes):
        start_s, end_s = phrase[0].start_s, phrase[-1].start_s + phrase[-1].length_s
        longest = max(phrase, key=lambda note: note.length_s)
        held.append(Note(start_s, max(0.5, end_s - start_s), longest.pitch))
    total = np.zeros((length, 2), dtype=np.float32)
    for interval in ((0, 0), (3, 5), (7, 8), (12, 12)):
        part = held if interval == (0, 0) else harmony(held, interval)
        centre = float(np.median([note.pitch for note in part]))
        singer = replace(cast_voice(of_notes, centre, rng, "sung"), breaths=0.0, melisma=0.0)
        track = sing(singer, humanised(part, 0.03, rng), length, int(rng.integers(2**31)))
        total += 0.5 * panned(_levelled(track), float(rng.uniform(-1, 1)))
    return total


def _backing_chain(chain: Chain, rng: np.random.Generator) -> Chain:
    """Backing voices: the lead's chain with less bottom and more room."""
    return replace(
        chain,
        high_pass_hz=float(rng.uniform(120, 260)),
        room_share=min(0.6, chain.room_share + float(rng.uniform(0.0, 0.2))),
        drive=0.0,
        telephone=False,
    )
