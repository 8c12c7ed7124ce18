"""What a check found, and what that makes of a promise."""

from __future__ import annotations

import collections
import dataclasses
import datetime
import enum
from collections.abc import Collection, Mapping

from services.retention.domain.checks import PARTIES, UNLISTED, Check

LIFE = datetime.timedelta(hours=24)
"""Evidence that is older proves nothing."""
AGAIN_S = 60.0
"""A check that could not say is run again after this, unless it is due before."""

Figures = Mapping[str, int]


class State(enum.StrEnum):
    """Whether a promise is kept."""

    KEPT = "kept"
    BROKEN = "broken"
    CANNOT_SAY = "cannot_say"
    NOT_BUILT = "not_built"


class Reason(enum.StrEnum):
    """Why nobody can say."""

    NOT_RUN = "NOT_RUN"
    """The check has not been run yet."""
    STALE = "STALE"
    """It was not run for a day."""
    NOT_CONFIGURED = "NOT_CONFIGURED"
    """This installation does not name a service that it asks."""
    NO_ANSWER = "NO_ANSWER"
    """A service could not be reached."""
    TOO_SLOW = "TOO_SLOW"
    """It did not end in its time."""
    FAILED = "FAILED"
    """A service could not look."""
    INCOMPLETE = "INCOMPLETE"
    """A figure was missing, as when services are of different versions."""
    UNDECIDED = "UNDECIDED"
    """There is something that the check cannot judge."""


@dataclasses.dataclass(frozen=True)
class Finding:
    """What one run of a check found. `service` is whose part was missing."""

    check: str
    state: State
    seen_at: datetime.datetime
    figures: Figures = dataclasses.field(default_factory=dict)
    reason: str = ""
    service: str = ""
    fault: str = dataclasses.field(default="", compare=False)
    """The kind of error, for the log alone: it is not kept."""


@dataclasses.dataclass(frozen=True)
class Known:
    """The last finding of a check, and when it last found its promise kept."""

    finding: Finding
    kept_at: datetime.datetime | None


@dataclasses.dataclass(frozen=True)
class Before:
    """What was known of a check when a run of it ended, by whichever process, and what the log said of it last."""

    known: Known | None
    told: str = State.KEPT.value


@dataclasses.dataclass(frozen=True)
class Standing:
    """How a promise stands at a moment."""

    state: State
    reason: str = ""
    service: str = ""
    figures: Figures = dataclasses.field(default_factory=dict)
    broken_by: tuple[str, ...] = ()
    looked_at: datetime.datetime | None = None
    proved_at: datetime.datetime | None = None


def found(
    name: str, check: Check, answers: Mapping[str, Figures], listed: Collection[str], seen_at: datetime.datetime
) -> Finding:
    """What the figures of all services together mean. One that a service leaves out is not 0, whatever others tell."""
    total: collections.Counter[str] = collections.Counter()
    for figures in answers.values():
        # `+=` would drop those that are 0.
        total.update(figures)
    together = unlisted(dict(total), listed)
    for service, figures in answers.items():
        if any(each not in figures for each in check.figures_of(service)):
            return Finding(name, State.CANNOT_SAY, seen_at, together, Reason.INCOMPLETE, service)
    return judged(name, check, together, seen_at)


def judged(name: str, check: Check, figures: Figures, seen_at: datetime.datetime) -> Finding:
    """What these figures mean. Whatever is missing, or cannot be judged, is never taken for kept."""
    missing = [each for each in check.figures if each not in figures]
    if missing:
        return Finding(name, State.CANNOT_SAY, seen_at, figures, Reason.INCOMPLETE)
    if any(figures[each] for each in check.none_of):
        return Finding(name, State.BROKEN, seen_at, figures)
    if any(figures[each] for each in check.unless):
        return Finding(name, State.CANNOT_SAY, seen_at, figures, Reason.UNDECIDED)
    return Finding(name, State.KEPT, seen_at, figures)


def cannot_say(name: str, reason: str, seen_at: datetime.datetime, service: str = "", fault: str = "") -> Finding:
    """A run that came to nothing."""
    return Finding(name, State.CANNOT_SAY, seen_at, reason=reason, service=service, fault=fault)


def unlisted(figures: Figures, listed: Collection[str]) -> Figures:
    """The figures, with the number of parties in use that are not listed where these are about parties."""
    if not all(figure in figures for figure in PARTIES):
        return figures
    count = sum(figures[figure] for figure, party in PARTIES.items() if party not in listed)
    return {**figures, UNLISTED: count}


def standing(check: Check, known: Known | None, now: datetime.datetime) -> Standing:
    """How a promise stands that this check proves: by evidence of the last day, or not at all."""
    if not check.is_built:
        return Standing(State.NOT_BUILT)
    if known is None:
        return Standing(State.CANNOT_SAY, Reason.NOT_RUN)
    found = known.finding
    if now - found.seen_at >= LIFE:
        return Standing(
            State.CANNOT_SAY, Reason.STALE, "", found.figures, looked_at=found.seen_at, proved_at=known.kept_at
        )
    broken_by = tuple(each for each in check.none_of if found.figures.get(each)) if found.state is State.BROKEN else ()
    return Standing(found.state, found.reason, found.service, found.figures, broken_by, found.seen_at, known.kept_at)


def said(finding: Finding) -> str:
    """What the log says of it: figures that change alone are no news."""
    return f"{finding.state} {finding.reason} {finding.service}".strip()


def is_news(before: Before, finding: Finding) -> bool:
    """Whether the log has to say it: what it has not said yet, and nobody found out anything since.

    That nobody can say is news once it was found twice in a row: services that start together look for each other.
    """
    if before.known is not None and before.known.finding.seen_at > finding.seen_at:
        return False
    is_blind_before = before.known is not None and before.known.finding.state is State.CANNOT_SAY
    if finding.state is State.CANNOT_SAY and not is_blind_before:
        return False
    return said(finding) != before.told


def is_alarming(before: Before, finding: Finding) -> bool:
    """Whether somebody has to look: not for what is kept, and not for what never was, which the metrics tell."""
    if finding.state is State.BROKEN:
        return before.known is not None and before.known.kept_at is not None
    return finding.state is State.CANNOT_SAY


def due_again(check: Check, finding: Finding) -> datetime.datetime:
    """When a check is to be run next after this."""
    is_blind = finding.state is State.CANNOT_SAY
    return finding.seen_at + datetime.timedelta(seconds=min(check.every_s, AGAIN_S) if is_blind else check.every_s)
