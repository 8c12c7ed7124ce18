"""A statistical singer (Sinsy's HTS voice) sings nonsense Japanese once; what it sings becomes another bank."""

from __future__ import annotations

import importlib.util
import tempfile
from pathlib import Path

import numpy as np

from inference.training.synthesis.voices.analysis import RATE
from inference.training.synthesis.voices.sources import Singer

SYLLABLES = [
    "か",
    "き",
    "く",
    "け",
    "こ",
    "さ",
    "し",
    "す",
    "せ",
    "そ",
    "た",
    "ち",
    "つ",
    "て",
    "と",
    "な",
    "に",
    "ぬ",
    "ね",
    "の",
    "は",
    "ひ",
    "ふ",
    "へ",
    "ほ",
    "ま",
    "み",
    "む",
    "め",
    "も",
    "ら",
    "り",
    "る",
    "れ",
    "ろ",
    "や",
    "ゆ",
    "よ",
    "わ",
    "が",
    "ぎ",
    "ぐ",
    "げ",
    "ご",
    "ざ",
    "じ",
    "ず",
    "ぜ",
    "ぞ",
    "だ",
    "で",
    "ど",
    "ば",
    "び",
    "ぶ",
    "べ",
    "ぼ",
    "ぱ",
    "ぴ",
    "ぷ",
    "ぺ",
    "ぽ",
    "あ",
    "い",
    "う",
    "え",
    "お",
    "しゃ",
    "しゅ",
    "しょ",
    "ちゃ",
    "ちゅ",
    "ちょ",
    "きゃ",
    "きょ",
]
REGISTERS = {"low": (58, 66), "high": (65, 75)}
"""MIDI ranges of the two scores; the voice is a woman's."""
STEPS = ("C", "C", "D", "D", "E", "F", "F", "G", "G", "A", "A", "B")
ALTERED = (1, 3, 6, 8, 10)
BARS = 28


def score(low: int, high: int, seed: int) -> str:
    """MusicXML of a wandering melody in quarters and eighths between two MIDI pitches, a bar of rest in every seven."""
    rng = np.random.default_rng(seed)
    pitch = (low + high) // 2
    bars = []
    for bar in range(BARS):
        notes = []
        if bar % 7 == 6:
            notes.append("<note><rest/><duration>8</duration><type>whole</type></note>")
        else:
            for length in ((2, 2, 2, 2), (1, 1, 2, 1, 1, 2), (2, 1, 1, 4), (1, 1, 1, 1, 2, 2))[int(rng.integers(4))]:
                pitch = int(np.clip(pitch + rng.integers(-4, 5), low, high))
                notes.append(_note(pitch, length, SYLLABLES[int(rng.integers(len(SYLLABLES)))]))
        head = ""
        if bar == 0:
            head = (
                "<attributes><divisions>2</divisions><key><fifths>0</fifths><mode>major</mode></key>"
                "<time><beats>4</beats><beat-type>4</beat-type></time><clef><sign>G</sign><line>2</line></clef></attributes>"
                '<direction><sound tempo="104"/></direction>'
            )
        bars.append(f'<measure number="{bar + 1}">{head}{"".join(notes)}</measure>')
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 2.0 Partwise//EN" '
        '"http://www.musicxml.org/dtds/partwise.dtd">\n'
        '<score-partwise version="2.0"><part-list><score-part id="P1"><part-name>V</part-name></score-part></part-list>'
        f'<part id="P1">{"".join(bars)}</part></score-partwise>\n'
    )


def _note(pitch: int, length: int, syllable: str) -> str:
    """One sung note of a length in eighths."""
    kind = {1: "eighth", 2: "quarter", 4: "half"}[length]
    alter = "<alter>1</alter>" if pitch % 12 in ALTERED else ""
    return (
        f"<note><pitch><step>{STEPS[pitch % 12]}</step>{alter}<octave>{pitch // 12 - 1}</octave></pitch>"
        f"<duration>{length}</duration><type>{kind}</type><lyric><text>{syllable}</text></lyric></note>"
    )


def hts_singers(cache: Path) -> list[Singer]:
    """The statistical singer's recordings, sung once into the cache; none where `pysinsy` is not installed."""
    made = []
    for number, (register, (low, high)) in enumerate(REGISTERS.items()):
        path = cache / f"sinsy-{register}.wav"
        if not path.is_file():
            if importlib.util.find_spec("pysinsy") is None:
                return []
            _sing(score(low, high, 11 + number), path)
        made.append(Singer(name=f"sinsy-{register}", kind="sinsy", paths=(path,)))
    return made


def _sing(music_xml: str, path: Path) -> None:
    """Sings a score into a sound file."""
    import pysinsy
    import soundfile

    voice = pysinsy.Sinsy()
    voice.setLanguages("j", pysinsy.get_default_dic_dir())
    voice.loadVoices(pysinsy.get_default_htsvoice())
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "score.xml"
        file.write_text(music_xml, encoding="utf-8")
        voice.loadScoreFromMusicXML(str(file))
        samples, rate = voice.synthesize()
        voice.clearScore()
    sung = np.asarray(samples, dtype=np.float64)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.stem}.part.wav")
    soundfile.write(str(part), sung / max(1.0, float(np.abs(sung).max())) * 0.9, int(rate) or RATE)
    part.rename(path)
