"""What the drummer plays: grooves of many styles, fills, crashes and hand percussion, as hits."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from inference.training.synthesis.composition import Plan, Section
from inference.training.synthesis.events import Hit
from inference.training.synthesis.genres import GENRES
from inference.training.synthesis.grooves import BRUSH_GROOVES, GROOVES, PERCUSSION

PIECES = (
    "kick",
    "snare",
    "sidestick",
    "hat_closed",
    "hat_pedal",
    "hat_open",
    "hat_loose",
    "ride",
    "bell",
    "crash",
    "crash2",
    "china",
    "tom_high",
    "tom_mid",
    "tom_low",
    "clap",
    "tambourine",
    "shaker",
    "conga_high",
    "conga_low",
    "cowbell",
    "bongo_high",
    "bongo_low",
    "claves",
    "rim",
    "brush",
)
_VELOCITIES = {"X": 1.0, "x": 0.74, "o": 0.3, "-": 0.5}
_HATS = ("hat_closed", "ride", "hat_loose", "hat_open")


def _strokes(rng: np.random.Generator, pattern: str, steps: int, bar: int) -> list[tuple[int, float]]:
    """Steps and velocities of one bar of a pattern string; patterns of two bars alternate."""
    bars = max(1, len(pattern) // 16)
    offset = (bar % bars) * 16
    strokes = []
    for step in range(steps):
        sign = pattern[offset + step]
        if sign == "?":
            if rng.random() < 0.3:
                strokes.append((step, 0.6))
        elif sign in _VELOCITIES:
            strokes.append((step, _VELOCITIES[sign]))
    return strokes


def _vary(rng: np.random.Generator, groove: dict[str, str], amount: float) -> dict[str, str]:
    """A drummer's own version of a groove: kicks moved, ghost notes added, hats thinned or opened."""
    varied = dict(groove)
    for piece in ("kick", "snare"):
        if piece not in varied:
            continue
        signs = list(varied[piece])
        for step, sign in enumerate(signs):
            if sign == "." and step % 4 != 0 and rng.random() < amount * (0.10 if piece == "kick" else 0.06):
                signs[step] = "x" if piece == "kick" else "o"
            elif sign in "x?" and step % 8 != 0 and rng.random() < amount * 0.15:
                signs[step] = "."
        varied[piece] = "".join(signs)
    if "hat_closed" in varied and rng.random() < 0.25 * amount:
        signs = list(varied["hat_closed"])
        step = int(rng.choice([6, 14, 10, 2]))
        if signs[step] != ".":
            opened = ["."] * len(signs)
            opened[step] = "x"
            signs[step] = "."
            varied["hat_closed"] = "".join(signs)
            varied.setdefault("hat_open", "".join(opened))
    return varied


def _rolls(rng: np.random.Generator, plan: Plan, bar_beat: float) -> list[Hit]:
    """A run of fast hats, as trap has them: 24ths, 32nds or triplets within one beat."""
    start = bar_beat + float(rng.choice([1, 2, 3, 3.5, 2.5]))
    length = float(rng.choice([0.5, 0.5, 1.0]))
    count = int(rng.choice([4, 6, 8])) if length > 0.5 else int(rng.choice([3, 4, 6]))
    slope = rng.uniform(-0.3, 0.3)
    return [
        Hit(
            plan.time_s(start + length * k / count),
            "hat_closed",
            float(np.clip(0.55 + slope * (k / count - 0.5), 0.2, 0.9)),
        )
        for k in range(count)
    ]


def _fill(rng: np.random.Generator, plan: Plan, bar_beat: float, intensity: float) -> tuple[float, list[Hit]]:
    """A fill at the end of a bar: where in the bar it starts (beats) and its hits."""
    length = float(rng.choice([1.0, 2.0, 2.0, 3.0, 4.0], p=[0.35, 0.3, 0.15, 0.1, 0.1]))
    length = min(length, float(plan.beats_per_bar))
    start = plan.beats_per_bar - length
    division = int(rng.choice([4, 4, 3, 2] if plan.tempo_bpm < 150 else [2, 2, 4, 3]))
    count = int(length * division)
    kind = rng.choice(["toms", "snare", "mixed", "linear"])
    order = ["snare", "tom_high", "tom_mid", "tom_low"]
    hits = []
    for k in range(count):
        position = k / count
        if kind == "toms":
            piece = order[min(3, int(position * 4))]
        elif kind == "snare":
            piece = "snare"
        elif kind == "linear":
            piece = ["snare", "kick", "tom_mid", "kick"][k % 4]
        else:
            piece = order[int(rng.integers(4))]
        if rng.random() < 0.15 and k:
            continue
        velocity = float(np.clip(0.5 + 0.4 * position * intensity + rng.normal(0, 0.08), 0.2, 1.0))
        hits.append(Hit(plan.time_s(bar_beat + start + k / division), piece, velocity))
    if rng.random() < 0.5:
        hits.extend(Hit(plan.time_s(bar_beat + start + beat), "kick", 0.7) for beat in range(int(length)))
    return start, hits


