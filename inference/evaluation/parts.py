"""Which of a model's stems are compared with which of the true ones, whatever stems the model makes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from inference.evaluation.songs import STEMS
from services.library.domain.mixing import is_voice

_NAMED = {"drums": "drums", "bass": "bass"}
_INSTRUMENTAL = ("drums", "bass", "other")


@dataclass(frozen=True)
class Part:
    """One comparison: some of the model's stems, summed, against some of the true ones, summed."""

    name: str
    stems: tuple[str, ...]
    truths: tuple[str, ...]


def parts_of(stems: Sequence[str]) -> tuple[Part, ...]:
    """The comparisons that a model's stems allow; none where no name of them is known.

    All its voices are `vocals`; drums and bass are themselves. Whatever else it makes is summed, because the true stems
    have no guitar or piano of their own, and compared with the sum of the true stems that are left: `other`, or for a
    model of two stems `instrumental`.
    """
    found = {stem: "vocals" if is_voice(stem) else _NAMED.get(stem, "") for stem in stems}
    named = [truth for truth in STEMS if truth in found.values()]
    if not named:
        return ()
    parts = [Part(truth, tuple(stem for stem in stems if found[stem] == truth), (truth,)) for truth in named]
    rest = tuple(stem for stem in stems if not found[stem])
    left = tuple(truth for truth in STEMS if truth not in named)
    if rest:
        parts.append(Part("instrumental" if left == _INSTRUMENTAL else " + ".join(left), rest, left))
    return tuple(parts)
