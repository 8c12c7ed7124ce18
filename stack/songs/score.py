"""The score of First Light: key, chords, rhythms and melody, and nothing about how they sound.

D major, 100 beats a minute, sixteen bars of four: intro (0-1), verse (2-5), lift (6-7), chorus (8-14), last chord (15).
"""

from __future__ import annotations

TITLE = "First Light"
ARTIST = "StripSession"
BEATS_PER_MINUTE = 100
BEAT_S = 60 / BEATS_PER_MINUTE
BAR_S = 4 * BEAT_S
BARS = 16
TAIL_S = 1.4

INTRO, VERSE, LIFT, CHORUS, LAST = range(2), range(2, 6), range(6, 8), range(8, 15), range(15, 16)

# A bar's chord: the bass note, and the voicing from the bottom up (MIDI pitches).
CHORDS: tuple[tuple[int, tuple[int, ...]], ...] = (
    (38, (57, 62, 66, 73, 76)),  # Dmaj9
    (31, (59, 62, 66, 71, 74)),  # Gmaj7
    (38, (57, 62, 66, 73, 76)),  # Dmaj9
    (35, (57, 62, 66, 69, 74)),  # Bm7
    (31, (59, 62, 66, 71, 74)),  # Gmaj7
    (33, (57, 62, 64, 69, 76)),  # Asus4
    (40, (55, 62, 64, 71, 74)),  # Em7
    (33, (57, 62, 64, 67, 74)),  # A7sus4
    (31, (59, 62, 67, 69, 74)),  # Gadd9
    (33, (57, 61, 64, 69, 76)),  # A
    (42, (57, 61, 64, 66, 73)),  # F#m7
    (35, (57, 62, 66, 69, 74)),  # Bm7
    (31, (59, 62, 66, 71, 74)),  # Gmaj7
    (33, (57, 61, 64, 69, 76)),  # A
    (31, (58, 62, 64, 67, 74)),  # Gm6, borrowed from D minor
    (38, (57, 62, 66, 69, 76)),  # Dadd9
)

# Sixteen steps a bar. x: a stroke, o: an open hat, g: a ghost, digits: loudness in ninths.
KICK = {
    "verse": "x.....x.x.......",
    "lift": "x...x...x...x...",
    "chorus": "x.....x.x..x..x.",
    "last": "x...............",
}
SNARE = {
    "verse": "....x......gx...",
    "lift": "....x.......x...",
    "chorus": "....x..g.g..x...",
}
HAT = {
    "intro": "..3...4...3...4.",
    "verse": "7.4.7.4.7.4.7.o.",
    "lift": "7.5.7.5.7.5.7.5.",
    "chorus": "835o835o835o835o",
}
# Bars whose drums differ: the snare's bar, and toms as (step, MIDI pitch, where from left to right, loudness).
ROLLS = {
    1: "............4.57",
    5: "....x......gx.68",
    7: "3.3.4.4.55566789",
    11: "....x..g.g..x.77",
    14: "....x...",
}
TOMS = {
    5: ((13, 50, -0.3, 0.7),),
    11: ((13, 50, -0.3, 0.8),),
    14: ((8, 52, -0.35, 0.8), (10, 52, -0.35, 0.9), (11, 47, 0.0, 0.8), (12, 47, 0.0, 0.9), (14, 43, 0.35, 1.0)),
}
CRASHES = {2: 0.35, 8: 1.0, 12: 0.7, 15: 0.9}

# The bass line's bars: (beat, beats, semitones above the bar's bass note, loudness).
BASS = {
    "verse": ((0, 1.4, 0, 1.0), (1.5, 0.45, 0, 0.8), (2, 1.3, 0, 0.9), (3.5, 0.45, 12, 0.6)),
    "lift": tuple((step / 2, 0.46, 0, 0.8 + 0.02 * step) for step in range(8)),
    "chorus": (
        (0, 0.7, 0, 1.0),
        (0.75, 0.7, 0, 0.8),
        (1.5, 0.45, 12, 0.8),
        (2, 0.7, 0, 1.0),
        (2.75, 0.2, 0, 0.7),
        (3, 0.45, 7, 0.8),
        (3.5, 0.45, 12, 0.8),
    ),
    "last": ((0, 4.2, 0, 1.0),),
}