class Drummer:
    """Plays a plan: one groove per kind of section, varied once, with fills between sections."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._rng = plan.generator("drummer")
        genre = GENRES[plan.genre]
        self._choices = genre.grooves
        self._home = str(self._rng.choice(self._choices))
        self._grooves: dict[str, dict[str, str]] = {}
        self._fill_odds = float(self._rng.uniform(0.3, 0.95))
        self._fourth_bar_odds = float(self._rng.uniform(0.0, 0.35))
        self._crash_odds = float(self._rng.uniform(0.3, 1.0))
        self.tightness_s = float(self._rng.choice([0.0, 0.002, 0.005, 0.008]))
        self._percussion = [str(name) for name in self._rng.choice(sorted(PERCUSSION), size=2, replace=False)]
        self._has_percussion = self._rng.random() < genre.percussion or self._home == "percussion_only"
        self._ride_in_chorus = self._rng.random() < 0.3

    def play(self) -> list[Hit]:
        """The hits of the whole song, in time order."""
        hits: list[Hit] = []
        sections = self._plan.sections
        for section, following in pairwise((*sections, None)):
            assert section is not None
            if "drums" in section.silent:
                if following is not None and "drums" not in following.silent and self._rng.random() < 0.6:
                    last = (section.start_bar + section.bars - 1) * self._plan.beats_per_bar
                    hits.extend(_fill(self._rng, self._plan, last, 0.8)[1])
                continue
            hits.extend(self._section(section, following is not None))
        if self._rng.random() < 0.7 and "drums" not in sections[-1].silent:
            end = (sections[-1].start_bar + sections[-1].bars) * self._plan.beats_per_bar
            hits.extend((Hit(self._plan.time_s(end), "kick", 0.9), Hit(self._plan.time_s(end), "crash", 0.9)))
        return sorted(self._humanised(hits), key=lambda hit: hit.time_s)

    def _groove_of(self, section: Section) -> dict[str, str]:
        kind = section.name
        if kind not in self._grooves:
            name = self._home if self._rng.random() < 0.65 else str(self._rng.choice(self._choices))
            groove = _vary(self._rng, GROOVES[name], float(self._rng.uniform(0.0, 1.5)))
            if name not in BRUSH_GROOVES and section.intensity < 0.55 and self._rng.random() < 0.5:
                dropped = str(self._rng.choice([piece for piece in groove if piece != "kick"] or ["kick"]))
                groove = {piece: signs for piece, signs in groove.items() if piece != dropped}
            if kind == "chorus" and self._ride_in_chorus and "hat_closed" in groove and "ride" not in groove:
                groove[str(self._rng.choice(["ride", "hat_loose", "crash2"]))] = groove.pop("hat_closed").replace(
                    "o", "."
                )
            self._grooves[kind] = groove
        return self._grooves[kind]

    def _section(self, section: Section, has_next: bool) -> list[Hit]:
        plan, rng = self._plan, self._rng
        groove = self._groove_of(section)
        steps = plan.beats_per_bar * 4
        hits: list[Hit] = []
        loud = 0.62 + 0.38 * section.intensity
        for bar in range(section.bars):
            beat = float((section.start_bar + bar) * plan.beats_per_bar)
            is_last = bar == section.bars - 1
            stop = float(plan.beats_per_bar)
            fills = (is_last and has_next and rng.random() < self._fill_odds) or (
                bar % 4 == 3 and rng.random() < self._fourth_bar_odds
            )
            if fills:
                stop, fill = _fill(rng, plan, beat, section.intensity)
                hits.extend(fill)
            for piece, pattern in groove.items():
                for step, velocity in _strokes(rng, pattern, steps, bar):
                    if step / 4 < stop or piece.startswith("hat_pedal"):
                        hits.append(Hit(plan.time_s(beat + step / 4), piece, velocity * loud))
            if bar == 0 and rng.random() < self._crash_odds * section.intensity:
                hits.append(
                    Hit(
                        plan.time_s(beat),
                        str(rng.choice(["crash", "crash", "crash2", "china"])),
                        0.6 + 0.4 * section.intensity,
                    )
                )
            if plan.genre in {"trap", "hiphop"} and rng.random() < (0.5 if plan.genre == "trap" else 0.05):
                hits.extend(_rolls(rng, plan, beat))
            if self._has_percussion:
                hits.extend(self._hands(beat, steps, bar, section))
        return hits

    def _hands(self, beat: float, steps: int, bar: int, section: Section) -> list[Hit]:
        names = self._percussion[: 2 if section.intensity > 0.7 else 1]
        return [
            Hit(self._plan.time_s(beat + step / 4), piece, velocity * 0.8)
            for name in names
            for piece, pattern in PERCUSSION[name].items()
            for step, velocity in _strokes(self._rng, pattern, steps, bar)
        ]

    def _humanised(self, hits: list[Hit]) -> list[Hit]:
        rng = self._rng
        late = {
            "snare": float(rng.normal(0.0, 1.2)) * self.tightness_s,
            "hat_closed": float(rng.normal(0.0, 0.7)) * self.tightness_s,
        }
        spread = 0.03 if self.tightness_s == 0.0 else 0.09
        return [
            Hit(
                max(0.0, hit.time_s + late.get(hit.piece, 0.0) + float(rng.normal(0.0, 1.0)) * self.tightness_s),
                hit.piece,
                float(np.clip(hit.velocity * (1.0 + rng.normal(0.0, spread)), 0.05, 1.0)),
            )
            for hit in hits
        ]
