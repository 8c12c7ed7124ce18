"""What the owner of a song may want to know of its separation."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping


@dataclasses.dataclass(frozen=True)
class Remark:
    """A word for programs, a sentence for people, and its figures. The word is empty where nobody gave one."""

    code: str
    text: str
    facts: Mapping[str, str] = dataclasses.field(default_factory=dict)


def remarks_of(texts: Iterable[str], coded: Iterable[Remark]) -> tuple[Remark, ...]:
    """Each sentence with what is known of it."""
    known = {remark.text: remark for remark in coded}
    return tuple(known.get(text, Remark("", text)) for text in texts)
