"""Chord progressions in roman numerals of the major scale: a bar each, two chords in a bar joined by a comma."""

from __future__ import annotations

POP_MAJOR = (
    "I V vi IV",
    "vi IV I V",
    "I vi IV V",
    "I IV vi V",
    "IV I V vi",
    "I iii IV V",
    "I IV I V",
    "Iadd9 V vi7 IV",
    "I,V vi,IV",
    "I IV ii V",
    "IVmaj7 V iii vi",
    "I bVII IV I",
    "I V ii IV",
    "I I IV V",
)
POP_MINOR = (
    "i bVI bIII bVII",
    "i bVII bVI bVII",
    "i iv bVI V",
    "i bIII bVII iv",
    "i bVI iv V",
    "i v bVI bVII",
    "bVI bVII i i",
    "i i bVI bVII",
    "i bVII IV i",
    "i,bVII bVI,V",
)
ROCK_MAJOR = (
    "I bVII IV I",
    "I IV V IV",
    "I V IV IV",
    "I I IV V",
    "I bIII IV I",
    "vi IV I V",
    "I V vi IV",
    "I,IV bVII,IV",
)
ROCK_MINOR = ("i bVII bVI bVII", "i bIII bVII IV", "i i bVI bVII", "i iv i v", "i bVI bIII bVII", "i,bIII iv,bVI")
METAL = ("i i bVI bVII", "i bII i bVII", "i bVI bII i", "i,bII i,bVI", "i i i bII", "i bVI iv bVII", "i,bV iv,bIII")
FUNK = ("i7", "i7 IV7", "I9", "I9 IV9", "i7 i7 IV7 IV7", "I7 bVII7", "ii9 V9", "i9 bVII9")
JAZZ_MAJOR = (
    "ii7 V7 Imaj7 Imaj7",
    "Imaj7,vi7 ii7,V7",
    "iii7,vi7 ii7,V7 Imaj7 VI7",
    "Imaj7 ii7,V7 iii7,VI7 ii7,V7",
    "Imaj9 IVmaj7 iii7 vi7",
    "ii9 V13 Imaj9 VI7",
)
JAZZ_MINOR = ("iim7b5 V7 im6 im6", "i7 iv7 bVII7 bIIImaj7", "i9 i9 iv9 V7", "im6 bVI7,V7")
BLUES = (
    "I7 I7 I7 I7 IV7 IV7 I7 I7 V7 IV7 I7 V7",
    "I7 IV7 I7 I7 IV7 IV7 I7 I7 V7 IV7 I7 I7",
    "i7 i7 i7 i7 iv7 iv7 i7 i7 bVI7 V7 i7 i7",
)
SOUL_MAJOR = (
    "Imaj7 vi7 ii7 V7",
    "Imaj7 IVmaj7",
    "I IV I IV",
    "Imaj7 iii7 IVmaj7 ii7,V7",
    "ii7 V7 Imaj7 IVmaj7",
    "IVmaj7 iii7 ii7 I",
)
SOUL_MINOR = ("i7 iv7 bVII7 bIIImaj7", "i9 iv9", "i7 bVImaj7 iv7 v7", "bVImaj7 bVII i7 i7")
FOLK_MAJOR = ("I IV I V", "I V IV I", "I vi IV V", "I I V V", "vi IV I V", "I,V vi,iii IV,I IV,V", "Iadd9 Isus4 IV V")
FOLK_MINOR = ("i bVII bVI bVII", "i bIII bVII i", "i iv i V", "i bVII bIII IV")
DANCE_MAJOR = ("vi IV I V", "IV V vi iii", "I V vi IV", "IVmaj7 V vi7 iii7", "Imaj7 vi7")
DANCE_MINOR = (
    "i bVI bIII bVII",
    "i i bVI bVII",
    "i",
    "i9 iv9",
    "i bVII",
    "i7 bVImaj7 bIIImaj7 bVII",
    "i iv bVI v",
    "im9 bVImaj7",
)
