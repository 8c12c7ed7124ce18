"""What webhooks need of the world."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Protocol

from services.library.domain.keys import Key
from services.library.domain.webhook import Attempt, Delivery, Endpoint, EventType, Heard


class WebhookEndpoints(Protocol):
    """Webhook endpoints within a unit of work. Secrets are wrapped under their owner's key."""

    async def add(self, endpoint: Endpoint, secret: Key) -> None:
        """Store a new endpoint and its secret."""
        ...

    async def count_locked(self, owner_id: str) -> int:
        """How many a person has; holds off other counts of theirs until the work commits."""
        ...

    async def of_owner(self, owner_id: str) -> tuple[Endpoint, ...]:
        """A person's endpoints, the oldest first."""
        ...

    async def locked(self, owner_id: str, endpoint_id: str) -> Endpoint | None:
        """One of a person's endpoints, which nobody else changes until the work commits."""
        ...

    async def every_locked(self, owner_id: str) -> tuple[Endpoint, ...]:
        """A person's endpoints, which nobody else changes until the work commits."""
        ...

    async def save(self, endpoint: Endpoint) -> None:
        """Store where a locked endpoint is, what it wants, since when it is enabled, when it last took a message."""
        ...

    async def rotate(self, endpoint: Endpoint, secret: Key, old_until: datetime.datetime) -> None:
        """Give a locked endpoint a new secret; the one that it had signs until then, and no older one."""
        ...

    async def remove(self, endpoint_id: str, limit: int) -> bool:
        """Remove at most so many messages of a locked endpoint, the oldest first; with the last of them the endpoint.

        False while there may be more.
        """
        ...

    async def secrets(self, endpoint: Endpoint, now: datetime.datetime) -> tuple[Key, ...]:
        """Those that sign at that moment, the newest first; none once the owner's key is destroyed."""
        ...

    async def claim(
        self, lease_id: str, now: datetime.datetime, until: datetime.datetime, limit: int
    ) -> tuple[str, ...]:
        """Take the leases of endpoints that have something due and that nobody sends to."""
        ...

    async def leased(self, endpoint_id: str, lease_id: str) -> Endpoint | None:
        """The endpoint, locked, while this lease of it holds; None once another took it, or it was removed."""
        ...

    async def release(self, endpoint_id: str, lease_id: str, now: datetime.datetime) -> None:
        """Let go of an endpoint, and note when its next message is due."""
        ...


class WebhookDeliveries(Protocol):
    """Messages of webhooks within a unit of work."""

    async def announce(
        self, owner_id: str, event: EventType, message_id: str, track_id: str, state: str, now: datetime.datetime
    ) -> tuple[str, ...]:
        """Make a message for each of the owner's enabled endpoints that wants to hear of it; locks and tells these."""
        ...

    async def add(self, delivery: Delivery) -> None:
        """Store a message that waits for one endpoint."""
        ...

    async def get(self, endpoint_id: str, delivery_id: str) -> Delivery | None:
        """One of an endpoint's messages, with its tries."""
        ...

    async def page(self, endpoint_id: str, before: int | None, limit: int) -> tuple[Delivery, ...]:
        """An endpoint's messages with their tries, the newest first, from the one before a sequence on."""
        ...

    async def next_due(self, endpoint_id: str, now: datetime.datetime) -> Delivery | None:
        """What is to be sent to an endpoint first, without its tries."""
        ...

    async def save(self, delivery: Delivery) -> None:
        """Store how far a message is."""
        ...

    async def add_attempt(self, delivery: Delivery, attempt: Attempt) -> None:
        """Note a try."""
        ...

    async def waits_more_than(self, endpoint_id: str, most: int) -> bool:
        """Whether more than so many messages wait for an endpoint."""
        ...

    async def give_up(self, endpoint_id: str) -> None:
        """Nothing that waits for a locked endpoint is sent any more."""
        ...

    async def forget(self, created_before: datetime.datetime, limit: int) -> None:
        """Remove at most so many messages of that age that do not wait."""
        ...


class WebhookSender(Protocol):
    """Sends to strangers' addresses."""

    def require_url(self, url: str) -> None:
        """Raises WebhookUrlInvalid for an address that nothing is ever sent to."""
        ...

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Heard:
        """One try, which takes some seconds at most. Whatever goes wrong is in what is heard: it raises nothing."""
        ...
