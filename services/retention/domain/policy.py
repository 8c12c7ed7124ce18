"""The privacy policy as data: what each clause tells people, and what proves it."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import json
import re
from collections.abc import Collection, Iterator, Mapping

LANGUAGES = ("en", "de")
LABELS = ("frame", "data", "deadline", "basis", "parties")
"""Kinds of words that clauses are told with; of the last four, clauses use the names."""
FRAME: Mapping[str, int] = {
    **dict.fromkeys(("version", "from", "data", "deadline", "basis", "parties", "versions", "home"), 1),
    "coming": 2,
}
"""Words that whoever shows a policy needs around its clauses, each with the first version that must have it."""
CHANGES_SINCE = 3
"""The first version that must say what is new in it: whoever accepted the one before is asked for it by these words."""
_CLAUSE_FIELDS = frozenset({"id", "title", "text", "data", "deadline", "basis", "parties", "check", "evidence"})
_UNTOLD = frozenset({"check", "evidence"})
"""What no reader of the policy sees: how it is proved, which may change without a new version."""
_ID = re.compile(r"\d{1,2}(\.\d{1,2})?")

Words = Mapping[str, str]
"""A text by language."""


class PolicyInvalid(Exception):
    """The policy cannot be published; one fault a line."""


@dataclasses.dataclass(frozen=True)
class Clause:
    """One promise. `data`, `deadline`, `basis` and `parties` are names of labels."""

    clause_id: str
    title: Words
    text: Words
    data: tuple[str, ...]
    deadline: str
    basis: str
    parties: tuple[str, ...]
    check: str
    evidence: str


@dataclasses.dataclass(frozen=True)
class Section:
    """What clauses stand under, by the number before the dot."""

    section_id: str
    title: Words


@dataclasses.dataclass(frozen=True)
class Policy:
    """One published version."""

    version: int
    date: datetime.date
    title: Words
    lead: Words
    labels: Mapping[str, Mapping[str, Words]]
    sections: tuple[Section, ...]
    clauses: tuple[Clause, ...]
    digest: str
    """Of all that a reader sees."""
    changes: Words = dataclasses.field(default_factory=dict)
    """What is new in it; without words in the first versions."""


def read_policy(document: Mapping[str, object], classes: Collection[str], checks: Collection[str]) -> Policy:
    """The policy of a document. Raises PolicyInvalid with every fault there is."""
    faults = list(_faults(document, classes, checks))
    if faults:
        raise PolicyInvalid("\n".join(faults))
    return Policy(
        version=_int(document["version"]),
        date=_date(document["date"]),
        title=_words(document["title"]),
        lead=_words(document["lead"]),
        labels={
            kind: {name: _words(said) for name, said in _map(of).items()} for kind, of in _labels(document).items()
        },
        sections=tuple(Section(str(each["id"]), _words(each["title"])) for each in _list(document, "sections")),
        clauses=tuple(_clause(each) for each in _list(document, "clauses")),
        digest=digest_of(document),
        changes=_words(document["changes"]) if "changes" in document else {},
    )


def digest_of(document: Mapping[str, object]) -> str:
    """SHA-256 of all that a reader sees, whatever order it is written in."""
    clauses = [{k: v for k, v in each.items() if k not in _UNTOLD} for each in _list(document, "clauses")]
    told = json.dumps({**document, "clauses": clauses}, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(told.encode()).hexdigest()


def in_force(policies: Mapping[int, Policy], today: datetime.date) -> Policy:
    """The newest whose day has come; before the first one's day, the first."""
    begun = (number for number, policy in policies.items() if policy.date <= today)
    return policies[max(begun, default=min(policies))]


def frame_of(policies: Mapping[int, Policy], policy: Policy) -> Mapping[str, Words]:
    """The words around a version's clauses: its own, and those that only later ones have."""
    return {**policies[max(policies)].labels["frame"], **policy.labels["frame"]}


