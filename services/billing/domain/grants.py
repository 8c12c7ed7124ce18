"""Grants: seconds that a person was given, for what, and until when."""

from __future__ import annotations

import dataclasses
import datetime
import enum

from services.billing.domain.errors import GrantInvalid, GrantMismatch
from services.billing.domain.month import Month

REFERENCE_CHARACTERS_MAX = 200


class Source(enum.Enum):
    """What seconds were granted for."""

    PLAN_MONTH = "plan_month"
    """A calendar month on a plan that renews by them."""
    PLAN_PERIOD = "plan_period"
    """A paid period of a subscription."""
    TRIAL = "trial"
    TOP_UP = "top_up"
    COURTESY = "courtesy"
    """Given by an operator."""
    CORRECTION = "correction"
    """Given back after a refund or a dispute that came to nothing."""


OF_SUBSCRIPTIONS = frozenset({Source.PLAN_PERIOD, Source.TRIAL})


class Renewal(enum.Enum):
    """What brings a person's next seconds."""

    CALENDAR_MONTH = "calendar_month"
    """The first reservation of a month."""
    SUBSCRIPTION = "subscription"
    """Whoever grants its periods, once they are paid."""


@dataclasses.dataclass(frozen=True)
class Account:
    """The plan that a person was put on, if any, and what brings its seconds."""

    plan: str | None = None
    renewal: Renewal = Renewal.CALENDAR_MONTH


@dataclasses.dataclass(frozen=True)
class Order:
    """What is to be granted. `reference` is the world's name for its cause, such as an invoice's id.

    One source and reference make one grant, however often it is ordered.
    """

    owner_id: str
    source: Source
    reference: str
    seconds: int
    starts_at: datetime.datetime
    expires_at: datetime.datetime
    plan: str | None = None


@dataclasses.dataclass(frozen=True)
class Grant:
    """Seconds of a person that may be used from `starts_at` on and before `expires_at`.

    `nominal_s` is what was ordered; a line of grants that replace each other has one `origin_id`, and `kept_s` is what
    the person keeps of the nominal seconds of the one that this one replaces.
    """

    grant_id: str
    owner_id: str
    source: Source
    plan: str | None
    nominal_s: int
    starts_at: datetime.datetime
    expires_at: datetime.datetime
    granted_at: datetime.datetime
    origin_id: str
    replaces_id: str | None = None
    kept_s: int = 0

    def is_live(self, at: datetime.datetime) -> bool:
        """Whether it may be used at that moment."""
        return self.starts_at <= at < self.expires_at

    def is_over(self, at: datetime.datetime) -> bool:
        """Whether it has ended by that moment."""
        return self.expires_at <= at


def grant_id_of(source: Source, reference: str) -> str:
    """A grant is named by what it was granted for, so that granting twice meets the first."""
    return f"{source.value}:{reference}"


def granted(order: Order, at: datetime.datetime, replaced: Grant | None = None, kept_s: int = 0) -> Grant:
    """The grant of an order, in the line of the one that it replaces. Raises GrantInvalid, GrantMismatch."""
    named = 0 < len(order.reference) <= REFERENCE_CHARACTERS_MAX and order.owner_id
    if not named or order.seconds < 0 or order.starts_at >= order.expires_at or order.source is Source.PLAN_MONTH:
        raise GrantInvalid
    if replaced is None:
        kept_s = 0
    elif replaced.owner_id != order.owner_id:
        raise GrantMismatch
    elif not 0 <= kept_s <= replaced.nominal_s:
        raise GrantInvalid
    grant_id = grant_id_of(order.source, order.reference)
    return Grant(
        grant_id=grant_id,
        owner_id=order.owner_id,
        source=order.source,
        plan=order.plan,
        nominal_s=order.seconds,
        starts_at=order.starts_at,
        expires_at=order.expires_at,
        granted_at=at,
        origin_id=replaced.origin_id if replaced else grant_id,
        replaces_id=replaced.grant_id if replaced else None,
        kept_s=kept_s,
    )


def same(there: Grant, wanted: Grant) -> Grant:
    """The grant that is there, for one that was ordered again. Raises GrantMismatch when the terms are others."""
    # When it was granted, and so whose line it joined, is no part of what was ordered.
    if dataclasses.replace(wanted, granted_at=there.granted_at, origin_id=there.origin_id) != there:
        raise GrantMismatch
    return there


def month_grant(owner_id: str, month: Month, plan: str, seconds: int, at: datetime.datetime) -> Grant:
    """The grant of a calendar month. The migration that brought grants makes the same name in SQL."""
    grant_id = grant_id_of(Source.PLAN_MONTH, f"{owner_id}:{month}")
    return Grant(
        grant_id=grant_id,
        owner_id=owner_id,
        source=Source.PLAN_MONTH,
        plan=plan,
        nominal_s=seconds,
        starts_at=month.begins_at,
        expires_at=month.renews_at,
        granted_at=at,
        origin_id=grant_id,
    )


def prorated(seconds: int, starts_at: datetime.datetime, expires_at: datetime.datetime, at: datetime.datetime) -> int:
    """How many of a period's seconds its time has earned by that moment, rounded down."""
    whole = expires_at - starts_at
    gone = min(max(at - starts_at, datetime.timedelta()), whole)
    return seconds * (gone // datetime.timedelta(microseconds=1)) // (whole // datetime.timedelta(microseconds=1))