# Which notes of the voicing the harp plays, step by step (-1: none; 5 and above: an octave up).
HARP = {
    "intro": (0, -1, 2, -1, 1, -1, 3, -1, 2, -1, 4, -1, 3, -1, 2, -1),
    "verse": (0, -1, 2, -1, 3, -1, 4, 3, -1, 2, -1, 3, 4, -1, 3, -1),
    "lift": (0, -1, 2, -1, 3, -1, 4, -1, 2, -1, 3, -1, 4, -1, 7, -1),
    "chorus": (0, 2, 3, 4, 2, 3, 4, 7, 3, 4, 7, 8, 4, 3, 2, 3),
    "last": (0, 1, 2, 3, 4, 5, 7, 8, 9, -1, -1, -1, -1, -1, -1, -1),
}

# The tune: bar, then (beat, beats, MIDI pitch, consonant + vowel); a leading "-" ties the note to the one before.
TUNE: dict[int, tuple[tuple[float, float, int, str], ...]] = {
    2: ((0, 1.5, 66, "doo"), (1.5, 0.5, 64, "-oo"), (2, 1.0, 62, "loo"), (3.5, 0.5, 64, "doo")),
    3: ((0, 1.0, 66, "loo"), (1, 1.0, 69, "-oh"), (2, 1.3, 71, "moh"), (3.5, 0.5, 69, "doo")),
    4: ((0, 1.5, 71, "loh"), (1.5, 0.5, 69, "-oo"), (2, 1.0, 67, "doo"), (3, 0.5, 66, "loo"), (3.5, 0.5, 67, "-oo")),
    5: ((0, 2.3, 69, "doh"), (3, 0.5, 64, "hoo"), (3.5, 0.5, 66, "loo")),
    6: ((0, 1.0, 67, "moh"), (1, 1.0, 71, "-oh"), (2, 1.4, 74, "hah"), (3.5, 0.5, 73, "lah")),
    7: ((0, 1.4, 74, "hah"), (1.5, 1.2, 76, "-ah"), (3, 0.5, 71, "seh"), (3.5, 0.5, 73, "lah")),
    8: ((0, 1.5, 74, "dah"), (1.5, 0.5, 76, "-ah"), (2, 1.0, 78, "lah"), (3, 0.5, 76, "-eh"), (3.5, 0.5, 74, "-eh")),
    9: ((0, 1.5, 76, "hah"), (1.5, 0.5, 73, "-ah"), (2, 1.2, 69, "loh"), (3.5, 0.5, 71, "doh")),
    10: ((0, 1.5, 73, "lah"), (1.5, 0.5, 74, "-ah"), (2, 1.0, 76, "heh"), (3, 0.5, 74, "leh"), (3.5, 0.5, 73, "-eh")),
    11: ((0, 1.0, 74, "mah"), (1, 1.8, 71, "-oh"), (3.5, 0.5, 73, "sah")),
    12: ((0, 1.5, 74, "dah"), (1.5, 0.5, 76, "-ah"), (2, 1.0, 78, "lah"), (3, 0.5, 79, "-ah"), (3.5, 0.5, 78, "-eh")),
    13: ((0, 1.9, 76, "hah"), (2, 1.0, 73, "lah"), (3, 0.5, 74, "deh"), (3.5, 0.5, 76, "-eh")),
    14: ((0, 1.5, 74, "lah"), (1.5, 0.5, 70, "-oh"), (2, 1.0, 67, "doh"), (3, 0.9, 64, "loo")),
    15: ((0, 3.4, 66, "moo"),),
}
# The chorus has a second voice on the chord's notes below the tune.
SECOND_VOICE: dict[int, tuple[tuple[float, float, int, str], ...]] = {
    8: ((0, 1.9, 71, "hoo"), (2, 1.9, 74, "-oo")),
    9: ((0, 1.9, 73, "hoo"), (2, 1.5, 64, "-oo")),
    10: ((0, 1.9, 69, "hoo"), (2, 1.9, 73, "-oo")),
    11: ((0, 1.0, 71, "hoo"), (1, 1.8, 66, "-oo")),
    12: ((0, 1.9, 71, "hoo"), (2, 1.9, 74, "-oo")),
    13: ((0, 1.9, 73, "hoo"), (2, 1.9, 69, "-oo")),
    14: ((0, 1.9, 70, "hoo"), (2, 1.8, 62, "-oo")),
    15: ((0, 3.2, 62, "moo"),),
}


def section(bar: int) -> str:
    """The name of the part of the song that a bar belongs to."""
    parts = {"intro": INTRO, "verse": VERSE, "lift": LIFT, "chorus": CHORUS, "last": LAST}
    return next(name for name, bars in parts.items() if bar in bars)
