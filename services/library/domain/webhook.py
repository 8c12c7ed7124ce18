"""Webhooks: where a person's programs want to hear of tracks, what is sent there, and when it is tried again."""

from __future__ import annotations

import dataclasses
import datetime
import enum
from collections.abc import Iterable

from services.library.domain.errors import WebhookEventsInvalid

ENDPOINTS_MAX = 5
"""Most endpoints of one person: as many messages of theirs are on the road at once, and no more."""
OLD_SECRET_LIFE = datetime.timedelta(hours=24)
"""How long a secret signs beside the one that replaced it."""
LOG_LIFE = datetime.timedelta(days=14)
"""How long is told what was sent."""
WAITING_MAX = 10_000
"""Messages that may wait for an endpoint: with one more it is given up."""
ASKED_WAITING_MAX = 100
"""Messages that may wait for an endpoint of which its owner asks for one more, as a test or once again."""
LEASE = datetime.timedelta(seconds=60)
"""An attempt whose end was not recorded by then is made again; longer than any attempt may last."""
RECLAIM_MARGIN = datetime.timedelta(seconds=10)
"""What is made or enabled within this of an account being taken back may be of whoever had it: their session is refused
once its end has committed and every gateway has heard of it or looked, and what was let in by then has its deadline."""
_FIRST_PAUSE_S = 30.0
_PAUSE_S_MAX = 6 * 3600.0
TRIES_MAX = 14
"""The first try and thirteen more, over 26.5 hours without the jitter."""
_GONE = 410
JITTER = 0.2
"""Each pause is longer or shorter by this part of it at most: what failed together does not come back together."""


class EventType(enum.Enum):
    """What may be told; the values are stored and sent."""

    CREATED = "track.created"
    READY = "track.ready"
    FAILED = "track.failed"
    CANCELLED = "track.cancelled"
    DELETED = "track.deleted"
    TEST = "webhook.test"
    """Sent when its owner asks for it, to any endpoint."""


CHOSEN = tuple(event for event in EventType if event is not EventType.TEST)
"""What an endpoint may want."""


class DisabledReason(enum.Enum):
    """Why nothing is sent to an endpoint; the values are stored."""

    ASKED = "asked"
    GONE = "gone"
    """It answered 410."""
    FAILING = "failing"
    """A message failed at every try, and no other got through meanwhile; or too many waited."""
    RECLAIMED = "reclaimed"
    """Its owner's account was taken back by mail: somebody else may have made or changed it."""


class DeliveryStatus(enum.Enum):
    """How far a message is; the values are stored."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


class Fault(enum.Enum):
    """What was wrong with a try; the values are stored. Of an answer nothing is kept but its status."""

    NAME_UNKNOWN = "name_unknown"
    ADDRESS_FORBIDDEN = "address_forbidden"
    UNREACHABLE = "unreachable"
    TLS = "tls"
    TIMEOUT = "timeout"
    ANSWER_INVALID = "answer_invalid"
    REDIRECTED = "redirected"
    """It answered 3xx, which is not followed."""
    REFUSED = "refused"
    """It answered another status than 2xx."""


@dataclasses.dataclass(frozen=True)
class Endpoint:
    """Where one person's messages are sent."""

    endpoint_id: str
    owner_id: str
    url: str
    events: tuple[EventType, ...]
    created_at: datetime.datetime
    disabled_at: datetime.datetime | None = None
    disabled_reason: DisabledReason | None = None
    old_secret_until: datetime.datetime | None = None
    delivered_at: datetime.datetime | None = None
    """When a message last got through."""
    enabled_at: datetime.datetime | None = None
    """When its owner last enabled it; None since it was made."""

    @property
    def wanted_at(self) -> datetime.datetime:
        """When somebody last said that messages are to be sent there."""
        return self.enabled_at or self.created_at

    def disabled(self, reason: DisabledReason, now: datetime.datetime) -> Endpoint:
        """Nothing is sent there any more; the same endpoint when it was disabled before."""
        if self.disabled_at is not None:
            return self
        return dataclasses.replace(self, disabled_at=now, disabled_reason=reason)

    def reclaimed(self, now: datetime.datetime) -> Endpoint:
        """Nothing is sent there until its owner says where it leads, whyever it was disabled before."""
        return dataclasses.replace(
            self.disabled(DisabledReason.RECLAIMED, now), disabled_reason=DisabledReason.RECLAIMED
        )

    def enabled(self, now: datetime.datetime) -> Endpoint:
        """What happens from now on is sent there."""
        return dataclasses.replace(self, disabled_at=None, disabled_reason=None, enabled_at=now)


