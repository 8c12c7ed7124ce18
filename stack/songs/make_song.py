"""Make the bundled song, First Light: play the score, mix it, and write it as Ogg Vorbis.

`python -m stack.songs.make_song [--out FILE] [--stems FOLDER]`. The same file comes out of every run on one machine.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import soundfile

from stack.songs import band as players
from stack.songs import score
from stack.songs.ogg import renumber
from stack.songs.sound import RATE, Samples, echoes, pan, place, room, smooth
from stack.songs.voice import Sung, sing

HERE = Path(__file__).parent
LENGTH_SAMPLES = round((score.BARS * score.BAR_S + score.TAIL_S) * RATE)
STEP_S = score.BEAT_S / 4
STEMS = ("vocals", "drums", "bass", "other")
# Each stem's mean power in the mix, in dB below full scale, before the limiter.
LEVELS_DB = {"vocals": -20.0, "drums": -19.5, "bass": -20.0, "other": -21.5}
CEILING = 10 ** (-2.2 / 20)  # Vorbis overshoots the samples it is given by up to one and a half decibels.
# libsndfile's scale for Vorbis, 0 the best and 1 the smallest: about 95 kbit/s here.
COMPRESSION = 0.75
CHUNK_SAMPLES = 16384


def main() -> None:
    """Write the song, and its true stems and mixture (32-bit float WAV) where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=HERE / "first_light.ogg", help="the song's file")
    parser.add_argument("--stems", type=Path, help="a folder for vocals, drums, bass, other and mixture as WAV")
    arguments = parser.parse_args()
    stems = make_stems()
    mixture = np.sum(list(stems.values()), axis=0)
    write_song(arguments.out, mixture)
    if arguments.stems is not None:
        arguments.stems.mkdir(parents=True, exist_ok=True)
        for name, sound in {**stems, "mixture": mixture}.items():
            soundfile.write(arguments.stems / f"{name}.wav", sound.T.astype(np.float32), RATE, subtype="FLOAT")
    print(f"{arguments.out}: {LENGTH_SAMPLES / RATE:.1f} s, {arguments.out.stat().st_size} bytes")


def make_stems() -> dict[str, Samples]:
    """The four true stems [2, LENGTH_SAMPLES] by name; their sum is the mixture, within CEILING."""
    chance = np.random.default_rng(20240621)
    kicks, drums = play_drums(chance)
    raw = {"vocals": sing_tune(chance), "drums": drums, "bass": play_bass(chance), "other": play_keys(kicks, chance)}
    levelled = {}
    for name in STEMS:
        power = np.mean(raw[name] ** 2)
        levelled[name] = raw[name] * 10 ** (LEVELS_DB[name] / 20) / np.sqrt(power)
    gain = limiter(np.sum(list(levelled.values()), axis=0)) * fade()
    return {name: sound * gain for name, sound in levelled.items()}


def strokes(pattern: str) -> list[tuple[int, str, float]]:
    """The strokes of a bar's pattern: step, kind and loudness."""
    loudness = {"x": 1.0, "o": 0.75, "g": 0.22}
    return [
        (step, kind, loudness[kind] if kind in loudness else int(kind) / 9)
        for step, kind in enumerate(pattern)
        if kind != "."
    ]


def play_drums(chance: np.random.Generator) -> tuple[list[float], Samples]:
    """When the bass drum is struck (seconds), and the drums."""
    drums, kicks = np.zeros((2, LENGTH_SAMPLES)), []

    def strike(sound: Samples, bar: int, step: float, level: float) -> None:
        late_s = 0.0025 * float(chance.standard_normal())
        place(drums, level * sound, round((bar * score.BAR_S + step * STEP_S + late_s) * RATE))

    for bar in range(score.BARS):
        part = score.section(bar)
        for step, _, loudness in strokes(score.KICK.get(part, "")):
            kicks.append(bar * score.BAR_S + step * STEP_S)
            strike(players.kick(loudness, chance), bar, step, 0.85)
        for step, kind, loudness in strokes(score.ROLLS.get(bar, score.SNARE.get(part, ""))):
            strike(players.snare(loudness, chance), bar, step, 0.95)
            if part == "chorus" and kind == "x":
                strike(players.clap(loudness, chance), bar, step, 0.45)
        for step, kind, loudness in strokes(score.HAT.get(part, "")):
            swing = 0.12 if step % 2 else 0.0
            touch = loudness * (1 + 0.1 * float(chance.standard_normal()))
            strike(players.hat(touch, kind == "o", chance), bar, step + swing, 0.42)
        for step, pitch, position, loudness in score.TOMS.get(bar, ()):
            strike(players.tom(loudness, pitch, position, chance), bar, step, 0.7)
        if bar in score.CRASHES:
            strike(players.crash(score.CRASHES[bar], chance), bar, 0, 0.5)
    return kicks, drums + 0.10 * room(drums, 0.5, 0.8, chance)


def play_bass(chance: np.random.Generator) -> Samples:
    """The bass line; it rests in the intro."""
    line = np.zeros((2, LENGTH_SAMPLES))
    for bar in range(score.BARS):
        root, _ = score.CHORDS[bar]
        for beat, beats, above, loudness in score.BASS.get(score.section(bar), ()):
            late_s = 0.003 * float(chance.standard_normal())
            note = players.bass(root + above, beats * score.BEAT_S, loudness)
            place(line, note, round((bar * score.BAR_S + beat * score.BEAT_S + late_s) * RATE))
    return line


