"""A durable pull consumer: heartbeats while it works, backs off when it fails, parks what never succeeds."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Generic, TypeVar

import nats.errors
import nats.js.errors
from google.protobuf.message import DecodeError, Message
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from opentelemetry.trace import SpanKind

from chassis import logs, metrics, telemetry
from chassis.bus.connection import Bus
from chassis.bus.subjects import subject_of
from chassis.db.pool import Database
from chassis.lifecycle import Background

_log = logging.getLogger(__name__)

Fact = TypeVar("Fact", bound=Message)

_FETCH_S = 2.0
_IDLE_FETCHES_BEFORE_CHECK = 3
_BACKOFF_S = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)


class Unwanted(Exception):
    """Raised by a handler for a message that means nothing any more; it is dropped without a dead letter."""


class TryLater(Exception):
    """Raised by a handler that cannot work now; the message comes back after `after_s` and does not count as failed."""

    def __init__(self, after_s: float) -> None:
        """Ask for the message again after so many seconds."""
        super().__init__(f"again in {after_s} s")
        self.after_s = after_s


@dataclasses.dataclass(frozen=True)
class Delivery(Generic[Fact]):
    """One message as it reached a handler."""

    fact: Fact
    message_id: str
    """Same for every delivery of the same fact: the key for the inbox."""
    delivered: int
    """1 for the first delivery."""


class Consumer(Background, Generic[Fact]):
    """Hands every message of one kind to a handler, at least once, a few at a time."""

    def __init__(
        self,
        bus: Bus,
        database: Database,
        *,
        stream: str,
        durable: str,
        kind: type[Fact],
        handle: Callable[[Delivery[Fact]], Awaitable[None]],
        parallel: int = 1,
        ack_wait_s: float = 30.0,
        deliveries_max: int = 8,
    ) -> None:
        """`durable` names the consumer on the server; a message that failed `deliveries_max` times is parked."""
        super().__init__(f"consumer {durable}", self._work)
        self._bus = bus
        self._database = database
        self._stream = stream
        self._durable = durable
        self._kind = kind
        self._handle = handle
        self._parallel = parallel
        self._ack_wait_s = ack_wait_s
        self._deliveries_max = deliveries_max

    async def _work(self) -> None:
        subscription = await self._subscribe()
        slots = asyncio.Semaphore(self._parallel)
        idle = 0
        try:
            async with asyncio.TaskGroup() as tasks:
                while True:
                    await slots.acquire()
                    messages = await self._fetch(subscription)
                    if not messages:
                        slots.release()
                        idle += 1
                        if idle % _IDLE_FETCHES_BEFORE_CHECK == 0:
                            # After a loss of storage the consumer is gone, and fetches just time out.
                            await subscription.consumer_info()
                        continue
                    idle = 0
                    task = tasks.create_task(self._take(messages[0]))
                    task.add_done_callback(lambda _: slots.release())
        finally:
            with contextlib.suppress(Exception):
                await subscription.unsubscribe()

    async def _subscribe(self) -> JetStreamContext.PullSubscription:
        config = ConsumerConfig(
            durable_name=self._durable,
            deliver_policy=DeliverPolicy.ALL,
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=self._ack_wait_s,
            max_ack_pending=1000,
            filter_subject=subject_of(self._kind),
        )
        jetstream = self._bus.jetstream
        try:
            return await jetstream.pull_subscribe(
                subject_of(self._kind), durable=self._durable, stream=self._stream, config=config
            )
        except nats.js.errors.NotFoundError:
            await self._bus.ensure_streams()
            return await jetstream.pull_subscribe(
                subject_of(self._kind), durable=self._durable, stream=self._stream, config=config
            )

    async def _fetch(self, subscription: JetStreamContext.PullSubscription) -> list[Msg]:
        try:
            return await subscription.fetch(1, timeout=_FETCH_S)
        except (nats.errors.TimeoutError, TimeoutError):
            return []

    async def _take(self, message: Msg) -> None:
        headers = message.headers or {}
        delivery_id = headers.get("Nats-Msg-Id") or f"{message.metadata.sequence.stream}"
        fact = self._kind()
        result = "handled"
        try:
            fact.ParseFromString(message.data)
            async with self._heartbeat(message):
                with telemetry.span(f"consume {self._durable}", carrier=headers, kind=SpanKind.CONSUMER):
                    await self._handle(Delivery(fact, delivery_id, message.metadata.num_delivered))
            await self._settle(message.ack())
        except Unwanted as reason:
            result = "unwanted"
            logs.event(_log, logging.DEBUG, "message dropped", consumer=self._durable, reason=str(reason))
            await self._settle(message.term())
        except TryLater as later:
            result = "later"
            await self._settle(message.nak(delay=later.after_s))
        except DecodeError as error:
            result = "parked"
            await self._park(message, delivery_id, repr(error))
        except Exception as error:
            result = "failed"
            await self._failed(message, delivery_id, error)
        finally:
            metrics.FACTS_CONSUMED.labels(self._durable, result).inc()

    async def _failed(self, message: Msg, message_id: str, error: Exception) -> None:
        delivered = message.metadata.num_delivered
        logs.event(
            _log, logging.WARNING, "message failed", consumer=self._durable, delivered=delivered, reason=repr(error)
        )
        _log.debug("message failed", exc_info=True)
        if delivered >= self._deliveries_max:
            await self._park(message, message_id, repr(error))
        else:
            await self._settle(message.nak(delay=_BACKOFF_S[min(delivered, len(_BACKOFF_S)) - 1]))

    async def _park(self, message: Msg, message_id: str, reason: str) -> None:
        metrics.DEAD_LETTERS.labels(self._durable).inc()
        logs.event(_log, logging.ERROR, "message parked", consumer=self._durable, message_id=message_id)
        await self._database.pool.execute(
            "INSERT INTO dead_letters (consumer, message_id, subject, payload, reason) VALUES ($1, $2, $3, $4, $5)",
            self._durable,
            message_id,
            message.subject,
            message.data,
            logs.redact(reason)[:2000],
        )
        await self._settle(message.term())

    async def _settle(self, answer: Awaitable[object]) -> None:
        # The server may be away; the message then comes again, and the handler finds its work done.
        try:
            await answer
        except (nats.errors.Error, OSError) as error:
            logs.event(_log, logging.DEBUG, "acknowledgement lost", consumer=self._durable, reason=repr(error))

    @contextlib.asynccontextmanager
    async def _heartbeat(self, message: Msg) -> AsyncIterator[None]:
        async def beat() -> None:
            while True:
                await asyncio.sleep(self._ack_wait_s / 3)
                await self._settle(message.in_progress())

        task = asyncio.create_task(beat())
        try:
            yield
        finally:
            task.cancel()
