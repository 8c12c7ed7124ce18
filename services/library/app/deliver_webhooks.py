"""Send what waits for webhook endpoints: one message at a time to each, many at once, and each in its turn."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from collections.abc import Callable

from services.library.app.give_up_webhook import give_up_webhook
from services.library.app.ports import Ports, Work
from services.library.domain.identifiers import new_lease_id
from services.library.domain.webhook import (
    LEASE,
    WAITING_MAX,
    Attempt,
    Delivery,
    DeliveryStatus,
    DisabledReason,
    Endpoint,
    disabled_after,
)
from services.library.domain.webhook_message import body_of, headers_of

AT_ONCE = 32
"""Endpoints that a replica sends to at once."""
LOOK_EVERY_S = 1.0
_log = logging.getLogger(__name__)


class WebhookDeliverer:
    """Any number of them may work: an endpoint's lease is held by one.

    An endpoint gives way after each message to all that were served longer ago. So whoever answers slowly takes one of
    the places for some seconds, in turn with everybody else; and one person has only so many endpoints.
    """

    def __init__(self, ports: Ports, jitter: Callable[[], float], *, at_once: int = AT_ONCE) -> None:
        """`jitter` gives numbers from 0 to 1."""
        self._ports = ports
        self._jitter = jitter
        self._at_once = at_once

    async def work(self) -> None:
        """Send for as long as it is not cancelled."""
        sending: set[asyncio.Task[None]] = set()
        try:
            while True:
                lease_id, endpoints = await self._claim(self._at_once - len(sending))
                sending |= {asyncio.create_task(self._serve(endpoint_id, lease_id)) for endpoint_id in endpoints}
                if not sending:
                    await asyncio.sleep(LOOK_EVERY_S)
                    continue
                done, sending = await asyncio.wait(sending, timeout=LOOK_EVERY_S, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    _note(task)
        finally:
            # What was being sent is sent again once its lease is over: it may have arrived.
            for task in sending:
                task.cancel()
            await asyncio.gather(*sending, return_exceptions=True)

    async def round(self) -> int:
        """Send one message to each endpoint that has one due, as many as there are places; the number of endpoints."""
        lease_id, endpoints = await self._claim(self._at_once)
        await asyncio.gather(*(self._serve(endpoint_id, lease_id) for endpoint_id in endpoints))
        return len(endpoints)

    async def _claim(self, places: int) -> tuple[str, tuple[str, ...]]:
        lease_id = new_lease_id()
        if places <= 0:
            return lease_id, ()
        now = self._ports.clock.now()
        async with self._ports.store.transaction() as work:
            return lease_id, await work.webhook_endpoints.claim(lease_id, now, now + LEASE, places)

    async def _serve(self, endpoint_id: str, lease_id: str) -> None:
        now = self._ports.clock.now()
        async with self._ports.store.transaction() as work:
            endpoint = await work.webhook_endpoints.leased(endpoint_id, lease_id)
            if endpoint is None:
                return
            delivery = await work.webhook_deliveries.next_due(endpoint_id, now)
            secrets = await work.webhook_endpoints.secrets(endpoint, now)
            if delivery is None or not secrets or endpoint.disabled_at is not None:
                if not secrets:
                    await work.webhook_deliveries.give_up(endpoint_id)
                await work.webhook_endpoints.release(endpoint_id, lease_id, now)
                return
        body = body_of(delivery)
        headers = headers_of(delivery.message_id, body, secrets, now)
        attempt = Attempt(now, await self._ports.webhooks.send(endpoint.url, headers, body))
        async with self._ports.store.transaction() as work:
            current = await work.webhook_endpoints.leased(endpoint_id, lease_id)
            if current is not None:
                # What was read before the message was sent may be minutes old: its owner changes things meanwhile.
                sent = await work.webhook_deliveries.get(endpoint_id, delivery.delivery_id)
                if sent is not None:
                    await self._record(work, current, endpoint.url, sent, attempt)
                await work.webhook_endpoints.release(endpoint_id, lease_id, self._ports.clock.now())

    async def _record(self, work: Work, endpoint: Endpoint, url: str, delivery: Delivery, attempt: Attempt) -> None:
        await work.webhook_deliveries.add_attempt(delivery, attempt)
        is_given_up = endpoint.disabled_at is not None or delivery.status is not DeliveryStatus.WAITING
        if is_given_up or endpoint.url != url:
            # Given up meanwhile by its owner, or to be sent to another address, of which this failure says nothing: it
            # stays as it is. What got through is told all the same.
            if attempt.is_taken:
                await work.webhook_deliveries.save(delivery.tried(attempt, 0))
            return
        tried = delivery.tried(attempt, self._jitter())
        await work.webhook_deliveries.save(tried)
        reason = disabled_after(endpoint, tried, attempt)
        if not attempt.is_taken and reason is None:
            is_full = await work.webhook_deliveries.waits_more_than(endpoint.endpoint_id, WAITING_MAX)
            reason = DisabledReason.FAILING if is_full else None
        if reason is not None:
            await give_up_webhook(work, endpoint, reason, self._ports.clock.now())
        elif tried.status is DeliveryStatus.DELIVERED:
            await work.webhook_endpoints.save(dataclasses.replace(endpoint, delivered_at=attempt.began_at))


def _note(task: asyncio.Task[None]) -> None:
    """A message that could not be recorded stands in no other's way: its lease ends, and it is sent again."""
    error = None if task.cancelled() else task.exception()
    if error is not None:
        _log.error("a webhook could not be served", exc_info=error)
