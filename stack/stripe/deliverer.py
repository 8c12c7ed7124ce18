"""Delivers events to webhook endpoints: signed, in order, again until answered; or worse, where adversity is wanted."""

from __future__ import annotations

import asyncio
import copy
import dataclasses
import json
from collections.abc import Sequence
from typing import Protocol

from stack.stripe import signing, webhook_endpoints
from stack.stripe.adversity import Adversity
from stack.stripe.clock import HOUR_S
from stack.stripe.shapes import Resource
from stack.stripe.world import World

RETRY_GAPS_S = (10, 60, 300, 1800, 2 * HOUR_S, 5 * HOUR_S, *([10 * HOUR_S] * 6))
"""From each failed attempt to the next; together close to three days, after which it is given up."""
_FINISHED_KEPT = 20_000
_PENDING = "pending"


class SendFailed(Exception):
    """The endpoint could not be reached, or did not answer in time."""


class Sender(Protocol):
    """Posts a webhook."""

    async def send(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        """The status answered. Raises SendFailed."""
        ...


@dataclasses.dataclass
class Delivery:
    """One event on its way to one endpoint."""

    number: int
    event: str
    kind: str
    endpoint: str
    due: int
    copy: int = 0
    """1 for the duplicate of an adversarial deliverer."""
    attempts: int = 0
    state: str = _PENDING
    """pending, delivered, failed (given up) or dropped (lost on purpose)."""
    status: int | None = None
    """What the endpoint answered last."""
    stale: bool = False
    """Whether it carried an older object than its event's."""


class Deliverer:
    """Plans a delivery for each event and endpoint, and makes those that are due when told."""

    def __init__(self, world: World, sender: Sender) -> None:
        """`sender` is how a webhook leaves."""
        self.adversity = Adversity()
        self.drops_until: int | None = None
        """Everything that happens before this moment is lost on its way."""
        self.deliveries: list[Delivery] = []
        self.woken = asyncio.Event()
        """Set when something new waits."""
        self._world = world
        self._sender = sender
        self._lock = asyncio.Lock()
        self._number = 0
        world.listeners.append(self.plan)

    def plan(self, event: Resource) -> None:
        """Plan an event's deliveries."""
        for endpoint in webhook_endpoints.wanting(self._world, event["type"]):
            now, names = self._world.clock.now(), (event["id"], endpoint["id"])
            is_lost = self.adversity.loses(*names) or (self.drops_until is not None and now < self.drops_until)
            for number in range(1 if is_lost else self.adversity.copies(*names)):
                due = now + self.adversity.delay_s(*names, number)
                self._number += 1
                made = Delivery(self._number, event["id"], event["type"], endpoint["id"], due, number)
                made.state = "dropped" if is_lost else _PENDING
                self.deliveries.append(made)
            event["pending_webhooks"] += not is_lost
        if any(each.state != _PENDING for each in self.deliveries[:-_FINISHED_KEPT]):
            self.deliveries = (
                self.pending() + [each for each in self.deliveries if each.state != _PENDING][-_FINISHED_KEPT:]
            )
        self.woken.set()

    def pending(self) -> list[Delivery]:
        """Deliveries that wait for their time, or for another try."""
        return [each for each in self.deliveries if each.state == _PENDING]

    async def deliver(self, *, everything: bool = False) -> list[Delivery]:
        """Make the deliveries that are due, or all that wait; those that were made, in order."""
        async with self._lock:
            self.woken.clear()
            now = self._world.clock.now()
            batch = self._ordered([each for each in self.pending() if everything or each.due <= now])
            for each in batch:
                await self._attempt(each)
            return batch

    async def resend(self, event: Resource) -> list[Delivery]:
        """Send an event once more to every endpoint that wants it, as its operator can by hand."""
        made = []
        async with self._lock:
            for endpoint in webhook_endpoints.wanting(self._world, event["type"]):
                self._number += 1
                now = self._world.clock.now()
                made.append(Delivery(self._number, event["id"], event["type"], endpoint["id"], now))
            self.deliveries.extend(made)
            for each in made:
                await self._attempt(each)
        return made

    def _ordered(self, batch: list[Delivery]) -> list[Delivery]:
        fair = sorted(batch, key=lambda each: (each.due, each.number))
        if not self.adversity.reorder:
            return fair
        places = {
            each.number: self.adversity.place(each.event, each.endpoint, each.copy, place / len(fair))
            for place, each in enumerate(fair)
        }
        return sorted(fair, key=lambda each: (places[each.number], each.number))

    async def _attempt(self, delivery: Delivery) -> None:
        event = self._world.table("event").get(delivery.event)
        endpoint = self._world.table("webhook_endpoint").get(delivery.endpoint)
        if event is None or endpoint is None:
            delivery.state = "dropped"
            return
        body = self._body(event, delivery)
        delivery.attempts += 1
        self._world.changes += 1
        try:
            delivery.status = await self._sender.send(endpoint["url"], body, self._headers(endpoint["id"], body))
        except SendFailed:
            delivery.status = None
        if delivery.status is not None and 200 <= delivery.status < 300:
            delivery.state = "delivered"
            event["pending_webhooks"] = max(0, event["pending_webhooks"] - (delivery.copy == 0))
        elif delivery.attempts > len(RETRY_GAPS_S):
            delivery.state = "failed"
        else:
            delivery.due = self._world.clock.now() + RETRY_GAPS_S[delivery.attempts - 1]

    def _headers(self, endpoint: str, body: bytes) -> dict[str, str]:
        secrets = webhook_endpoints.secrets_of(self._world, endpoint)
        return {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
            signing.HEADER: signing.signature(body, secrets, self._world.clock.machine_now()),
        }

    def _body(self, event: Resource, delivery: Delivery) -> bytes:
        told = copy.deepcopy(event)
        if self.adversity.is_stale(delivery.event, delivery.endpoint, delivery.copy):
            older = self._older(event)
            if older is not None:
                told["data"]["object"] = copy.deepcopy(older)
                delivery.stale = True
        return json.dumps(told, indent=2).encode()

    def _older(self, event: Resource) -> Resource | None:
        """The object of an event as the one before told it."""
        named, found = event["data"]["object"].get("id"), None
        for each in self._world.all("event"):
            if each["id"] == event["id"]:
                return found
            if named is not None and each["data"]["object"].get("id") == named:
                found = each["data"]["object"]
        return found

    # ---- Snapshots ----

    def dump(self) -> Resource:
        """What a snapshot keeps."""
        return {
            "number": self._number,
            "drops_until": self.drops_until,
            "deliveries": [dataclasses.asdict(each) for each in self.deliveries],
        }

    def load(self, kept: Resource) -> None:
        """Go on from a snapshot."""
        self._number = kept["number"]
        self.drops_until = kept["drops_until"]
        self.deliveries = [Delivery(**each) for each in kept["deliveries"]]


def told(deliveries: Sequence[Delivery]) -> list[Resource]:
    """Deliveries as the control routes tell them."""
    return [dataclasses.asdict(each) for each in deliveries]