@dataclasses.dataclass(frozen=True)
class Heard:
    """What came of one try."""

    duration_ms: int
    http_status: int | None = None
    fault: Fault | None = None


@dataclasses.dataclass(frozen=True)
class Attempt:
    """One try."""

    began_at: datetime.datetime
    heard: Heard

    @property
    def is_taken(self) -> bool:
        """Whether the message got through."""
        return self.heard.fault is None

    @property
    def is_gone(self) -> bool:
        """Whether the endpoint wants nothing more, ever."""
        return self.heard.http_status == _GONE


@dataclasses.dataclass(frozen=True)
class Delivery:
    """One message to one endpoint."""

    delivery_id: str
    endpoint_id: str
    owner_id: str
    message_id: str
    event: EventType
    track_id: str
    """Empty of a test."""
    state: str
    """The track's, as its owner reads it; empty of a test and once it is deleted."""
    created_at: datetime.datetime
    status: DeliveryStatus = DeliveryStatus.WAITING
    due_at: datetime.datetime | None = None
    tries: int = 0
    """Since it was made, or last sent again by its owner."""
    attempts: tuple[Attempt, ...] = ()
    sequence: int = 0
    """The order in which messages were made."""

    def replayed(self, now: datetime.datetime) -> Delivery:
        """To be sent again, now; with all its tries before it. The same when it waits already."""
        if self.status is DeliveryStatus.WAITING:
            return self
        return dataclasses.replace(self, status=DeliveryStatus.WAITING, due_at=now, tries=0)

    def tried(self, attempt: Attempt, jitter: float) -> Delivery:
        """After a try; `jitter` from 0 to 1 places the next one."""
        tries = self.tries + 1
        if attempt.is_taken:
            return dataclasses.replace(self, status=DeliveryStatus.DELIVERED, due_at=None, tries=tries)
        if tries >= TRIES_MAX or attempt.is_gone:
            return dataclasses.replace(self, status=DeliveryStatus.FAILED, due_at=None, tries=tries)
        due_at = attempt.began_at + pause_after(tries, jitter)
        return dataclasses.replace(self, due_at=due_at, tries=tries)


def disabled_after(endpoint: Endpoint, delivery: Delivery, attempt: Attempt) -> DisabledReason | None:
    """Whether an endpoint is given up after this try, which left the delivery as it is.

    One message that it refuses may be the message's fault; that nothing got through since that one was made is not.
    """
    if attempt.is_gone:
        return DisabledReason.GONE
    heard = endpoint.delivered_at is not None and endpoint.delivered_at >= delivery.created_at
    if delivery.status is DeliveryStatus.FAILED and not heard:
        return DisabledReason.FAILING
    return None


def pause_after(tries: int, jitter: float) -> datetime.timedelta:
    """How long after its `tries`-th try a message is tried again: twice as long each time, six hours at most."""
    pause_s = min(_FIRST_PAUSE_S * 2 ** (tries - 1), _PAUSE_S_MAX)
    return datetime.timedelta(seconds=pause_s * (1 - JITTER + 2 * JITTER * jitter))


def checked_events(words: Iterable[str]) -> tuple[EventType, ...]:
    """Each once, in the order of EventType. Raises WebhookEventsInvalid."""
    asked = set(words)
    if not asked or not asked <= {event.value for event in CHOSEN}:
        raise WebhookEventsInvalid
    return tuple(event for event in CHOSEN if event.value in asked)
