"""What a listener should know of a separation: a word for programs, a sentence for people, and its figures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class RemarkCode(StrEnum):
    """Everything that a worker remarks on. A client has words of its own for each."""

    DOWNMIXED = "DOWNMIXED"
    PICTURES_IGNORED = "PICTURES_IGNORED"
    VIDEO_IGNORED = "VIDEO_IGNORED"
    TRACKS_IGNORED = "TRACKS_IGNORED"
    DAMAGE_SKIPPED = "DAMAGE_SKIPPED"
    ENDS_EARLY = "ENDS_EARLY"
    CLIPPED = "CLIPPED"
    CLIPPED_RARELY = "CLIPPED_RARELY"
    NOT_NUMBERS_REPLACED = "NOT_NUMBERS_REPLACED"
    CHANNELS_CHANGED = "CHANNELS_CHANGED"
    MODEL_VALUES_REPLACED = "MODEL_VALUES_REPLACED"


@dataclass(frozen=True, slots=True)
class Remark:
    """One of them, or a sentence of before there were words, whose code is empty."""

    code: str
    text: str
    facts: tuple[tuple[str, str], ...] = ()
    """The sentence's figures by their names, units last."""


def remark(code: RemarkCode, text: str, **figures: int | float) -> Remark:
    """A remark; `text` may name the figures as `str.format` does."""
    facts = ((name, f"{value:.1f}" if isinstance(value, float) else str(value)) for name, value in figures.items())
    return Remark(code.value, text.format(**figures), tuple(facts))


def remarks_of(texts: Iterable[str], coded: Iterable[Remark]) -> tuple[Remark, ...]:
    """Each sentence with what is known of it."""
    known = {each.text: each for each in coded}
    return tuple(known.get(text, Remark("", text)) for text in texts)
