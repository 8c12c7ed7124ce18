"""Drum kits: recorded ones, electronic ones computed here, blends of both, and the kits of the soundfonts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import soxr

from inference.training.synthesis import electronic_drums
from inference.training.synthesis.effects import (
    SAMPLE_RATE,
    Samples,
    compress,
    equalise,
    pass_filter,
    place,
    random_tone,
    saturate,
)
from inference.training.synthesis.events import Hit
from inference.training.synthesis.samplers import RECORDINGS, recording
from inference.training.synthesis.soundfonts import render_hits

Kit = dict[str, list[Samples]]  # piece -> recordings [n, 2] from soft to hard
_MULDJORD: dict[str, tuple[str, ...]] = {
    "kick": ("KdrumL-09", "KdrumL-25"),
    "snare": ("SnareRest-07", "Snare-19", "Snare-56"),
    "hat_closed": ("HihatClosed-08", "HihatClosed-22"),
    "hat_open": ("HihatOpen-07", "HihatOpen-18"),
    "hat_loose": ("HihatOpen-07", "HihatOpen-18"),
    "hat_pedal": ("HihatClosed-08",),
    "ride": ("RideL-04", "RideL-11"),
    "bell": ("RideLBell-02", "RideLBell-03"),
    "crash": ("CrashL-04", "CrashL-09"),
    "crash2": ("CrashR-04", "CrashR-10"),
    "china": ("China-04", "China-10"),
    "tom_high": ("Tom1-04", "Tom1-09"),
    "tom_mid": ("Tom2-04", "Tom2-10"),
    "tom_low": ("Tom4-04", "Tom4-11"),
    "sidestick": ("SnareRest-03", "SnareRest-07"),
}
_MULDJORD_OTHERS: dict[str, tuple[str, ...]] = {
    "kick": ("KdrumR-09", "KdrumR-27"),
    "ride": ("RideR-04", "RideR-09"),
    "bell": ("RideRBell-03", "RideRBell-08"),
    "tom_low": ("Tom3-04", "Tom3-10"),
}
_GOGODZE: dict[str, tuple[str, ...]] = {
    "kick": ("ks-vl1-rr1", "ks-vl4-rr1", "ks-vl6-rr1"),
    "snare": ("sc-vl1-rr1", "sc-vl4-rr1", "sc-vl6-rr1"),
    "sidestick": ("ss-vl1-rr1", "ss-vl3-rr1", "ss-vl4-rr1"),
    "hat_closed": ("ht-vl1-rr1", "ht-vl4-rr1", "ht-vl6-rr1"),
    "hat_open": ("ho-vl1-rr1", "ho-vl3-rr1", "ho-vl5-rr1"),
    "hat_loose": ("hl-vl1-rr1", "hl-vl3-rr1", "hl-vl4-rr1"),
    "hat_pedal": ("hf-vl1-rr1", "hf-vl3-rr1"),
    "tom_high": ("th-vl1-rr1", "th-vl3-rr1", "th-vl5-rr1"),
    "tom_mid": ("tm-vl1-rr1", "tm-vl3-rr1", "tm-vl5-rr1"),
    "tom_low": ("tl-vl1-rr1", "tl-vl3-rr1", "tl-vl5-rr1"),
}
_FRANKENSNARES = (
    ("10_basic-sn_vl4", "10_basic-sn_vl6"),
    ("13b_basic-sn_vl4", "13b_basic-sn_vl6"),
    ("14a_basic-sn_vl5", "14a_basic-sn_vl9"),
    ("14s_basic-sn_vl5", "14s_basic-sn_vl9"),
    ("18_prep-sn_vl4", "18_prep-sn_vl7"),
    ("20_prep-sn_vl4", "20_prep-sn_vl6"),
    ("22_basic-sn_vl5", "22_basic-sn_vl8"),
    ("22_spring-sn_vl4", "22_spring-sn_vl7"),
    ("ziggurat_lev1-sn_vl5", "ziggurat_lev1-sn_vl8"),
)
_FONT_KITS = {"standard": 0, "room": 8, "power": 16, "electronic": 24, "jazz": 32, "brush": 40}
_LEVELS_DB = {
    "kick": 0.0,
    "snare": -1.0,
    "sidestick": -7.0,
    "hat_closed": -13.0,
    "hat_pedal": -16.0,
    "hat_open": -11.0,
    "hat_loose": -11.0,
    "ride": -12.0,
    "bell": -12.0,
    "crash": -6.0,
    "crash2": -6.0,
    "china": -7.0,
    "tom_high": -3.0,
    "tom_mid": -3.0,
    "tom_low": -2.0,
    "clap": -4.0,
    "tambourine": -13.0,
    "shaker": -16.0,
    "conga_high": -8.0,
    "conga_low": -8.0,
    "cowbell": -12.0,
    "bongo_high": -10.0,
    "bongo_low": -10.0,
    "claves": -12.0,
    "rim": -8.0,
    "brush": -8.0,
}
_MACHINES = frozenset({"808", "808_hard", "909", "909_hard", "linn"})
# Recordings are brought to the same peak; a kick's lies in its click, a machine's in its long low tail.
_RECORDED_SHIFTS_DB = {"kick": 2.0, "snare": 1.5, "tom": -1.0, "crash": -1.5, "crash2": -1.5, "china": -2.0}
_MACHINE_SHIFTS_DB = {
    "kick": -6.5,
    "snare": -1.0,
    "clap": 1.0,
    "hat": 4.0,
    "ride": 3.0,
    "bell": 2.0,
    "shaker": 2.0,
    "tambourine": 2.0,
    "crash": -2.0,
}
_HAND_PERCUSSION = frozenset(
    {"tambourine", "shaker", "conga_high", "conga_low", "cowbell", "bongo_high", "bongo_low", "claves"}
)
_PANS = {
    "hat_closed": 0.3,
    "hat_open": 0.3,
    "hat_loose": 0.3,
    "hat_pedal": 0.3,
    "ride": -0.35,
    "bell": -0.35,
    "crash": 0.5,
    "crash2": -0.5,
    "china": -0.6,
    "tom_high": 0.3,
    "tom_mid": -0.05,
    "tom_low": -0.4,
    "tambourine": 0.4,
    "shaker": -0.4,
    "conga_high": -0.3,
    "conga_low": -0.2,
    "cowbell": 0.3,
    "bongo_high": 0.4,
    "bongo_low": 0.3,
    "claves": 0.5,
    "rim": 0.1,
}


def _files(folder: str, names: tuple[str, ...], ratio: float, pan: float) -> list[Samples]:
    out = []
    for name in names:
        samples, rate = recording(RECORDINGS / "drums" / folder / f"{name}.opus")
        tuned = np.asarray(soxr.resample(samples, rate * ratio, SAMPLE_RATE, quality="MQ"), dtype=np.float32)
        loudest = np.abs(tuned).max() + 1e-6
        out.append(place(tuned / loudest, pan * (0.3 if tuned.ndim == 2 else 1.0)))
    return out


def _recorded(rng: np.random.Generator, table: dict[str, tuple[str, ...]], folder: str, side: float) -> Kit:
    drums = {piece: 2 ** (float(rng.normal(0, 1.5)) / 12) for piece in ("kick", "snare", "toms", "hats", "cymbals")}
    kit: Kit = {}
    for piece, names in table.items():
        group = (
            "toms"
            if piece.startswith("tom")
            else "hats"
            if piece.startswith("hat")
            else "cymbals"
            if piece not in drums
            else piece
        )
        kit[piece] = _files(folder, names, drums[group], side * _PANS.get(piece, 0.0))
    return kit


def _frankensnare(rng: np.random.Generator) -> list[Samples]:
    names = _FRANKENSNARES[int(rng.integers(len(_FRANKENSNARES)))]
    return _files("karoryfer-frankensnare", names, 2 ** (float(rng.normal(0, 1.5)) / 12), 0.0)


def _damped(rng: np.random.Generator, sounds: list[Samples]) -> list[Samples]:
    """Drums with tape on the heads or a gate: the tail decays faster."""
    decay_s = float(rng.uniform(0.06, 0.3))
    return [
        sound * np.exp(-np.maximum(np.arange(len(sound)) / SAMPLE_RATE - 0.03, 0) / decay_s)[:, None].astype(np.float32)
        for sound in sounds
    ]


def build_kit(name: str, rng: np.random.Generator) -> Kit:
    """A kit by name (see `genres.py`), tuned, damped and panned by chance."""
    side = float(rng.choice([-1.0, 1.0])) * float(rng.uniform(0.3, 1.2))
    machine = electronic_drums.build(name, rng, side)
    if name in _MACHINES:
        return machine
    muldjord = _MULDJORD | ({key: _MULDJORD_OTHERS[key] for key in _MULDJORD_OTHERS if rng.random() < 0.5})
    kit = machine | _recorded(rng, muldjord, "muldjordkit", side)
    if name in {"gogodze", "lofi"} or (name in {"hybrid", "layered"} and rng.random() < 0.5):
        kit |= _recorded(rng, _GOGODZE, "karoryfer-gogodze2", side)
    if name == "hybrid" or (name != "muldjord" and rng.random() < 0.4):
        kit["snare"] = _frankensnare(rng)
    if name == "layered":
        for piece in ("kick", "snare"):
            kit[piece] = [_sum(sound, machine[piece][0] * np.float32(rng.uniform(0.4, 1.2))) for sound in kit[piece]]
        for piece in ("hat_closed", "hat_open"):
            if rng.random() < 0.5:
                kit[piece] = machine[piece]
    if rng.random() < 0.85:  # as engineers do: more of a kick's weight, less of its cardboard
        weight_hz, weight_db, mud_db, box_db, click_db = (
            float(rng.uniform(*span)) for span in ((48, 75), (3, 11), (-9, 1), (-9, -1), (-1, 5))
        )
        kit["kick"] = [
            equalise(
                sound,
                [(weight_hz, weight_db, 1.2), (170.0, mud_db, 1.2), (380.0, box_db, 0.9), (3500.0, click_db, 0.8)],
            )
            for sound in kit["kick"]
        ]
    if rng.random() < 0.6:
        body_db, bright_db = float(rng.uniform(-1, 5)), float(rng.uniform(0, 6))
        kit["snare"] = [equalise(sound, [(200.0, body_db, 1.0)], 0.0, bright_db) for sound in kit["snare"]]
    for piece in ("kick", "snare", "tom_high", "tom_mid", "tom_low"):
        if rng.random() < 0.3:
            kit[piece] = _damped(rng, kit[piece])
    kit["brush"] = [pass_filter(sound, "highpass", 900.0, 1) for sound in kit["snare"][:1]]
    return kit


def _sum(one: Samples, other: Samples) -> Samples:
    out = np.zeros((max(len(one), len(other)), 2), dtype=np.float32)
    out[: len(one)] += one
    out[: len(other)] += other
    return out


def perform(kit: Kit, hits: list[Hit], length: int, rng: np.random.Generator, is_machine: bool = False) -> Samples:
    """The hits on a kit as [length, 2]: layers by velocity, strokes a little unlike each other, hats choked."""
    out = np.zeros((length + SAMPLE_RATE * 4, 2), dtype=np.float32)
    shift_db = _MACHINE_SHIFTS_DB if is_machine else _RECORDED_SHIFTS_DB
    gains = {
        piece: 10 ** ((level + shift_db.get(piece.split("_")[0], 0.0) + float(rng.normal(0, 2.0))) / 20)
        for piece, level in _LEVELS_DB.items()
    }
    curve = float(rng.uniform(1.0, 1.7))
    variants: dict[tuple[str, int], list[Samples]] = {}
    closings = sorted(hit.time_s for hit in hits if hit.piece in {"hat_closed", "hat_pedal"})
    for hit in hits:
        layers = kit.get(hit.piece) or kit["snare"]
        layer = min(len(layers) - 1, int(hit.velocity * len(layers) * 0.999))
        key = (hit.piece, layer)
        if key not in variants:
            variants[key] = _strokes(layers[layer], rng)
        sound = variants[key][int(rng.integers(3))]
        if hit.piece in {"hat_open", "hat_loose"}:
            sound = _choked(sound, hit.time_s, closings)
        start = int(hit.time_s * SAMPLE_RATE)
        if start < length:
            out[start : start + len(sound)] += sound * np.float32(gains[hit.piece] * hit.velocity**curve)
    return out[:length]


def _strokes(sound: Samples, rng: np.random.Generator) -> list[Samples]:
    """Three versions of one recording: pitch and brightness differ a little, as two strokes do."""
    versions = [sound]
    for cents in (float(rng.uniform(8, 25)), -float(rng.uniform(8, 25))):
        tuned = np.asarray(
            soxr.resample(sound, SAMPLE_RATE * 2 ** (cents / 1200), SAMPLE_RATE, quality="LQ"), dtype=np.float32
        )
        dull = pass_filter(tuned, "lowpass", 6000.0, 1)
        share = np.float32(rng.uniform(0.0, 0.35))
        versions.append(tuned * (1 - share) + dull * share)
    return versions


def _choked(sound: Samples, time_s: float, closings: list[float]) -> Samples:
    index = int(np.searchsorted(closings, time_s + 0.02))
    if index >= len(closings):
        return sound
    count = int((closings[index] - time_s) * SAMPLE_RATE)
    if count + 400 >= len(sound):
        return sound
    cut = sound[: count + 400].copy()
    cut[count:] *= np.linspace(1, 0, 400, dtype=np.float32)[:, None]
    return cut


def drum_stem(name: str, hits: list[Hit], length: int, rng: np.random.Generator) -> Samples:
    """The drums of a song, dry but shaped as drum buses are: equalised, compressed, driven; [length, 2]."""
    if name.startswith("font_"):
        extra = {"clap", "shaker", "tambourine"} if rng.random() < 0.5 else set()
        out = render_hits(
            [hit for hit in hits if hit.piece not in extra], length, _FONT_KITS[name[5:]], int(rng.integers(2))
        )
        if extra:
            level = np.float32(np.abs(out).max() + 1e-6)
            out = (
                out
                + perform(
                    build_kit("909", rng), [hit for hit in hits if hit.piece in extra], length, rng, is_machine=True
                )
                * level
            )
    else:
        from_font = _HAND_PERCUSSION if name not in _MACHINES and rng.random() < 0.7 else frozenset()
        out = perform(
            build_kit(name, rng),
            [hit for hit in hits if hit.piece not in from_font],
            length,
            rng,
            is_machine=name in _MACHINES,
        )
        hands = [hit for hit in hits if hit.piece in from_font]
        if hands:
            played = render_hits(hands, length, 0, int(rng.integers(2)))
            out = out + played * np.float32(
                10 ** (rng.uniform(-20, -10) / 20) * np.abs(out).max() / (np.abs(played).max() + 1e-6)
            )
    shapers: list[Callable[[Samples], Samples]] = []
    if rng.random() < 0.6:
        shapers.append(lambda samples: random_tone(samples, rng, 4.0))
    if rng.random() < 0.65:
        ratio, attack, release, depth = (
            float(rng.uniform(*span)) for span in ((1.5, 6), (0.002, 0.03), (0.05, 0.25), (3, 12))
        )
        shapers.append(lambda samples: compress(samples, ratio, attack, release, depth))
    if rng.random() < 0.35 or name.endswith("hard"):
        drive = float(rng.uniform(2, 10))
        shapers.append(lambda samples: saturate(samples, drive))
    for shaper in shapers:
        out = shaper(out)
    if name == "lofi":
        out = pass_filter(saturate(out, 8.0), "lowpass", float(rng.uniform(4000, 10000)), 2)
    return out
