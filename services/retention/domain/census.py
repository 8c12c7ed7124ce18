"""What all services together hold of a person, and the words for it."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping, Sequence

from services.retention.domain.account_erasure import HOLDERS
from services.retention.domain.checks import ITSELF
from services.retention.domain.policy import LANGUAGES, Policy, PolicyInvalid, Words

ASKED = (*HOLDERS, ITSELF)
"""Whoever holds something of people, in the order in which it is told."""


@dataclasses.dataclass(frozen=True)
class Holding:
    """Things of one kind, as their holder counted them. Its class, deadline and basis are words of the policy."""

    kind: str
    data_class: str
    count: int
    kept: str
    basis: str
    is_at_least: bool = False
    oldest: datetime.datetime | None = None
    newest: datetime.datetime | None = None
    size_bytes: int | None = None


@dataclasses.dataclass(frozen=True)
class Term:
    """A word of the policy, and what it says for people; empty where the policy in force does not have it."""

    word: str
    text: Words = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class KindWords:
    """What a kind is called, and what it is used for."""

    title: Words
    use: Words


KindsInWords = Mapping[str, Mapping[str, KindWords]]
"""Holder -> kind -> words."""


@dataclasses.dataclass(frozen=True)
class Held:
    """A holding, told in words."""

    holder: str
    holding: Holding
    words: KindWords | None
    """None of a kind that came with a newer holder: it is told by its own name."""
    data_class: Term
    kept: Term
    basis: Term


@dataclasses.dataclass(frozen=True)
class Census:
    """What is held of a person; of holders that could not be asked nothing is known."""

    asked_at: datetime.datetime
    held: Sequence[Held]
    away: Mapping[str, str]
    """Holder -> one word for why it did not say."""


def told(holder: str, holding: Holding, words: KindsInWords, policy: Policy) -> Held:
    """A holding in the words of the policy in force."""

    def term(label: str, word: str) -> Term:
        return Term(word, policy.labels[label].get(word, {}))

    return Held(
        holder,
        holding,
        words.get(holder, {}).get(holding.kind),
        term("data", holding.data_class),
        term("deadline", holding.kept),
        term("basis", holding.basis),
    )


def read_words(document: Mapping[str, object]) -> KindsInWords:
    """The words of a document. Raises PolicyInvalid for what is not said in every language."""
    return {
        holder: {kind: KindWords(*_said(f"{holder}.{kind}", each)) for kind, each in _map(kinds).items()}
        for holder, kinds in document.items()
    }


def _said(kind: str, each: object) -> tuple[Words, Words]:
    said = tuple({name: str(text) for name, text in _map(_map(each).get(part)).items()} for part in ("title", "use"))
    if any(words.keys() != set(LANGUAGES) or not all(words.values()) for words in said):
        raise PolicyInvalid(f"{kind} must have title and use, each in {', '.join(LANGUAGES)}")
    return said[0], said[1]


def _map(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