def _faults(document: Mapping[str, object], classes: Collection[str], checks: Collection[str]) -> Iterator[str]:
    missing = {"version", "date", "title", "lead", "labels", "sections", "clauses"} - document.keys()
    if missing:
        yield f"the policy lacks {', '.join(sorted(missing))}"
        return
    labels = _labels(document)
    yield from (f"labels.{kind} is no kind of label: {', '.join(LABELS)} are" for kind in labels.keys() - {*LABELS})
    yield from _frame_faults(_map(labels.get("frame")), _int(document["version"]))
    for kind in LABELS:
        for name, said in _map(labels.get(kind)).items():
            yield from _unsaid(f"the label {kind}.{name}", said)
    for name in sorted(set(_map(labels.get("data"))) - set(classes)):
        yield f"{name} is no class of the data map"
    sections = [str(each.get("id")) for each in _list(document, "sections")]
    for part in ("title", "lead"):
        yield from _unsaid(f"the policy's {part}", document[part])
    if "changes" in document or _int(document["version"]) >= CHANGES_SINCE:
        yield from _unsaid("what is new in the policy", document.get("changes"))
    for section in _list(document, "sections"):
        yield from _unsaid(f"section {section.get('id')}", section.get("title"))
    seen: set[str] = set()
    for clause in _list(document, "clauses"):
        yield from _clause_faults(clause, labels, sections, checks)
        if str(clause.get("id")) in seen:
            yield f"clause {clause.get('id')} is there twice"
        seen.add(str(clause.get("id")))


def _frame_faults(frame: Mapping[str, object], version: int) -> Iterator[str]:
    needed = {name for name, since in FRAME.items() if since <= version}
    yield from (f"labels.frame lacks {name}, which is shown around clauses" for name in sorted(needed - frame.keys()))
    yield from (f"labels.frame has {name}, which is shown nowhere" for name in sorted(frame.keys() - needed))


def _clause_faults(
    clause: Mapping[str, object], labels: Mapping[str, object], sections: Collection[str], checks: Collection[str]
) -> Iterator[str]:
    what = f"clause {clause.get('id')}"
    if clause.keys() != _CLAUSE_FIELDS:
        yield f"{what} must say {', '.join(sorted(_CLAUSE_FIELDS))}, and nothing else"
        return
    if not _ID.fullmatch(str(clause["id"])) or str(clause["id"]).partition(".")[0] not in sections:
        yield f"{what} stands under no section"
    yield from _unsaid(f"the title of {what}", clause["title"])
    yield from _unsaid(f"the text of {what}", clause["text"])
    for kind in LABELS[1:]:
        given = clause[kind] if isinstance(clause[kind], list) else [clause[kind]]
        known = _map(labels.get(kind))
        yield from (f"{what} names {name}, which is no label of {kind}" for name in _names(given) if name not in known)
    if not clause["data"]:
        yield f"{what} is about no data"
    if clause["check"] not in checks:
        yield f"{what} is proved by {clause['check']}, which is no check: name one of domain/checks.py"
    if not clause["evidence"]:
        yield f"{what} does not say what evidence its check leaves"


def _unsaid(what: str, said: object) -> Iterator[str]:
    words = _map(said)
    yield from (f"{what} is not said in {language}" for language in LANGUAGES if not words.get(language))


def _clause(each: Mapping[str, object]) -> Clause:
    return Clause(
        clause_id=str(each["id"]),
        title=_words(each["title"]),
        text=_words(each["text"]),
        data=_names(each["data"]),
        deadline=str(each["deadline"]),
        basis=str(each["basis"]),
        parties=_names(each["parties"]),
        check=str(each["check"]),
        evidence=str(each["evidence"]),
    )


def _labels(document: Mapping[str, object]) -> Mapping[str, object]:
    return _map(document.get("labels"))


def _map(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _list(document: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    value = document.get(name)
    return [_map(each) for each in value] if isinstance(value, list) else []


def _names(value: object) -> tuple[str, ...]:
    return tuple(str(each) for each in value) if isinstance(value, list | tuple) else ()


def _words(value: object) -> Words:
    return {language: str(_map(value)[language]) for language in LANGUAGES}


def _int(value: object) -> int:
    if not isinstance(value, int):
        raise PolicyInvalid("the policy's version is no number")
    return value


def _date(value: object) -> datetime.date:
    # A moment is a date to Python, and cannot be compared with one.
    if not isinstance(value, datetime.date) or isinstance(value, datetime.datetime):
        raise PolicyInvalid("the policy's date is no date")
    return value
