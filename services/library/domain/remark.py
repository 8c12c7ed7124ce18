"""What a listener should know of a track: a word for programs, a sentence for people, and its figures."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable


@dataclasses.dataclass(frozen=True)
class Remark:
    """As separation made it. The code is empty in one of before there were codes."""

    code: str
    text: str
    facts: tuple[tuple[str, str], ...] = ()


def remarks_of(texts: Iterable[str], coded: Iterable[Remark]) -> tuple[Remark, ...]:
    """Each sentence with what is known of it."""
    known = {remark.text: remark for remark in coded}
    return tuple(known.get(text, Remark("", text)) for text in texts)


def joined(first: Iterable[Remark], second: Iterable[Remark]) -> tuple[Remark, ...]:
    """Each sentence once, in order, with its code where either has it."""
    by_text: dict[str, Remark] = {}
    for remark in (*first, *second):
        known = by_text.get(remark.text)
        if known is None or not known.code:
            by_text[remark.text] = remark
    return tuple(by_text.values())