def play_keys(kicks: list[float], chance: np.random.Generator) -> Samples:
    """Everything else: strings that give way to the bass drum, an electric piano, and a harp with echoes."""
    strings, piano, harp = (np.zeros((2, LENGTH_SAMPLES)) for _ in range(3))
    strings_level = {"intro": 0.7, "verse": 0.6, "lift": 0.85, "chorus": 1.0, "last": 0.9}
    brightness = {"intro": 0.7, "verse": 0.8, "lift": 1.3, "chorus": 1.9, "last": 1.0}
    for bar in range(score.BARS):
        part, (_, voicing) = score.section(bar), score.CHORDS[bar]
        at_s = bar * score.BAR_S
        length_s = score.BAR_S * (1.4 if part == "last" else 1.0)
        notes = players.pad(voicing[:4], length_s, brightness[part], chance)
        place(strings, strings_level[part] * notes, round(max(0.0, at_s - 0.12) * RATE))
        hits = ((0, 4.5),) if part in {"intro", "last"} else ((0, 1.4), (1.5, 1.0), (2.5, 1.4))
        for beat, beats in hits:
            for index, pitch in enumerate(voicing[:4]):
                rolled_s = 0.012 * index + 0.003 * float(chance.standard_normal())
                touch = (0.62 if beat == 0 else 0.45) * (1 + 0.08 * float(chance.standard_normal()))
                note = players.electric_piano(pitch, beats * score.BEAT_S, touch, -0.75 + 0.5 * index)
                place(piano, note, round((at_s + beat * score.BEAT_S + rolled_s) * RATE))
        for step, index in enumerate(score.HARP[part]):
            if index >= 0:
                pitch = voicing[index % 5] + 12 * (index // 5) + (12 if part != "last" else 0)
                touch = (0.8 if step % 4 == 0 else 0.55) * (1 + 0.1 * float(chance.standard_normal()))
                note = players.pluck(pitch, touch, 0.65 if step % 4 < 2 else -0.65)
                place(harp, note, round((at_s + step * STEP_S) * RATE))
    harp += echoes(harp, 0.75 * score.BEAT_S, (0.34, 0.2, 0.11))
    keys = 0.5 * strings * give_way(kicks) + 0.25 * piano + 0.5 * harp
    return keys + 0.22 * room(keys, 1.8, 1.0, chance)


def give_way(kicks: list[float]) -> Samples:
    """A gain [LENGTH_SAMPLES] that dips by a third at each bass drum and is back within a quarter of a second."""
    gain = np.ones(LENGTH_SAMPLES)
    recovery = 1 - 0.33 * np.exp(-np.arange(round(0.3 * RATE)) / (0.08 * RATE))
    for kick_s in kicks:
        start = round(kick_s * RATE)
        piece = gain[start : start + recovery.size]
        piece[:] = np.minimum(piece, recovery[: piece.size])
    return smooth(gain, 441)


def sing_tune(chance: np.random.Generator) -> Samples:
    """The lead in the middle, a quiet second voice just beside it, and a gentle room."""
    lead = sing(sung(score.TUNE), LENGTH_SAMPLES, chance)
    second = sing(sung(score.SECOND_VOICE), LENGTH_SAMPLES, chance)
    voices = pan(lead, 0) + 0.3 * pan(second, 0.12)
    return voices + 0.17 * room(voices, 1.6, 0.7, chance)


def sung(tune: dict[int, tuple[tuple[float, float, int, str], ...]]) -> list[Sung]:
    """A tune's notes in time, louder in the chorus."""
    loudness = {"verse": 0.72, "lift": 0.85, "chorus": 1.0, "last": 0.75}
    notes = []
    for bar, phrase in tune.items():
        for beat, beats, pitch, syllable in phrase:
            start_s = bar * score.BAR_S + beat * score.BEAT_S
            end_s = start_s + beats * score.BEAT_S - 0.01
            onset = syllable[0].replace("-", "")
            notes.append(Sung(start_s, end_s, pitch, syllable[1:], onset, loudness[score.section(bar)]))
    return notes


def limiter(mixture: Samples) -> Samples:
    """A gain [N], at most 1, that keeps the mixture [2, N] within CEILING; it moves over 60 ms, ahead of the peak."""
    block = 64
    peaks = np.max(np.abs(mixture), axis=0)
    peaks = np.max(np.pad(peaks, (0, -peaks.size % block)).reshape(-1, block), axis=1)
    wanted = np.minimum(1.0, CEILING / np.maximum(peaks, 1e-9))
    width = 41
    lowest = np.lib.stride_tricks.sliding_window_view(np.pad(wanted, width // 2 + 1, mode="edge"), width + 2).min(
        axis=1
    )
    # Each smoothed point and its neighbours average only values low enough for the peak: interpolation stays below too.
    gains = smooth(lowest, width)
    return np.interp(np.arange(mixture.shape[1]), (np.arange(gains.size) + 0.5) * block, gains)


def fade() -> Samples:
    """A gain [LENGTH_SAMPLES] that closes the song over its last two seconds."""
    gain = np.ones(LENGTH_SAMPLES)
    count = 2 * RATE
    gain[-count:] = np.cos(np.pi / 2 * np.arange(count) / count) ** 2
    return gain


def write_song(path: Path, mixture: Samples) -> None:
    """Write the mixture as Ogg Vorbis with its title and artist."""
    with soundfile.SoundFile(path, "w", RATE, 2, subtype="VORBIS", format="OGG", compression_level=COMPRESSION) as song:
        song.title, song.artist, song.comment = score.TITLE, score.ARTIST, "CC0 1.0"
        # libsndfile's Vorbis encoder keeps a whole write on its stack.
        for start in range(0, mixture.shape[1], CHUNK_SAMPLES):
            song.write(mixture[:, start : start + CHUNK_SAMPLES].T)
    path.write_bytes(renumber(path.read_bytes(), serial=1))


if __name__ == "__main__":
    main()
