"""Versions of the privacy policy, who accepted which, and who was told of one."""

from __future__ import annotations

import dataclasses
import datetime
import enum
from collections.abc import Mapping, Sequence

UNNAMED = 0
"""In place of the version in force, of whoever signed up before auth was told of any; it gets its number later."""


@dataclasses.dataclass(frozen=True)
class PolicyVersion:
    """One that retention publishes. `changes` says by language what is new in it, and is empty in the first ones."""

    version: int
    in_force_from: datetime.datetime
    changes: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Acceptance:
    """That a person accepted a version, and when; by signing up, or because they were asked."""

    version: int
    accepted_at: datetime.datetime
    at_sign_up: bool


class Way(enum.StrEnum):
    """How somebody was told of a version; once for each."""

    MAIL = "mail"
    NOTICE = "notice"
    """As it was to come."""
    QUESTION = "question"
    """A notice that asked them to accept it, once it was in force, and that they put off."""
    OPERATOR = "operator"
    """Whoever runs the installation made the account and gives the link to it; the person is asked as they come."""


@dataclasses.dataclass(frozen=True)
class Telling:
    """That a person was told of a version."""

    version: int
    way: Way


@dataclasses.dataclass(frozen=True)
class PolicyStanding:
    """How a person stands towards the policy."""

    accepted: tuple[Acceptance, ...]
    """The newest first."""
    in_force: PolicyVersion | None = None
    is_accepted: bool = False
    """Whether they have accepted the version in force."""
    is_asked: bool = False
    """Whether a notice is to ask them for it: once, as long as they have not accepted it."""
    coming: PolicyVersion | None = None
    """The next one, whose day is still to come."""
    is_told: bool = False
    """Whether a notice is to tell them of that: once."""


def in_force(versions: Sequence[PolicyVersion], at: datetime.datetime) -> PolicyVersion | None:
    """The newest whose day has come; before the first one's day the first, as retention has it; None without any."""
    begun = [each for each in versions if each.in_force_from <= at]
    if begun:
        return max(begun, key=lambda each: each.version)
    return min(versions, key=lambda each: each.version, default=None)


def number_in_force(versions: Sequence[PolicyVersion], at: datetime.datetime) -> int:
    """Its number, or UNNAMED."""
    current = in_force(versions, at)
    return current.version if current is not None else UNNAMED


def coming(versions: Sequence[PolicyVersion], at: datetime.datetime) -> PolicyVersion | None:
    """The next whose day is still to come."""
    current = number_in_force(versions, at)
    ahead = [each for each in versions if each.in_force_from > at and each.version > current]
    return min(ahead, key=lambda each: each.version, default=None)


def named(acceptance: Acceptance, versions: Sequence[PolicyVersion]) -> Acceptance:
    """With the number of the version that was in force then, where it had none."""
    if acceptance.version != UNNAMED:
        return acceptance
    return dataclasses.replace(acceptance, version=number_in_force(versions, acceptance.accepted_at))


def standing(
    versions: Sequence[PolicyVersion],
    acceptances: Sequence[Acceptance],
    tellings: Sequence[Telling],
    now: datetime.datetime,
) -> PolicyStanding:
    """How somebody with these stands at a moment."""
    accepted = {each.version: each for each in sorted((named(one, versions) for one in acceptances), key=_age)}
    newest_first = tuple(accepted[version] for version in sorted(accepted, reverse=True))
    current, following = in_force(versions, now), coming(versions, now)
    if current is None:
        return PolicyStanding(newest_first)
    noticed = {(each.version, each.way) for each in tellings}
    is_accepted = current.version in accepted
    return PolicyStanding(
        newest_first,
        current,
        is_accepted=is_accepted,
        is_asked=not is_accepted and (current.version, Way.QUESTION) not in noticed,
        coming=following,
        is_told=following is not None and (following.version, Way.NOTICE) not in noticed,
    )


def _age(acceptance: Acceptance) -> float:
    # The earlier one is put in last, and stands.
    return -acceptance.accepted_at.timestamp()
